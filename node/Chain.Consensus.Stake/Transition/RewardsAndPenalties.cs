namespace Chain.Consensus.Stake;

/// <summary>What an epoch's votes earn and what missing ones cost (consensus-specs, Altair and Bellatrix).</summary>
internal static class RewardsAndPenalties
{
    /// <summary>WEIGHT_DENOMINATOR. Of it 2 were for sync committees, which this chain has not; nobody gets them.</summary>
    public const ulong WeightDenominator = 64;

    /// <summary>PROPOSER_WEIGHT.</summary>
    public const ulong ProposerWeight = 8;

    /// <summary>PARTICIPATION_FLAG_WEIGHTS, in the order of the flag indices.</summary>
    public static readonly (ParticipationFlags Flag, ulong Weight)[] FlagWeights =
    [
        (ParticipationFlags.TimelySource, 14),
        (ParticipationFlags.TimelyTarget, 26),
        (ParticipationFlags.TimelyHead, 14),
    ];

    /// <summary>The weights of all flags that are set, added up.</summary>
    public static ulong WeightOf(ParticipationFlags flags)
    {
        ulong sum = 0;
        foreach (var (flag, weight) in FlagWeights)
        {
            if ((flags & flag) != 0) sum += weight;
        }

        return sum;
    }

    /// <summary>process_rewards_and_penalties.</summary>
    public static void ProcessRewardsAndPenalties(StakeState state)
    {
        // Rewards are for the previous epoch, which genesis has not.
        if (state.CurrentEpoch == Epoch.Genesis) return;
        Span<Deltas> all = [.. FlagWeights.Select(entry => GetFlagIndexDeltas(state, entry.Flag, entry.Weight)),
            GetInactivityPenaltyDeltas(state)];
        foreach (var deltas in all)
        {
            for (var i = 0; i < state.ValidatorCount; i++)
            {
                state.IncreaseBalance(i, deltas.Rewards[i]);
                state.DecreaseBalance(i, deltas.Penalties[i]);
            }
        }
    }

    /// <summary>get_flag_index_deltas.</summary>
    public static Deltas GetFlagIndexDeltas(StakeState state, ParticipationFlags flag, ulong weight)
    {
        var deltas = Deltas.Of(state.ValidatorCount);
        var increment = state.Settings.EffectiveBalanceIncrement;
        var unslashedParticipatingIncrements =
            state.GetUnslashedParticipatingBalance(flag, state.PreviousEpoch).Amount / increment;
        var activeIncrements = state.GetTotalActiveBalance().Amount / increment;
        var rewardPerIncrement = state.GetBaseRewardPerIncrement();
        var isInLeak = state.IsInInactivityLeak();
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (!state.IsEligibleForRewards(i)) continue;
            var baseReward = state.GetBaseReward(i, rewardPerIncrement).Amount;
            if (state.ParticipatedInPreviousEpoch(i, flag))
            {
                if (!isInLeak)
                    deltas.Rewards[i] = new Gwei(
                        baseReward * weight * unslashedParticipatingIncrements / (activeIncrements * WeightDenominator));
            }
            else if (flag != ParticipationFlags.TimelyHead)
            {
                deltas.Penalties[i] = new Gwei(baseReward * weight / WeightDenominator);
            }
        }

        return deltas;
    }

    /// <summary>get_inactivity_penalty_deltas.</summary>
    public static Deltas GetInactivityPenaltyDeltas(StakeState state)
    {
        var deltas = Deltas.Of(state.ValidatorCount);
        var denominator = state.Settings.InactivityScoreBias * state.Settings.InactivityPenaltyQuotient;
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (!state.IsEligibleForRewards(i) || state.ParticipatedInPreviousEpoch(i, ParticipationFlags.TimelyTarget)) continue;
            deltas.Penalties[i] = new Gwei(state.EffectiveBalances[i].Amount * state.InactivityScores[i] / denominator);
        }

        return deltas;
    }

    /// <summary>What each validator gains and loses by one rule.</summary>
    public readonly record struct Deltas(Gwei[] Rewards, Gwei[] Penalties)
    {
        public static Deltas Of(int validators) => new(new Gwei[validators], new Gwei[validators]);
    }
}
