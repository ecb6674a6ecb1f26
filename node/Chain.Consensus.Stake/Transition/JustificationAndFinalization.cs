namespace Chain.Consensus.Stake;

/// <summary>Casper FFG at the end of an epoch: which checkpoints two thirds of the stake have voted for.</summary>
internal static class JustificationAndFinalization
{
    /// <summary>process_justification_and_finalization.</summary>
    public static void ProcessJustificationAndFinalization(StakeState state)
    {
        // The first two epochs are skipped: their checkpoints are stubs with a zero root.
        if (state.CurrentEpoch <= Epoch.Genesis + 1) return;
        WeighJustificationAndFinalization(
            state,
            state.GetTotalActiveBalance(),
            state.GetUnslashedParticipatingBalance(ParticipationFlags.TimelyTarget, state.PreviousEpoch),
            state.GetUnslashedParticipatingBalance(ParticipationFlags.TimelyTarget, state.CurrentEpoch));
    }

    /// <summary>
    /// The justified and finalized checkpoints that the state would have if its epoch ended now (the specs'
    /// compute_pulled_up_tip runs process_justification_and_finalization on a copy).
    /// </summary>
    public static (Checkpoint Justified, Checkpoint Finalized) Unrealized(StakeState state)
    {
        var copy = state.Clone();
        ProcessJustificationAndFinalization(copy);
        return (copy.CurrentJustified, copy.Finalized);
    }

    /// <summary>weigh_justification_and_finalization.</summary>
    private static void WeighJustificationAndFinalization(StakeState state, Gwei totalActive, Gwei previousEpochTarget,
        Gwei currentEpochTarget)
    {
        var previousEpoch = state.PreviousEpoch;
        var currentEpoch = state.CurrentEpoch;
        var oldPreviousJustified = state.PreviousJustified;
        var oldCurrentJustified = state.CurrentJustified;

        // Process justifications
        state.PreviousJustified = state.CurrentJustified;
        var bits = (state.JustificationBits << 1) & 0b1111;
        if (previousEpochTarget * 3 >= totalActive * 2)
        {
            state.CurrentJustified = new Checkpoint(previousEpoch, state.GetBlockRoot(previousEpoch));
            bits |= 0b0010;
        }

        if (currentEpochTarget * 3 >= totalActive * 2)
        {
            state.CurrentJustified = new Checkpoint(currentEpoch, state.GetBlockRoot(currentEpoch));
            bits |= 0b0001;
        }

        state.JustificationBits = (byte)bits;

        // Process finalizations
        // The 2nd/3rd/4th most recent epochs are justified, the 2nd using the 4th as source
        if ((bits & 0b1110) == 0b1110 && oldPreviousJustified.Epoch + 3 == currentEpoch) state.Finalized = oldPreviousJustified;

        // The 2nd/3rd most recent epochs are justified, the 2nd using the 3rd as source
        if ((bits & 0b0110) == 0b0110 && oldPreviousJustified.Epoch + 2 == currentEpoch) state.Finalized = oldPreviousJustified;

        // The 1st/2nd/3rd most recent epochs are justified, the 1st using the 3rd as source
        if ((bits & 0b0111) == 0b0111 && oldCurrentJustified.Epoch + 2 == currentEpoch) state.Finalized = oldCurrentJustified;

        // The 1st/2nd most recent epochs are justified, the 1st using the 2nd as source
        if ((bits & 0b0011) == 0b0011 && oldCurrentJustified.Epoch + 1 == currentEpoch) state.Finalized = oldCurrentJustified;
    }
}
