using Chain.Primitives;

namespace Chain.Execution;

/// <summary>What executing a block gave; the header must say the same.</summary>
/// <param name="State">The new state.</param>
/// <param name="Receipts">One for each transaction, in order.</param>
/// <param name="GasUsed">By all transactions.</param>
/// <param name="LogsBloom">The union of the receipts' filters.</param>
/// <param name="ReceiptsRoot">The root of the receipts trie.</param>
/// <param name="BurnedWei">Base fees destroyed (EIP-1559).</param>
public sealed record ExecutionOutcome(
    StateDiff State,
    IReadOnlyList<Receipt> Receipts,
    ulong GasUsed,
    Bloom LogsBloom,
    Hash256 ReceiptsRoot,
    UInt256 BurnedWei);

/// <summary>Why a block cannot be executed: it is invalid, whoever sent it.</summary>
public abstract record BlockExecutionError
{
    private BlockExecutionError()
    {
    }

    /// <summary>For people: what was wrong, with the values.</summary>
    public abstract string Message { get; }

    /// <summary>A transaction that must not be in this block.</summary>
    /// <param name="Index">Its place in the block, from zero.</param>
    /// <param name="TransactionHash">Which one.</param>
    /// <param name="Error">The rule it breaks.</param>
    public sealed record InvalidTransaction(int Index, Hash256 TransactionHash, TransactionError Error) : BlockExecutionError
    {
        public override string Message => $"transaction {Index} ({TransactionHash}) is invalid: {Error.Message}";
    }
}
