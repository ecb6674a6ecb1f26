using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>A seal that a key of this node is to make.</summary>
/// <param name="SigningRoot">The seal hash.</param>
/// <param name="Number">Of the block.</param>
public sealed record CliqueSigningRequest(ValidatorKey Key, Hash256 SigningRoot, ulong Number) : SigningRequest(Key, SigningRoot);
