namespace Chain.Consensus.Stake;

/// <summary>
/// For how long a checkpoint stays a safe place to begin, and offences stay worth finding (consensus-specs, phase 0, "Weak
/// Subjectivity Guide").
/// </summary>
public static class WeakSubjectivity
{
    /// <summary>SAFETY_DECAY: how much of the one-third safety margin, in percent, may be lost over a period.</summary>
    private const ulong SafetyDecay = 10;

    /// <summary>
    /// MAX_DEPOSITS of the public presets. On this chain only gas limits the deposits of a block; the formula wants a number,
    /// and it decides only where balances are far below the maximum or a registry is huge.
    /// </summary>
    private const ulong MaxDeposits = 16;

    /// <summary>
    /// compute_weak_subjectivity_period, in epochs. Where the specs count in ether this counts in EFFECTIVE_BALANCE_INCREMENT,
    /// which is one ether there, so that small stakes do not round to nothing. Nobody active: the delay alone.
    /// </summary>
    public static ulong Period(StakeState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var settings = state.Settings;
        var activeCount = (ulong)state.CountActive(state.CurrentEpoch);
        return activeCount == 0
            ? settings.MinValidatorWithdrawabilityDelay
            : Period(settings, activeCount, state.GetTotalActiveBalance().Amount / activeCount, state.GetValidatorChurnLimit());
    }

    /// <summary>The formula, for so many active validators of this average balance in Gwei and this churn limit.</summary>
    internal static ulong Period(ProofOfStakeSettings settings, ulong activeCount, ulong averageBalance, ulong churnLimit)
    {
        var average = averageBalance / settings.EffectiveBalanceIncrement;
        var maximum = settings.MaxEffectiveBalance / settings.EffectiveBalanceIncrement;
        var depositsPerEpoch = MaxDeposits * settings.SlotsPerEpoch;
        var high = average * (200 + (12 * SafetyDecay));
        var low = maximum * (200 + (3 * SafetyDecay));
        if (high <= low)
        {
            return settings.MinValidatorWithdrawabilityDelay
                + (3 * activeCount * SafetyDecay * average / (200 * depositsPerEpoch * (maximum - average)));
        }

        var epochsForValidatorSetChurn = activeCount * (high - low) / (600 * churnLimit * ((2 * average) + maximum));
        var epochsForBalanceTopUps = activeCount * (200 + (3 * SafetyDecay)) / (600 * depositsPerEpoch);
        return settings.MinValidatorWithdrawabilityDelay + Math.Max(epochsForValidatorSetChurn, epochsForBalanceTopUps);
    }
}
