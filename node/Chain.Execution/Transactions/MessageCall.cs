using Chain.Primitives;

namespace Chain.Execution;

/// <summary>A message from a sender to an account: the part of a transaction that can fail with status 0.</summary>
internal static class MessageCall
{
    private static readonly NativeCallOutcome PlainTransfer = new NativeCallOutcome.Succeeded(0, [], ReadOnlyMemory<byte>.Empty);

    /// <summary>
    /// Transfers the value and runs the native contract, if the recipient is one; a failure takes both back. Gas in the
    /// outcome never exceeds what was given.
    /// </summary>
    public static NativeCallOutcome Process(WorldState state, BlockContext block, NativeContracts natives, UnsignedTransaction transaction, Address sender, ulong gas)
    {
        var snapshot = state.Snapshot();
        var to = transaction.To!.Value;
        state.SubtractBalance(sender, transaction.Value);
        state.AddBalance(to, transaction.Value);
        var outcome = natives.Find(to)?.Call(new NativeCall(sender, transaction.Value, transaction.Data, gas, block, state)) ?? PlainTransfer;
        if (outcome.GasUsed > gas) outcome = new NativeCallOutcome.Failed(gas, $"out of gas: {outcome.GasUsed} needed, {gas} available");
        if (outcome is NativeCallOutcome.Failed) state.Revert(snapshot);
        return outcome;
    }
}
