namespace Chain.Consensus.Stake;

/// <summary>Validators that leave of their own will (consensus-specs, phase 0).</summary>
internal static class VoluntaryExits
{
    /// <summary>process_voluntary_exit. An error leaves the state as it was.</summary>
    public static StakeError? ProcessVoluntaryExit(StakeState state, SignedVoluntaryExit exit, SignatureChecks checks)
    {
        if (CheckVoluntaryExit(state, exit) is { } error) return error;
        checks.VoluntaryExit(state.Identities[exit.ValidatorIndex].Key, exit);
        new ExitQueue(state).InitiateValidatorExit(exit.ValidatorIndex);
        return null;
    }

    /// <summary>What of process_voluntary_exit needs no key and changes nothing.</summary>
    public static StakeError? CheckVoluntaryExit(StakeState state, SignedVoluntaryExit exit)
    {
        var index = exit.ValidatorIndex;
        var epoch = state.CurrentEpoch;
        if (index >= state.ValidatorCount) return new StakeError.IndexOutOfRange(index, state.ValidatorCount);
        if (!state.IsActive(index, epoch)) return new StakeError.ValidatorNotActive(index);
        if (state.ExitEpochs[index] != Epoch.FarFuture) return new StakeError.AlreadyExiting(index, state.ExitEpochs[index]);
        if (epoch < exit.Epoch) return new StakeError.ExitNotYetValid(exit.Epoch, epoch);
        var earliest = state.ActivationEpochs[index] + state.Settings.ShardCommitteePeriod;
        return epoch < earliest ? new StakeError.NotActiveLongEnough(index, earliest) : null;
    }
}
