using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>How many signers want a change.</summary>
public sealed record CliqueTally(Address Candidate, bool Authorize, int Votes);
