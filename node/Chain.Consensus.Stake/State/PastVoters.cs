using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Who the voters of past blocks are, without their states: from the registry of a later state, in which activation and exit
/// epochs that lie behind do not change any more, and from the chain's blocks, whose headers carry the RANDAO mixes.
/// </summary>
/// <param name="settings">Of the chain.</param>
/// <param name="registry">Of the head, in the order of the indices.</param>
/// <param name="blockAt">The head's chain by number, from 0; null where it is not here.</param>
public sealed class PastVoters(ProofOfStakeSettings settings, IReadOnlyList<Validator> registry, Func<ulong, Block?> blockAt)
{
    // Looked up only, never walked.
    private readonly Dictionary<Epoch, Shuffling?> _shufflings = [];

    /// <summary>
    /// get_attesting_indices of a vote in a block of the chain, in committee order; null where a block that tells is not here.
    /// </summary>
    /// <param name="attestation">From the block.</param>
    /// <param name="number">The block's.</param>
    public IReadOnlyList<int>? Of(Attestation attestation, ulong number)
    {
        ArgumentNullException.ThrowIfNull(attestation);
        return ShufflingFor(attestation.Data, number) is not { } shuffling ? null
            : AttestationProcessing.GetAttestingIndices(shuffling.Committee(attestation.Data.Slot, attestation.Data.Index),
                attestation.AggregationBits);
    }

    /// <summary>get_indexed_attestation of the same; null likewise.</summary>
    internal IndexedAttestation? Indexed(Attestation attestation, ulong number) =>
        ShufflingFor(attestation.Data, number) is not { } shuffling ? null
            : AttestationProcessing.ToIndexed(shuffling.Committee(attestation.Data.Slot, attestation.Data.Index), attestation);

    private Shuffling? ShufflingFor(AttestationData data, ulong number)
    {
        if (!_shufflings.TryGetValue(data.Target.Epoch, out var shuffling))
            _shufflings.Add(data.Target.Epoch, shuffling = ShufflingOf(data.Target.Epoch, number));
        return shuffling;
    }

    private Shuffling? ShufflingOf(Epoch epoch, ulong number)
    {
        if (MixFor(epoch, number) is not { } mix) return null;
        var active = new List<int>();
        foreach (var validator in registry)
        {
            if (validator.IsActive(epoch)) active.Add(validator.Index);
        }

        return Committees.ComputeShuffling(settings, epoch, [.. active], mix);
    }

    /// <summary>
    /// What get_seed takes: the mix at the end of the epoch MIN_SEED_LOOKAHEAD + 1 before. The first block after it says it,
    /// because prevRandao is the mix before its own reveal.
    /// </summary>
    private Hash256? MixFor(Epoch epoch, ulong number)
    {
        if (epoch.Number <= settings.MinSeedLookahead) return blockAt(0)?.Header.Header.MixHash;
        var start = new Epoch(epoch.Number - settings.MinSeedLookahead).StartSlot(settings.SlotsPerEpoch);
        Block? first = null;
        for (var at = number; at > 0; at--)
        {
            if (blockAt(at) is not { Sidecar.IsEmpty: false } block) return null;
            if (ConsensusSidecar.Decode(block.Sidecar.Span).Body.Slot < start) break;
            first = block;
        }

        return first?.Header.Header.MixHash;
    }
}
