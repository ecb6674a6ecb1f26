using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// The rules that a transaction must keep, in layers by what must be known: nothing but the chain id; the block; the sender's
/// account; the recipient. The pool, JSON-RPC and the transition all ask here. Null means: nothing against it.
/// </summary>
public static class TransactionRules
{
    /// <summary>G_transaction.</summary>
    public const ulong TransactionGas = 21_000;

    /// <summary>G_txcreate, on top of <see cref="TransactionGas"/> (EIP-2).</summary>
    public const ulong CreationGas = 32_000;

    /// <summary>G_txdatazero.</summary>
    public const ulong ZeroByteGas = 4;

    /// <summary>G_txdatanonzero (EIP-2028).</summary>
    public const ulong NonZeroByteGas = 16;

    /// <summary>ACCESS_LIST_ADDRESS_COST (EIP-2930).</summary>
    public const ulong AccessListAddressGas = 2_400;

    /// <summary>ACCESS_LIST_STORAGE_KEY_COST (EIP-2930).</summary>
    public const ulong AccessListStorageKeyGas = 1_900;

    // The precompiled contracts of London, 0x01 to 0x09: calling one computes, so it is no plain transfer.
    private const int Precompiles = 9;

    /// <summary>The gas that a transaction uses before anything runs (London).</summary>
    public static ulong IntrinsicGas(UnsignedTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var data = transaction.Data.Span;
        var zeros = (ulong)data.Count((byte)0);
        var gas = TransactionGas + (zeros * ZeroByteGas) + (((ulong)data.Length - zeros) * NonZeroByteGas);
        if (transaction.To is null) gas += CreationGas;
        foreach (var entry in transaction.AccessList)
        {
            gas += AccessListAddressGas + ((ulong)entry.StorageKeys.Count * AccessListStorageKeyGas);
        }

        return gas;
    }

    /// <summary>
    /// The rules that need no state: chain id, fee fields, nonce bound, intrinsic gas, and that no contract is created.
    /// </summary>
    public static TransactionError? CheckStateless(UnsignedTransaction transaction, ulong chainId)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.ChainId is { } got && got != chainId) return new TransactionError.WrongChainId(got, chainId);
        if (transaction.MaxPriorityFeePerGas > transaction.MaxFeePerGas)
            return new TransactionError.TipAboveFeeCap(transaction.MaxPriorityFeePerGas, transaction.MaxFeePerGas);
        if (transaction.Nonce == ulong.MaxValue) return new TransactionError.NonceAtMax();
        var intrinsic = IntrinsicGas(transaction);
        if (transaction.GasLimit < intrinsic) return new TransactionError.IntrinsicGas(transaction.GasLimit, intrinsic);
        return transaction.To is null ? new TransactionError.NeedsEvm(null, "contracts cannot be created") : null;
    }

    /// <summary>The rules that need the block: the gas it has left and its base fee.</summary>
    public static TransactionError? CheckAgainstBlock(UnsignedTransaction transaction, ulong gasLeft, UInt256 baseFeePerGas)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.GasLimit > gasLeft) return new TransactionError.GasLimitExceedsBlock(transaction.GasLimit, gasLeft);
        return transaction.MaxFeePerGas < baseFeePerGas
            ? new TransactionError.FeeCapBelowBaseFee(transaction.MaxFeePerGas, baseFeePerGas)
            : null;
    }

    /// <summary>
    /// The rules that need the sender's account (null where there is none): nonce, funds, and that no contract signs.
    /// </summary>
    public static TransactionError? CheckAgainstAccount(UnsignedTransaction transaction, Address sender, Account? account) =>
        CheckNonce(transaction, account) ?? CheckFunds(transaction, account) ?? CheckSender(sender, account);

    /// <summary>The nonce must be the account's next one.</summary>
    public static TransactionError? CheckNonce(UnsignedTransaction transaction, Account? account)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        var expected = account?.Nonce ?? 0;
        return transaction.Nonce < expected ? new TransactionError.NonceTooLow(transaction.Nonce, expected)
            : transaction.Nonce > expected ? new TransactionError.NonceTooHigh(transaction.Nonce, expected)
            : null;
    }

    /// <summary>The balance must cover <see cref="UpfrontCost"/>.</summary>
    public static TransactionError? CheckFunds(UnsignedTransaction transaction, Account? account)
    {
        var balance = account?.Balance ?? UInt256.Zero;
        var cost = UpfrontCost(transaction);
        return cost is null || balance < cost ? new TransactionError.InsufficientFunds(balance, cost ?? UInt256.MaxValue) : null;
    }

    /// <summary>The sender must have no code (EIP-3607).</summary>
    public static TransactionError? CheckSender(Address sender, Account? account) =>
        account is { IsContract: true } ? new TransactionError.SenderNotEoa(sender, account.CodeHash) : null;

    /// <summary>
    /// The recipient (null where there is no such account) must be one that this node can serve: native, or without code.
    /// </summary>
    public static TransactionError? CheckRecipient(Address to, Account? account, NativeContracts natives)
    {
        ArgumentNullException.ThrowIfNull(natives);
        if (natives.Find(to) is not null) return null;
        if (IsPrecompile(to)) return new TransactionError.NeedsEvm(to, $"{to} is a precompiled contract");
        return account is { IsContract: true } ? new TransactionError.NeedsEvm(to, $"{to} is a contract") : null;
    }

    /// <summary>
    /// Wei that must be there before execution: gas limit times fee cap, plus value. Null where it exceeds 256 bits.
    /// </summary>
    public static UInt256? UpfrontCost(UnsignedTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return UInt256.TryMultiply(transaction.GasLimit, transaction.MaxFeePerGas, out var gas)
            && UInt256.TryAdd(gas, transaction.Value, out var cost)
            ? cost
            : null;
    }

    private static bool IsPrecompile(Address address) =>
        address.Bytes[^1] is >= 1 and <= Precompiles && !address.Bytes[..^1].ContainsAnyExcept((byte)0);
}
