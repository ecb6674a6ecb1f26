namespace Chain.Consensus.Stake;

/// <summary>Who enters and who leaves, no more in an epoch than the churn limit lets through.</summary>
internal static class RegistryUpdates
{
    /// <summary>
    /// process_registry_updates. Each ejection is kept, as the specs' text means it (their Python loses some: a later write
    /// through a stale view).
    /// </summary>
    public static void ProcessRegistryUpdates(StakeState state)
    {
        var settings = state.Settings;
        var epoch = state.CurrentEpoch;

        // Process activation eligibility and ejections
        ExitQueue? exits = null;
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (IsEligibleForActivationQueue(state, i)) state.ActivationEligibilityEpochs[i] = epoch + 1;
            if (state.IsActive(i, epoch) && state.EffectiveBalances[i].Amount <= settings.EjectionBalance)
            {
                exits ??= new ExitQueue(state);
                exits.InitiateValidatorExit(i);
            }
        }

        // Dequeue for activation up to the churn limit, by the epoch of eligibility and then by index
        var activationQueue = new List<int>();
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (IsEligibleForActivation(state, i)) activationQueue.Add(i);
        }

        var activationEpoch = state.ComputeActivationExitEpoch();
        var dequeued = activationQueue.OrderBy(i => state.ActivationEligibilityEpochs[i])
            .ThenBy(i => i).Take((int)state.GetValidatorChurnLimit());
        foreach (var i in dequeued) state.ActivationEpochs[i] = activationEpoch;
    }

    /// <summary>is_eligible_for_activation_queue.</summary>
    private static bool IsEligibleForActivationQueue(StakeState state, int index) =>
        state.ActivationEligibilityEpochs[index] == Epoch.FarFuture
        && state.EffectiveBalances[index].Amount == state.Settings.MaxEffectiveBalance;

    /// <summary>is_eligible_for_activation: its place in the queue is finalized, and it is not activated yet.</summary>
    private static bool IsEligibleForActivation(StakeState state, int index) =>
        state.ActivationEligibilityEpochs[index] <= state.Finalized.Epoch && state.ActivationEpochs[index] == Epoch.FarFuture;
}
