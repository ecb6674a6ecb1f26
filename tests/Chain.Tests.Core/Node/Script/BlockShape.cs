using Chain.Primitives;

namespace Chain.Tests;

/// <summary>What a script says of a block.</summary>
/// <param name="Timestamp">Seconds since the genesis block; null for two seconds after the parent.</param>
/// <param name="Wrong">Which rule it breaks; null for none.</param>
internal sealed record BlockShape(
    string Name, Block Parent, ulong? Timestamp, IReadOnlyList<RecoveredTransaction> Transactions, string? Wrong);
