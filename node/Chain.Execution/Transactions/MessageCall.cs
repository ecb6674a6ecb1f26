using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// A message from a sender to an account: the part of a transaction that can fail with status 0; alone, an eth_call.
/// </summary>
public static class MessageCall
{
    private static readonly NativeCallOutcome PlainTransfer = new NativeCallOutcome.Succeeded(0, [], ReadOnlyMemory<byte>.Empty);

    /// <summary>
    /// Transfers the value, which the sender must have, and runs the native contract, if the recipient is one; a failure takes
    /// both back. The caller has asked <see cref="TransactionRules.CheckRecipient"/>.
    /// </summary>
    /// <param name="gas">What the call may use; the outcome never says more.</param>
    public static NativeCallOutcome Process(
        WorldState state, BlockContext block, NativeContracts natives, Address sender, Address to, UInt256 value,
        ReadOnlyMemory<byte> data, ulong gas)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(natives);
        var snapshot = state.Snapshot();
        state.SubtractBalance(sender, value);
        state.AddBalance(to, value);
        var outcome = natives.Find(to)?.Call(new NativeCall(sender, value, data, gas, block, state)) ?? PlainTransfer;
        if (outcome.GasUsed > gas)
            outcome = new NativeCallOutcome.Failed(gas, $"out of gas: {outcome.GasUsed} needed, {gas} available");
        if (outcome is NativeCallOutcome.Failed) state.Revert(snapshot);
        return outcome;
    }
}
