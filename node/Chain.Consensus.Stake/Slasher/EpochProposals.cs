namespace Chain.Consensus.Stake;

/// <summary>The first proposal heard of each proposer for each slot of one epoch.</summary>
internal sealed class EpochProposals
{
    // Looked up only, never walked.
    private readonly Dictionary<(Slot Slot, int Proposer), First> _firsts = [];

    /// <summary>
    /// Evidence when this is the second, different proposal; null for the first, for one heard before, and for the third and
    /// later.
    /// </summary>
    public ProposerSlashing? Hear(SignedProposal proposal)
    {
        var place = (proposal.Slot, proposal.ProposerIndex);
        if (!_firsts.TryGetValue(place, out var first))
        {
            _firsts.Add(place, new First(proposal, IsReported: false));
            return null;
        }

        if (first.IsReported || first.Proposal.SaysTheSameAs(proposal)) return null;
        _firsts[place] = first with { IsReported = true };
        return new ProposerSlashing(first.Proposal, proposal);
    }

    private readonly record struct First(SignedProposal Proposal, bool IsReported);
}
