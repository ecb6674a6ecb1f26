using Chain.Primitives;

namespace Chain.Node;

/// <summary>One step in the life of a transaction, as this node saw it.</summary>
/// <param name="Block">The block it was mined in, or the one that was reorganised away.</param>
/// <param name="Other">The transaction that replaced it or that took its nonce.</param>
/// <param name="Reason">Plain words.</param>
public sealed record TransactionStep(TransactionFate Fate, At At, BlockRef? Block, Hash256? Other, string? Reason);

public enum TransactionFate
{
    /// <summary>In the pool.</summary>
    Pending,

    /// <summary>In a block of the canonical chain.</summary>
    Mined,

    /// <summary>Its block was reorganised away; it is back in the pool.</summary>
    Orphaned,

    /// <summary>Another transaction of the same sender and nonce with a better price took its place.</summary>
    Replaced,

    /// <summary>Another transaction of the same sender and nonce was mined, so this one can never be.</summary>
    Conflicting,

    /// <summary>Left the pool for another reason: expired, evicted by price, no longer affordable.</summary>
    Dropped,
}
