using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>A change of the signers that a node's signers vote for.</summary>
public sealed record CliqueProposal(Address Account, bool Authorize);
