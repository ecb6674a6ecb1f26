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

    /// <summary>A transaction of the same sender and nonce is there; the new one must pay at least this much per gas, in wei.</summary>
    public sealed record ReplacementUnderpriced(UInt256 RequiredMaxFee, UInt256 RequiredPriorityFee) : PoolError;

    /// <summary>The pool is full of better-paying transactions.</summary>
    public sealed record Underpriced(UInt256 MaxFee, UInt256 Required) : PoolError;

    /// <summary>The sender has too many transactions waiting.</summary>
    public sealed record AccountLimit(int Limit) : PoolError;

    public sealed record NonceTooFarAhead(ulong Got, ulong Expected, int Limit) : PoolError;

    public sealed record TooLarge(int Bytes, int Limit) : PoolError;
}
