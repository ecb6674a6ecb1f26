using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// A block in execution: transactions are added one by one, each wholly or not at all, and <see cref="Finish"/> closes it.
/// Block production offers it what the pool has; <see cref="StateTransition.Apply"/> what a received block holds.
/// </summary>
public sealed class BlockBuilder
{
    private readonly WorldState _state;
    private readonly BlockContext _block;
    private readonly NativeContracts _natives;
    private readonly List<Receipt> _receipts = [];
    private readonly List<RecoveredTransaction> _included = [];
    private UInt256 _burned;

    public BlockBuilder(WorldState state, BlockContext block, NativeContracts natives)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(natives);
        (_state, _block, _natives) = (state, block, natives);
    }

    /// <summary>What was added so far.</summary>
    public IReadOnlyList<RecoveredTransaction> Included => _included;

    public ulong GasUsed { get; private set; }

    /// <summary>
    /// Gas that the block has left; once below <see cref="TransactionRules.TransactionGas"/> nothing fits any more.
    /// </summary>
    public ulong GasLeft => _block.GasLimit - GasUsed;

    /// <summary>Executes the transaction next, or says why it must not stand here and changes nothing.</summary>
    public TransactionError? TryAdd(RecoveredTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (Check(transaction) is { } error) return error;
        var (succeeded, gasUsed, logs) = Execute(transaction.Transaction.Unsigned, transaction.Sender);
        GasUsed += gasUsed;
        _included.Add(transaction);
        _receipts.Add(new Receipt(transaction.Transaction.Type, succeeded, GasUsed, logs));
        return null;
    }

    /// <summary>Pays rewards and withdrawals and computes the roots. Nothing can be added afterwards.</summary>
    /// <param name="withdrawals">Null before Shanghai (EIP-4895).</param>
    /// <param name="rewards">What the consensus rule creates for the block.</param>
    public ExecutionOutcome Finish(IReadOnlyList<Withdrawal>? withdrawals, IReadOnlyList<BalanceCredit> rewards)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        foreach (var reward in rewards) _state.AddBalance(reward.Account, reward.Wei);
        foreach (var withdrawal in withdrawals ?? [])
            _state.AddBalance(withdrawal.Address, (UInt256)withdrawal.AmountGwei * 1_000_000_000);
        return new ExecutionOutcome(
            _state.Commit(),
            _receipts,
            GasUsed,
            Bloom.Union(_receipts.Select(receipt => receipt.Bloom)),
            Roots.ReceiptsRoot(_receipts),
            _burned);
    }

    private TransactionError? Check(RecoveredTransaction recovered)
    {
        var (transaction, sender) = (recovered.Transaction.Unsigned, recovered.Sender);
        if (TransactionRules.CheckStateless(transaction, _block.ChainId) is { } malformed) return malformed;
        if (TransactionRules.CheckAgainstBlock(transaction, GasLeft, _block.BaseFeePerGas) is { } unfit) return unfit;
        if (TransactionRules.CheckAgainstAccount(transaction, sender, _state.GetAccount(sender)) is { } unpaid) return unpaid;
        var to = transaction.To!.Value;
        return TransactionRules.CheckRecipient(to, _state.GetAccount(to), _natives);
    }

    private (bool Succeeded, ulong GasUsed, IReadOnlyList<Log> Logs) Execute(UnsignedTransaction transaction, Address sender)
    {
        // Checked before: the fee cap covers the base fee, the balance covers the cap and the value.
        var priorityFee = UInt256.Min(transaction.MaxPriorityFeePerGas, transaction.MaxFeePerGas - _block.BaseFeePerGas);
        var price = priorityFee + _block.BaseFeePerGas;
        var intrinsic = TransactionRules.IntrinsicGas(transaction);

        _state.ChargeSender(sender, transaction.Nonce + 1, price * transaction.GasLimit);
        var call = MessageCall.Process(_state, _block, _natives, sender, transaction.To!.Value, transaction.Value,
            transaction.Data, transaction.GasLimit - intrinsic);
        var gasUsed = intrinsic + call.GasUsed;
        _state.AddBalance(sender, price * (transaction.GasLimit - gasUsed));
        _state.AddBalance(_block.Beneficiary, priorityFee * gasUsed);
        _burned += _block.BaseFeePerGas * gasUsed;
        _state.EndTransaction();
        return call is NativeCallOutcome.Succeeded { Logs: var logs } ? (true, gasUsed, logs) : (false, gasUsed, []);
    }
}
