using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Why the pool does not take a transaction.</summary>
public abstract record PoolError
{
    private PoolError()
    {
    }

    /// <summary>The transaction breaks a rule, by itself or on the head's state.</summary>
    public sealed record Invalid(TransactionError Error) : PoolError;

    public sealed record AlreadyKnown(Hash256 Hash) : PoolError;

    /// <summary>
    /// A transaction of the same sender and nonce is there; the new one must pay at least this much per gas, in wei.
    /// </summary>
    public sealed record ReplacementUnderpriced(UInt256 RequiredMaxFee, UInt256 RequiredPriorityFee) : PoolError;

    /// <summary>
    /// The pool is full of transactions that are worth more. In wei per gas: what a miner would get now for this one and those in
    /// front of it, and what would do.
    /// </summary>
    public sealed record Underpriced(UInt256 Offered, UInt256 Required) : PoolError;

    /// <summary>The sender has too many transactions waiting, or too many bytes of them.</summary>
    public sealed record AccountLimit(int Limit) : PoolError;

    /// <summary>It waits for an earlier nonce, and too many in the pool do.</summary>
    public sealed record QueueFull(int Limit) : PoolError;

    public sealed record NonceTooFarAhead(ulong Got, ulong Expected, int Limit) : PoolError;

    public sealed record TooLarge(int Bytes, int Limit) : PoolError;
}
