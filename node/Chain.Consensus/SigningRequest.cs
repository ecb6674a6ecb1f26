using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>Something that a key of this node is to sign. The rules only ask; whoever holds the keys signs, or refuses.</summary>
/// <param name="Key">Whose signature is wanted.</param>
/// <param name="SigningRoot">The digest to sign.</param>
public abstract record SigningRequest(ValidatorKey Key, Hash256 SigningRoot);
