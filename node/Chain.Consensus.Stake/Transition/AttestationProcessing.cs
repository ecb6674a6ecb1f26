namespace Chain.Consensus.Stake;

/// <summary>
/// Votes in a block: who gets which flags, and what the proposer gets for bringing them (consensus-specs, Altair).
/// </summary>
internal static class AttestationProcessing
{
    /// <summary>process_attestation. An error leaves the state as it was.</summary>
    public static StakeError? ProcessAttestation(StakeState state, Attestation attestation, SignatureChecks checks)
    {
        var data = attestation.Data;
        if (CheckData(state, data) is { } error) return error;
        var committee = state.GetBeaconCommittee(data.Slot, data.Index);
        if (attestation.AggregationBits.Length != committee.Length)
            return new StakeError.WrongCommitteeSize(attestation.AggregationBits.Length, committee.Length);
        if (CheckSource(state, data) is { } wrongSource) return wrongSource;
        var attesters = GetAttestingIndices(committee, attestation.AggregationBits);
        if (attesters.Count == 0) return new StakeError.NoAttesters();
        if (attestation.Signatures.Count != attesters.Count)
            return new StakeError.WrongSignatureCount(attestation.Signatures.Count, attesters.Count);
        checks.Votes(state, attesters, data, attestation.Signatures);
        RecordParticipation(state, data, attesters);
        return null;
    }

    /// <summary>get_attesting_indices, in committee order.</summary>
    public static IReadOnlyList<int> GetAttestingIndices(ReadOnlySpan<int> committee, Bitlist aggregationBits)
    {
        var indices = new List<int>(committee.Length);
        for (var i = 0; i < committee.Length; i++)
        {
            if (aggregationBits[i]) indices.Add(committee[i]);
        }

        return indices;
    }

    /// <summary>get_indexed_attestation: the same votes with the voters' indices, ascending.</summary>
    public static IndexedAttestation ToIndexed(ReadOnlySpan<int> committee, Attestation attestation)
    {
        var indices = GetAttestingIndices(committee, attestation.AggregationBits).ToArray();
        var signatures = attestation.Signatures.ToArray();
        Array.Sort(indices, signatures);
        return new IndexedAttestation(indices, attestation.Data, signatures);
    }

    /// <summary>The votes in a block that was taken, by who signed.</summary>
    /// <param name="body">The block's.</param>
    /// <param name="state">The state after it.</param>
    public static IEnumerable<IndexedAttestation> VotesIn(ConsensusBody body, StakeState state) =>
        body.Attestations.Select(attestation =>
            ToIndexed(state.GetBeaconCommittee(attestation.Data.Slot, attestation.Data.Index), attestation));

    /// <summary>get_attestation_participation_flag_indices, for data whose source matches.</summary>
    public static ParticipationFlags GetParticipationFlags(StakeState state, AttestationData data)
    {
        var inclusionDelay = state.Slot - data.Slot;
        var isMatchingTarget = data.Target.Root == state.GetBlockRoot(data.Target.Epoch);
        var isMatchingHead = isMatchingTarget && data.BeaconBlockRoot == state.GetBlockRootAtSlot(data.Slot);
        var flags = ParticipationFlags.None;
        if (inclusionDelay <= IntegerMath.SquareRoot(state.Settings.SlotsPerEpoch)) flags |= ParticipationFlags.TimelySource;
        if (isMatchingTarget && inclusionDelay <= state.Settings.SlotsPerEpoch) flags |= ParticipationFlags.TimelyTarget;
        if (isMatchingHead && inclusionDelay == state.Settings.MinAttestationInclusionDelay)
            flags |= ParticipationFlags.TimelyHead;
        return flags;
    }

    /// <summary>What process_attestation asks of a vote's slot, target and committee.</summary>
    public static StakeError? CheckData(StakeState state, AttestationData data)
    {
        var settings = state.Settings;
        if (data.Target.Epoch != state.PreviousEpoch && data.Target.Epoch != state.CurrentEpoch)
            return new StakeError.TargetEpochNotCurrentOrPrevious(data.Target.Epoch, state.CurrentEpoch);
        if (data.Target.Epoch != data.Slot.ToEpoch(settings.SlotsPerEpoch))
            return new StakeError.TargetEpochSlotMismatch(data.Target.Epoch, data.Slot);
        if (data.Slot + settings.MinAttestationInclusionDelay > state.Slot)
            return new StakeError.IncludedTooEarly(data.Slot, state.Slot);
        if (state.Slot > data.Slot + settings.SlotsPerEpoch) return new StakeError.IncludedTooLate(data.Slot, state.Slot);
        var committees = state.GetShuffling(data.Target.Epoch).CommitteesPerSlot;
        return data.Index >= committees ? new StakeError.NoSuchCommittee(data.Index, committees) : null;
    }

    /// <summary>What process_attestation asks of a vote's source: the justified checkpoint of its target's epoch.</summary>
    public static StakeError? CheckSource(StakeState state, AttestationData data)
    {
        var justified = data.Target.Epoch == state.CurrentEpoch ? state.CurrentJustified : state.PreviousJustified;
        return data.Source == justified ? null : new StakeError.WrongSource(data.Source, justified);
    }

    private static void RecordParticipation(StakeState state, AttestationData data, IReadOnlyList<int> attesters)
    {
        var granted = GetParticipationFlags(state, data);
        var participation = data.Target.Epoch == state.CurrentEpoch ? state.CurrentParticipation : state.PreviousParticipation;
        var rewardPerIncrement = state.GetBaseRewardPerIncrement();
        ulong proposerRewardNumerator = 0;
        foreach (var index in attesters)
        {
            var fresh = granted & ~participation[index];
            if (fresh == ParticipationFlags.None) continue;
            participation[index] |= fresh;
            proposerRewardNumerator += state.GetBaseReward(index,
                rewardPerIncrement).Amount * RewardsAndPenalties.WeightOf(fresh);
        }

        const ulong proposerRewardDenominator =
            (RewardsAndPenalties.WeightDenominator - RewardsAndPenalties.ProposerWeight)
            * RewardsAndPenalties.WeightDenominator / RewardsAndPenalties.ProposerWeight;
        state.IncreaseBalance(state.GetBeaconProposerIndex(), new Gwei(proposerRewardNumerator / proposerRewardDenominator));
    }
}
