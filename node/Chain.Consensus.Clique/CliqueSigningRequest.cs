using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>A seal that a key of this node is to make.</summary>
/// <param name="SigningRoot">The seal hash.</param>
public sealed record CliqueSigningRequest(ValidatorKey Key, Hash256 SigningRoot) : SigningRequest(Key, SigningRoot);
