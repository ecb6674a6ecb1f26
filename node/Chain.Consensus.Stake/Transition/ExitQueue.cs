namespace Chain.Consensus.Stake;

/// <summary>
/// The exit queue of a state: its last epoch and how many leave then. Read from the registry once and kept up with each exit,
/// which gives what the specs' recount for each exit gives.
/// </summary>
internal sealed class ExitQueue
{
    private readonly StakeState _state;
    private readonly ulong _churnLimit;
    private Epoch _epoch;
    private ulong _churn;

    public ExitQueue(StakeState state)
    {
        _state = state;
        _churnLimit = state.GetValidatorChurnLimit();
        _epoch = state.ComputeActivationExitEpoch();
        foreach (var exit in state.ExitEpochs)
        {
            if (exit != Epoch.FarFuture && exit > _epoch) _epoch = exit;
        }

        foreach (var exit in state.ExitEpochs)
        {
            if (exit == _epoch) _churn++;
        }
    }

    /// <summary>initiate_validator_exit; nothing for one that leaves already.</summary>
    public void InitiateValidatorExit(int index)
    {
        if (_state.ExitEpochs[index] != Epoch.FarFuture) return;
        if (_churn >= _churnLimit)
        {
            _epoch += 1;
            _churn = 0;
        }

        _churn++;
        _state.ExitEpochs[index] = _epoch;
        _state.WithdrawableEpochs[index] = _epoch + _state.Settings.MinValidatorWithdrawabilityDelay;
    }
}
