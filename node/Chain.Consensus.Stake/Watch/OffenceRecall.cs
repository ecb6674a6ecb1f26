using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// What the slasher heard from blocks before a restart, told to it again from the store: the proposals and votes of its window
/// on the chain that leads to the tree's root, and of the tree.
/// </summary>
internal sealed class OffenceRecall(IConsensusHost host, StakeGenesisState genesis, StakeChain chain, PastBlocks blocks,
    OffenceWatch watch)
{
    /// <summary>Everything, oldest first.</summary>
    public void Recall()
    {
        var tree = chain.Store.Tree;
        BeforeTree(chain.HeaderOf(tree[0].Block.Root));
        for (var i = 1; i < tree.Count; i++) OfTree(tree[i].Block.Root);
    }

    /// <summary>The blocks up to the tree's root.</summary>
    private void BeforeTree(SealedHeader root)
    {
        if (root.Hash == genesis.BlockHash) return;
        var state = chain.States.After(root.Hash);
        var window = OffenceWatch.WindowOf(state);
        watch.Prune(state.CurrentEpoch, window);
        var oldest = new Epoch(state.CurrentEpoch.Number - Math.Min(state.CurrentEpoch.Number, window));
        foreach (var past in blocks.Read(oldest, root, state)) Hear(past.Block, past.Sidecar, past.Votes);
    }

    /// <summary>A block of the tree.</summary>
    private void OfTree(Hash256 hash)
    {
        var state = chain.States.After(hash);
        watch.Prune(state.CurrentEpoch, OffenceWatch.WindowOf(state));
        var block = host.GetBlock(hash)!;
        var sidecar = ConsensusSidecar.Decode(block.Sidecar.Span);
        Hear(block, sidecar, AttestationProcessing.VotesIn(sidecar.Body, state));
    }

    private void Hear(Block block, ConsensusSidecar sidecar, IEnumerable<IndexedAttestation> votes)
    {
        watch.OnProposal(new SignedProposal(sidecar.Body.Slot, sidecar.Body.ProposerIndex, block.Hash,
            sidecar.ProposerSignature));
        foreach (var vote in votes) watch.OnVotes(vote);
    }
}
