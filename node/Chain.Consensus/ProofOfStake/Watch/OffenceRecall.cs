using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>
/// What the slasher heard from blocks before a restart, told to it again from the store: the proposals and votes of the weak-subjectivity
/// window on the chain that leads to the tree's root, and of the tree. Their signatures were good when the blocks were taken.
/// </summary>
internal sealed class OffenceRecall(IConsensusHost host, StakeGenesisState genesis, StakeStates states, OffenceWatch watch)
{
    /// <summary>Everything, oldest first.</summary>
    public void Recall(SealedHeader root, IReadOnlyList<Hash256> tree)
    {
        BeforeTree(root);
        foreach (var block in tree) OfTree(block);
    }

    /// <summary>The blocks up to the tree's root, oldest first; where one is not here, what lies before it stays forgotten.</summary>
    private void BeforeTree(SealedHeader root)
    {
        if (root.Hash == genesis.BlockHash) return;
        var state = states.After(root.Hash);
        var (settings, window) = (genesis.Settings, OffenceWatch.WindowOf(state));
        watch.Prune(state.CurrentEpoch, window);
        var oldest = new Epoch(state.CurrentEpoch.Number - Math.Min(state.CurrentEpoch.Number, window));
        var chain = new Dictionary<ulong, Hash256>();
        var first = root.Number;
        for (var hash = root.Hash; host.GetBlock(hash) is { } block; hash = block.Header.ParentHash)
        {
            chain.Add(block.Header.Number, hash);
            if (block.Header.Number == 0) break;
            if (ConsensusSidecar.Decode(block.Sidecar.Span).Body.Slot.ToEpoch(settings.SlotsPerEpoch) >= oldest) first = block.Header.Number;

            // Committees of the oldest epoch need the mix of an epoch before it.
            else if (first - block.Header.Number > settings.SlotsPerEpoch * (settings.MinSeedLookahead + 2)) break;
        }

        var registry = Enumerable.Range(0, state.ValidatorCount).Select(state.Validator).ToList();
        var voters = new PastVoters(settings, registry, number => chain.TryGetValue(number, out var hash) ? host.GetBlock(hash) : null);
        for (var number = Math.Max(1, first); number <= root.Number; number++)
        {
            var block = host.GetBlock(chain[number])!;
            Hear(block, attestation => voters.Of(attestation, number));
        }
    }

    /// <summary>A block of the tree.</summary>
    private void OfTree(Hash256 hash)
    {
        var state = states.After(hash);
        watch.Prune(state.CurrentEpoch, OffenceWatch.WindowOf(state));
        Hear(host.GetBlock(hash)!, attestation => AttestationProcessing.GetAttestingIndices(state.GetBeaconCommittee(attestation.Data.Slot, attestation.Data.Index), attestation.AggregationBits));
    }

    private void Hear(Block block, Func<Attestation, IReadOnlyList<int>?> votersOf)
    {
        var sidecar = ConsensusSidecar.Decode(block.Sidecar.Span);
        var body = sidecar.Body;
        watch.OnProposal(new SignedProposal(body.Slot, body.ProposerIndex, block.Hash, sidecar.ProposerSignature));
        foreach (var attestation in body.Attestations)
        {
            if (votersOf(attestation) is not { } voters) continue;
            var indices = voters.ToArray();
            var signatures = attestation.Signatures.ToArray();
            Array.Sort(indices, signatures);
            watch.OnVotes(new IndexedAttestation(indices, attestation.Data, signatures));
        }
    }
}
