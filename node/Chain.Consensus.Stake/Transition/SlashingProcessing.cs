namespace Chain.Consensus.Stake;

/// <summary>
/// Evidence in a block and what it costs (consensus-specs, phase 0 to Bellatrix; penalties: docs/consensus/stake.md).
/// </summary>
internal static class SlashingProcessing
{
    /// <summary>process_proposer_slashing: two different blocks for one slot. An error leaves the state as it was.</summary>
    public static StakeError? ProcessProposerSlashing(StakeState state, ProposerSlashing slashing, SignatureChecks checks)
    {
        var (first, second) = (slashing.Proposal1, slashing.Proposal2);
        if (first.Slot != second.Slot) return new StakeError.ProposalSlotsDiffer(first.Slot, second.Slot);
        if (first.ProposerIndex != second.ProposerIndex)
            return new StakeError.ProposersDiffer(first.ProposerIndex, second.ProposerIndex);
        if (first.SaysTheSameAs(second)) return new StakeError.ProposalsEqual(first.BlockHash);
        var proposer = first.ProposerIndex;
        if (proposer >= state.ValidatorCount) return new StakeError.IndexOutOfRange(proposer, state.ValidatorCount);
        if (!state.IsSlashable(proposer, state.CurrentEpoch)) return new StakeError.ValidatorNotSlashable(proposer);
        checks.Proposal(state.Identities[proposer].Key, first);
        checks.Proposal(state.Identities[proposer].Key, second);
        SlashValidator(state, proposer, state.Settings.DoubleProposalPenaltyPpm);
        return null;
    }

    /// <summary>process_attester_slashing: a double or surround vote. An error leaves the state as it was.</summary>
    public static StakeError? ProcessAttesterSlashing(StakeState state, AttesterSlashing slashing, SignatureChecks checks)
    {
        if (CheckAttesterSlashing(state, slashing) is { } error) return error;
        var epoch = state.CurrentEpoch;
        var common = slashing.CommonIndices();
        if (!common.Any(index => state.IsSlashable(index, epoch))) return new StakeError.NoValidatorSlashed(common.Count);
        checks.Votes(state, slashing.Attestation1.AttestingIndices, slashing.Attestation1.Data, slashing.Attestation1.Signatures);
        checks.Votes(state, slashing.Attestation2.AttestingIndices, slashing.Attestation2.Data, slashing.Attestation2.Signatures);
        var penaltyPpm = slashing.Attestation1.Data.IsDoubleVoteWith(slashing.Attestation2.Data)
            ? state.Settings.DoubleVotePenaltyPpm
            : state.Settings.SurroundVotePenaltyPpm;
        foreach (var index in common)
        {
            if (state.IsSlashable(index, epoch)) SlashValidator(state, index, penaltyPpm);
        }

        return null;
    }

    /// <summary>
    /// What of process_attester_slashing needs no key and slashes nobody yet; the fork choice asks the same of evidence from the
    /// wire.
    /// </summary>
    public static StakeError? CheckAttesterSlashing(StakeState state, AttesterSlashing slashing)
    {
        var (first, second) = (slashing.Attestation1, slashing.Attestation2);
        if (!first.Data.IsSlashableWith(second.Data)) return new StakeError.VotesNotSlashable(first.Data, second.Data);
        return CheckIndexed(state, first, 1) ?? CheckIndexed(state, second, 2);
    }

    /// <summary>slash_validator; the whistleblower is the proposer unless another is named.</summary>
    public static void SlashValidator(StakeState state, int slashed, ulong penaltyPpm, int? whistleblower = null)
    {
        var settings = state.Settings;
        var epoch = state.CurrentEpoch;
        new ExitQueue(state).InitiateValidatorExit(slashed);
        state.Slashed[slashed] = true;
        var earliest = epoch + settings.EpochsPerSlashingsVector;
        if (state.WithdrawableEpochs[slashed] < earliest) state.WithdrawableEpochs[slashed] = earliest;
        var effective = state.EffectiveBalances[slashed];
        state.Slashings[epoch.Number % settings.EpochsPerSlashingsVector] += effective;
        state.DecreaseBalance(slashed, effective * penaltyPpm / 1_000_000);

        // Apply proposer and whistleblower rewards
        var proposer = state.GetBeaconProposerIndex();
        var whistleblowerReward = effective / settings.WhistleblowerRewardQuotient;
        var proposerReward = whistleblowerReward * RewardsAndPenalties.ProposerWeight / RewardsAndPenalties.WeightDenominator;
        state.IncreaseBalance(proposer, proposerReward);
        state.IncreaseBalance(whistleblower ?? proposer, whistleblowerReward - proposerReward);
    }

    private static StakeError? CheckIndexed(StakeState state, IndexedAttestation attestation, int number)
    {
        var indices = attestation.AttestingIndices;
        if (!attestation.HasSortedUniqueIndices()) return new StakeError.InvalidIndexedAttestation(number);
        if (indices[^1] >= state.ValidatorCount) return new StakeError.IndexOutOfRange(indices[^1], state.ValidatorCount);
        return attestation.Signatures.Count != indices.Count
            ? new StakeError.WrongSignatureCount(attestation.Signatures.Count, indices.Count)
            : null;
    }
}
