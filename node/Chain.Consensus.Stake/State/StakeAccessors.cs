using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>The consensus-specs' predicates and accessors over a state, under their names.</summary>
internal static class StakeAccessors
{
    /// <summary>is_active_validator.</summary>
    public static bool IsActive(this StakeState state, int index, Epoch epoch) =>
        state.ActivationEpochs[index] <= epoch && epoch < state.ExitEpochs[index];

    /// <summary>is_slashable_validator.</summary>
    public static bool IsSlashable(this StakeState state, int index, Epoch epoch) =>
        !state.Slashed[index] && state.ActivationEpochs[index] <= epoch && epoch < state.WithdrawableEpochs[index];

    /// <summary>get_active_validator_indices: ascending.</summary>
    public static int[] GetActiveValidatorIndices(this StakeState state, Epoch epoch)
    {
        var indices = new int[state.CountActive(epoch)];
        var next = 0;
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (state.IsActive(i, epoch)) indices[next++] = i;
        }

        return indices;
    }

    public static int CountActive(this StakeState state, Epoch epoch)
    {
        var count = 0;
        for (var i = 0; i < state.ValidatorCount; i++) count += state.IsActive(i, epoch) ? 1 : 0;
        return count;
    }

    /// <summary>get_total_active_balance: at least one increment, so that it divides.</summary>
    public static Gwei GetTotalActiveBalance(this StakeState state)
    {
        var epoch = state.CurrentEpoch;
        ulong total = 0;
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (state.IsActive(i, epoch)) total += state.EffectiveBalances[i].Amount;
        }

        return state.AtLeastOneIncrement(total);
    }

    /// <summary>
    /// The effective balance of those active in the epoch, not slashed and with the flag (get_total_balance of
    /// get_unslashed_participating_indices).
    /// </summary>
    public static Gwei GetUnslashedParticipatingBalance(this StakeState state, ParticipationFlags flag, Epoch epoch)
    {
        var participation = epoch == state.CurrentEpoch ? state.CurrentParticipation : state.PreviousParticipation;
        ulong total = 0;
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (state.IsActive(i, epoch) && !state.Slashed[i] && (participation[i] & flag) != 0)
                total += state.EffectiveBalances[i].Amount;
        }

        return state.AtLeastOneIncrement(total);
    }

    /// <summary>Whether a validator is one of get_unslashed_participating_indices of the previous epoch.</summary>
    public static bool ParticipatedInPreviousEpoch(this StakeState state, int index, ParticipationFlags flag) =>
        !state.Slashed[index] && (state.PreviousParticipation[index] & flag) != 0 && state.IsActive(index, state.PreviousEpoch);

    /// <summary>
    /// Whether a validator is one of get_eligible_validator_indices: active in the previous epoch, or slashed and not yet
    /// withdrawable.
    /// </summary>
    public static bool IsEligibleForRewards(this StakeState state, int index)
    {
        var previous = state.PreviousEpoch;
        return state.IsActive(index, previous) || (state.Slashed[index] && previous + 1 < state.WithdrawableEpochs[index]);
    }

    /// <summary>
    /// Whether somebody can propose and vote in the current epoch. On a branch that went on without most of the stake for long
    /// enough nobody can: all were ejected. The specs assert that it does not come to that.
    /// </summary>
    public static bool HasActiveValidators(this StakeState state) => state.CountActive(state.CurrentEpoch) > 0;

    /// <summary>get_validator_churn_limit: how many validators may enter, and how many may leave, in an epoch.</summary>
    public static ulong GetValidatorChurnLimit(this StakeState state) =>
        Math.Max(state.Settings.MinPerEpochChurnLimit,
            (ulong)state.CountActive(state.CurrentEpoch) / state.Settings.ChurnLimitQuotient);

    /// <summary>compute_activation_exit_epoch.</summary>
    public static Epoch ComputeActivationExitEpoch(this StakeState state) =>
        state.CurrentEpoch + (1 + state.Settings.MaxSeedLookahead);

    /// <summary>get_finality_delay, in epochs.</summary>
    public static ulong GetFinalityDelay(this StakeState state) => state.PreviousEpoch - state.Finalized.Epoch;

    /// <summary>is_in_inactivity_leak.</summary>
    public static bool IsInInactivityLeak(this StakeState state) =>
        state.GetFinalityDelay() > state.Settings.MinEpochsToInactivityPenalty;

    /// <summary>get_base_reward_per_increment.</summary>
    public static Gwei GetBaseRewardPerIncrement(this StakeState state) =>
        new(state.Settings.EffectiveBalanceIncrement * state.Settings.BaseRewardFactor / IntegerMath.SquareRoot(
            state.GetTotalActiveBalance().Amount));

    /// <summary>get_base_reward, the reward per increment given.</summary>
    public static Gwei GetBaseReward(this StakeState state, int index, Gwei rewardPerIncrement) =>
        rewardPerIncrement * (state.EffectiveBalances[index].Amount / state.Settings.EffectiveBalanceIncrement);

    /// <summary>get_block_root: of the epoch's first slot, which must lie behind.</summary>
    public static Hash256 GetBlockRoot(this StakeState state, Epoch epoch) =>
        state.GetBlockRootAtSlot(epoch.StartSlot(state.Settings.SlotsPerEpoch));

    /// <summary>get_block_root_at_slot: the hash of the latest block at that slot or before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The slot does not lie behind, or too far.</exception>
    public static Hash256 GetBlockRootAtSlot(this StakeState state, Slot slot)
    {
        if (slot >= state.Slot || state.Slot - slot > state.Settings.SlotsPerHistoricalRoot)
        {
            throw new ArgumentOutOfRangeException(nameof(slot), slot,
                $"Block hashes are known for the {state.Settings.SlotsPerHistoricalRoot} slots before {state.Slot}.");
        }

        return state.BlockRoots[slot.Number % state.Settings.SlotsPerHistoricalRoot];
    }

    /// <summary>get_randao_mix.</summary>
    public static Hash256 GetRandaoMix(this StakeState state, Epoch epoch) =>
        state.RandaoMixes[epoch.Number % state.Settings.EpochsPerHistoricalVector];

    public static void IncreaseBalance(this StakeState state, int index, Gwei delta) => state.Balances[index] += delta;

    /// <summary>decrease_balance: down to zero at most.</summary>
    public static void DecreaseBalance(this StakeState state, int index, Gwei delta) =>
        state.Balances[index] = state.Balances[index].MinusAtMost(delta);

    private static Gwei AtLeastOneIncrement(this StakeState state, ulong total) =>
        new(Math.Max(total, state.Settings.EffectiveBalanceIncrement));
}
