using Chain.Primitives;

namespace Chain.Execution;

/// <summary>How a call would end.</summary>
/// <param name="GasUsed">Intrinsic gas included: the gas limit that suffices.</param>
/// <param name="Output">What a contract returned; empty for a plain transfer.</param>
/// <param name="FailureReason">Null where it succeeds.</param>
public sealed record CallResult(ulong GasUsed, ReadOnlyMemory<byte> Output, string? FailureReason)
{
    public bool Succeeded => FailureReason is null;
}

/// <summary>Runs a transaction that nobody signed, for eth_call and eth_estimateGas. Nothing changes.</summary>
public static class CallSimulation
{
    /// <summary>
    /// Applies the rules of a transaction but those about the nonce and the signer; the base fee counts only where a fee cap is
    /// given, and funds must cover gas at that cap, plus the value.
    /// </summary>
    public static Verdict<CallResult, TransactionError> Run(
        WorldState state, BlockContext block, UnsignedTransaction transaction, Address sender, NativeContracts natives)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(block);
        if (Check(state, block, transaction, sender, natives) is { } error) return error;
        var snapshot = state.Snapshot();
        var intrinsic = TransactionRules.IntrinsicGas(transaction);
        var outcome = MessageCall.Process(state, block, natives, transaction, sender, transaction.GasLimit - intrinsic);
        state.Revert(snapshot);
        return outcome switch
        {
            NativeCallOutcome.Succeeded success => new CallResult(intrinsic + success.GasUsed, success.Output, null),
            NativeCallOutcome.Failed failure => new CallResult(intrinsic + failure.GasUsed, ReadOnlyMemory<byte>.Empty, failure.Reason),
            _ => throw new InvalidOperationException($"Unknown outcome {outcome}."),
        };
    }

    private static TransactionError? Check(WorldState state, BlockContext block, UnsignedTransaction transaction, Address sender, NativeContracts natives)
    {
        if (TransactionRules.CheckStateless(transaction, block.ChainId) is { } malformed) return malformed;
        var baseFee = transaction.MaxFeePerGas.IsZero ? UInt256.Zero : block.BaseFeePerGas;
        if (TransactionRules.CheckAgainstBlock(transaction, block.GasLimit, baseFee) is { } unfit) return unfit;
        if (TransactionRules.CheckFunds(transaction, state.GetAccount(sender)) is { } unpaid) return unpaid;
        var to = transaction.To!.Value;
        return TransactionRules.CheckRecipient(to, state.GetAccount(to), natives);
    }
}
