using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// What every batch has to respect: blocks arrive once, and the canonical chain changes at its end only. All stores ask here,
/// so that a broken batch fails the same way in a simulation and on disk.
/// </summary>
public static class StoreRules
{
    public static InvalidOperationException AlreadyStored(Hash256 block) =>
        new($"A batch brings block {block}, which is stored already.");

    public static InvalidOperationException NotStored(Hash256 block) =>
        new($"A batch speaks of block {block}, which is not stored.");

    public static void RequireMatch(Block block, BlockRecord record)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(record);
        if (record.Hash != block.Hash || record.Number != block.Number || record.ParentHash != block.Header.ParentHash
            || record.TransactionCount != block.Body.Transactions.Count)
        {
            throw new InvalidOperationException($"The record {record} does not describe {block.Header} with "
                + $"{block.Body.Transactions.Count} transactions.");
        }
    }

    /// <summary>
    /// An added block's parent must be the canonical chain's last block; the first block may be any. Each transaction needs its
    /// sender.
    /// </summary>
    public static void RequireOnTip(CanonicalChange change, Hash256? tip)
    {
        ArgumentNullException.ThrowIfNull(change);
        RequireSenders(change);
        if (tip is { } hash && change.Block.Header.ParentHash != hash)
            throw new InvalidOperationException($"{change.Block.Header} cannot follow {hash}, the end of the canonical chain.");
    }

    /// <summary>A removed block must be the canonical chain's last.</summary>
    public static void RequireIsTip(CanonicalChange change, Hash256? tip)
    {
        ArgumentNullException.ThrowIfNull(change);
        RequireSenders(change);
        if (change.Block.Hash != tip)
            throw new InvalidOperationException($"{change.Block.Header} cannot be removed: the canonical chain ends at {tip}.");
    }

    /// <summary>Offsets of the chain log grow.</summary>
    public static void RequireAfter(CanonicalChange change, ulong lastOffset)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.LogOffset <= lastOffset)
            throw new InvalidOperationException($"The chain log's offset {change.LogOffset} does not follow {lastOffset}.");
    }

    public static void RequireHeadAtTip(HeadRecord? head, Hash256? tip)
    {
        if (head is not null && head.Head != tip)
            throw new InvalidOperationException($"The head {head.Head} is not the end of the canonical chain, {tip}.");
    }

    private static void RequireSenders(CanonicalChange change)
    {
        if (change.Senders.Count != change.Block.Body.Transactions.Count)
        {
            throw new InvalidOperationException($"{change.Block.Header} has {change.Block.Body.Transactions.Count} "
                + $"transactions, the batch names {change.Senders.Count} senders.");
        }
    }
}
