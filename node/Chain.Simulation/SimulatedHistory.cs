using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>One history of a simulated network: what came out, and the digest of all that happened.</summary>
public abstract record SimulatedHistory
{
    public required ulong Seed { get; init; }

    /// <summary>Equal for equal seeds.</summary>
    public required Hash256 Trace { get; init; }

    /// <summary>Null when every promise was kept.</summary>
    public required string? Failure { get; init; }

    public required ulong Height { get; init; }

    public required TimeSpan SimulatedTime { get; init; }

    public bool Passed => Failure is null;

    /// <summary>What became of the network, in words.</summary>
    public abstract string Course { get; }

    /// <summary>The same for programs, in order.</summary>
    public abstract IReadOnlyList<SimulationFact> Facts { get; }
}

/// <summary>One thing that a simulation tells.</summary>
/// <param name="Json">The field's name in JSON.</param>
public sealed record SimulationFact(string Json, JsonNode? Value);
