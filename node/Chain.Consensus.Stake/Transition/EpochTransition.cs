namespace Chain.Consensus.Stake;

/// <summary>
/// What happens to the registry at the end of an epoch (consensus-specs, Capella: process_epoch), in the specs' order.
/// </summary>
public static class EpochTransition
{
    /// <summary>process_epoch; the state stands at the epoch's last slot.</summary>
    public static void ProcessEpoch(StakeState state)
    {
        JustificationAndFinalization.ProcessJustificationAndFinalization(state);
        ProcessInactivityUpdates(state);
        RewardsAndPenalties.ProcessRewardsAndPenalties(state);
        RegistryUpdates.ProcessRegistryUpdates(state);
        ProcessSlashings(state);
        ProcessEffectiveBalanceUpdates(state);
        ProcessSlashingsReset(state);
        ProcessRandaoMixesReset(state);
        ProcessParticipationFlagUpdates(state);
    }

    /// <summary>process_inactivity_updates.</summary>
    public static void ProcessInactivityUpdates(StakeState state)
    {
        if (state.CurrentEpoch == Epoch.Genesis) return;
        var settings = state.Settings;
        var isInLeak = state.IsInInactivityLeak();
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (!state.IsEligibleForRewards(i)) continue;
            var score = state.InactivityScores[i];
            if (state.ParticipatedInPreviousEpoch(i, ParticipationFlags.TimelyTarget)) score -= Math.Min(1, score);
            else score += settings.InactivityScoreBias;
            if (!isInLeak) score -= Math.Min(settings.InactivityScoreRecoveryRate, score);
            state.InactivityScores[i] = score;
        }
    }

    /// <summary>process_slashings: the penalty that grows with how much else was slashed around the same time.</summary>
    public static void ProcessSlashings(StakeState state)
    {
        var settings = state.Settings;
        var epoch = state.CurrentEpoch;
        var totalBalance = state.GetTotalActiveBalance().Amount;
        ulong slashed = 0;
        foreach (var slashing in state.Slashings) slashed += slashing.Amount;
        var adjustedTotalSlashingBalance = Math.Min(slashed * settings.ProportionalSlashingMultiplier, totalBalance);
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (!state.Slashed[i] || epoch + (settings.EpochsPerSlashingsVector / 2) != state.WithdrawableEpochs[i]) continue;

            // Counted in increments, so that the product fits; the specs' order of multiplication and division.
            var increment = settings.EffectiveBalanceIncrement;
            var penalty = state.EffectiveBalances[i].Amount / increment * adjustedTotalSlashingBalance / totalBalance * increment;
            state.DecreaseBalance(i, new Gwei(penalty));
        }
    }

    /// <summary>process_effective_balance_updates: with hysteresis, so that small changes do not move them.</summary>
    public static void ProcessEffectiveBalanceUpdates(StakeState state)
    {
        var settings = state.Settings;
        var step = settings.EffectiveBalanceIncrement / settings.HysteresisQuotient;
        var downwardThreshold = step * settings.HysteresisDownwardMultiplier;
        var upwardThreshold = step * settings.HysteresisUpwardMultiplier;
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            var balance = state.Balances[i].Amount;
            var effective = state.EffectiveBalances[i].Amount;
            if (balance + downwardThreshold >= effective && effective + upwardThreshold >= balance) continue;
            var whole = balance - (balance % settings.EffectiveBalanceIncrement);
            state.EffectiveBalances[i] = new Gwei(Math.Min(whole, settings.MaxEffectiveBalance));
        }
    }

    /// <summary>process_slashings_reset.</summary>
    public static void ProcessSlashingsReset(StakeState state) =>
        state.Slashings[(state.CurrentEpoch + 1).Number % state.Settings.EpochsPerSlashingsVector] = Gwei.Zero;

    /// <summary>process_randao_mixes_reset.</summary>
    public static void ProcessRandaoMixesReset(StakeState state) =>
        state.RandaoMixes[(state.CurrentEpoch + 1).Number % state.Settings.EpochsPerHistoricalVector] =
            state.GetRandaoMix(state.CurrentEpoch);

    /// <summary>process_participation_flag_updates.</summary>
    public static void ProcessParticipationFlagUpdates(StakeState state)
    {
        state.PreviousParticipation = state.CurrentParticipation;
        state.CurrentParticipation = new ParticipationFlags[state.ValidatorCount];
    }
}
