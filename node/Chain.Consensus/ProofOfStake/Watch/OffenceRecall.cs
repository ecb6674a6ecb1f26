using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>
/// What the slasher heard from blocks before a restart, told to it again from the store: the proposals and votes of its window
/// on the chain that leads to the tree's root, and of the tree. Their signatures were good when the blocks were taken.
/// </summary>
internal sealed class OffenceRecall(IConsensusHost host, StakeGenesisState genesis, StakeChain chain, OffenceWatch watch)
{
    /// <summary>Everything, oldest first.</summary>
    public void Recall()
    {
        var tree = chain.Store.Tree;
        BeforeTree(chain.HeaderOf(tree[0].Block.Root));
        for (var i = 1; i < tree.Count; i++) OfTree(tree[i].Block.Root);
    }

    /// <summary>The blocks up to the tree's root, oldest first; where one is not here, what lies before it stays forgotten.</summary>
    private void BeforeTree(SealedHeader root)
    {
        if (root.Hash == genesis.BlockHash) return;
        var state = chain.States.After(root.Hash);
        var (settings, window) = (genesis.Settings, OffenceWatch.WindowOf(state));
        watch.Prune(state.CurrentEpoch, window);
        var oldest = new Epoch(state.CurrentEpoch.Number - Math.Min(state.CurrentEpoch.Number, window));
        var numbered = new Dictionary<ulong, Hash256>();
        var first = root.Number;
        for (var hash = root.Hash; host.GetBlock(hash) is { } block; hash = block.Header.ParentHash)
        {
            numbered.Add(block.Header.Number, hash);
            if (block.Header.Number == 0) break;
            if (ConsensusSidecar.Decode(block.Sidecar.Span).Body.Slot.ToEpoch(settings.SlotsPerEpoch) >= oldest) first = block.Header.Number;

            // Committees of the oldest epoch need the mix of an epoch before it.
            else if (first - block.Header.Number > settings.SlotsPerEpoch * (settings.MinSeedLookahead + 2)) break;
        }

        var registry = Enumerable.Range(0, state.ValidatorCount).Select(state.Validator).ToList();
        var voters = new PastVoters(settings, registry, number => numbered.TryGetValue(number, out var hash) ? host.GetBlock(hash) : null);
        for (var number = Math.Max(1, first); number <= root.Number; number++)
        {
            var block = host.GetBlock(numbered[number])!;
            Hear(block, attestation => voters.Indexed(attestation, number));
        }
    }

    /// <summary>A block of the tree.</summary>
    private void OfTree(Hash256 hash)
    {
        var state = chain.States.After(hash);
        watch.Prune(state.CurrentEpoch, OffenceWatch.WindowOf(state));
        Hear(host.GetBlock(hash)!, attestation => AttestationProcessing.ToIndexed(state.GetBeaconCommittee(attestation.Data.Slot, attestation.Data.Index), attestation));
    }

    private void Hear(Block block, Func<Attestation, IndexedAttestation?> indexed)
    {
        var sidecar = ConsensusSidecar.Decode(block.Sidecar.Span);
        var body = sidecar.Body;
        watch.OnProposal(new SignedProposal(body.Slot, body.ProposerIndex, block.Hash, sidecar.ProposerSignature));
        foreach (var attestation in body.Attestations)
        {
            if (indexed(attestation) is { } votes) watch.OnVotes(votes);
        }
    }
}
