using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Who sealed one of the last blocks.</summary>
public readonly record struct RecentSigner(ulong Number, Address Signer);
