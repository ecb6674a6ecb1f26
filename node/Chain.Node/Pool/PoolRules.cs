using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>What a transaction must keep to be in the pool, whatever else is there.</summary>
internal sealed class PoolRules(PoolLimits limits, ulong chainId, NativeContracts natives)
{
    /// <summary>Judges a transaction by itself and on the head's state.</summary>
    /// <param name="account">The sender's account; null where there is none.</param>
    public PoolError? Check(RecoveredTransaction recovered, PoolHead head, out Account? account)
    {
        account = null;
        var transaction = recovered.Transaction;
        var bytes = transaction.Encoded.Length;
        if (bytes > limits.TransactionBytes) return new PoolError.TooLarge(bytes, limits.TransactionBytes);
        if (CheckFields(recovered, head, out account) is { } invalid) return new PoolError.Invalid(invalid);
        var stateNonce = account?.Nonce ?? 0;
        var isTooFar = transaction.Nonce - stateNonce > (ulong)limits.NonceGap;
        return isTooFar ? new PoolError.NonceTooFarAhead(transaction.Nonce, stateNonce, limits.NonceGap) : null;
    }

    /// <summary>A replacement must pay more than what it replaces.</summary>
    public PoolError.ReplacementUnderpriced? CheckReplacement(Transaction transaction, Transaction old)
    {
        var (fee, tip) = (Bumped(old.MaxFeePerGas), Bumped(old.MaxPriorityFeePerGas));
        var isUnderpriced = transaction.MaxFeePerGas < fee || transaction.MaxPriorityFeePerGas < tip;
        return isUnderpriced ? new PoolError.ReplacementUnderpriced(fee, tip) : null;
    }

    private TransactionError? CheckFields(RecoveredTransaction recovered, PoolHead head, out Account? account)
    {
        var fields = recovered.Transaction.Unsigned;
        account = null;
        if (TransactionRules.CheckStateless(fields, chainId) is { } malformed) return malformed;
        if (TransactionRules.CheckAgainstBlock(fields, head.GasLimit, UInt256.Zero) is { } tooMuchGas) return tooMuchGas;
        account = head.AccountOf(recovered.Sender);
        if (TransactionRules.CheckNonce(fields, account) is TransactionError.NonceTooLow tooLow) return tooLow;
        return TransactionRules.CheckFunds(fields, account)
            ?? TransactionRules.CheckSender(recovered.Sender, account)
            ?? TransactionRules.CheckRecipient(fields.To!.Value, head.AccountOf(fields.To.Value), natives);
    }

    // Rounded up, so that a zero or small price still has to rise.
    private UInt256 Bumped(UInt256 price)
    {
        if (price.IsZero) return UInt256.One;
        var percent = 100UL + (ulong)limits.PriceBumpPercent;
        return UInt256.TryMultiply(price, percent, out var scaled) ? (scaled + 99) / 100 : UInt256.MaxValue;
    }
}
