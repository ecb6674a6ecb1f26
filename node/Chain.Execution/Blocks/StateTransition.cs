using Chain.Primitives;

namespace Chain.Execution;

/// <summary>The state transition of a block (execution-specs, fork.py: apply_body).</summary>
public static class StateTransition
{
    /// <summary>
    /// Executes all transactions in order, then pays rewards and withdrawals. A transaction that breaks a rule makes the block
    /// invalid and leaves the state as it was.
    /// </summary>
    /// <exception cref="MissingStateException">The state lacks what its root promises: no fault of the block.</exception>
    public static Verdict<ExecutionOutcome, BlockExecutionError> Apply(
        WorldState state,
        BlockContext block,
        IReadOnlyList<RecoveredTransaction> transactions,
        IReadOnlyList<Withdrawal>? withdrawals,
        IReadOnlyList<BalanceCredit> rewards,
        NativeContracts natives)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(transactions);
        var before = state.Snapshot();
        var builder = new BlockBuilder(state, block, natives);
        for (var i = 0; i < transactions.Count; i++)
        {
            if (builder.TryAdd(transactions[i]) is not { } error) continue;
            state.Revert(before);
            return new BlockExecutionError.InvalidTransaction(i, transactions[i].Hash, error);
        }

        return builder.Finish(withdrawals, rewards);
    }
}
