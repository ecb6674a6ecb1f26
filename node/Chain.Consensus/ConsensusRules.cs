using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>
/// One consensus rule, taken apart by role (DESIGN section 2). Built once from the chain spec by the factory;
/// nobody else asks which rule it is.
/// </summary>
public sealed record ConsensusRules
{
    /// <summary>The rule's name for people: "proof-of-work".</summary>
    public required string Name { get; init; }

    public required IHeaderRules Headers { get; init; }

    public required IBlockLifecycle Lifecycle { get; init; }

    /// <summary>Makes the fork choice over a tree that so far holds its root only.</summary>
    public required Func<ForkChoiceBlock, IForkChoice> NewForkChoice { get; init; }

    /// <summary>Native contracts that exist under this rule.</summary>
    public required NativeContracts NativeContracts { get; init; }

    /// <summary>Whether blocks travel with a sidecar, so that gossip and sync must carry it.</summary>
    public required bool HasSidecar { get; init; }

    /// <summary>Whether a block enters the fork choice only after it was executed; otherwise a branch is executed when it can win.</summary>
    public required bool ExecutesOnArrival { get; init; }
}

/// <summary>What a header must satisfy, cheap before dear.</summary>
public interface IHeaderRules
{
    /// <summary>The seal alone, without the parent; null when it is good. What fails here is not worth keeping as an orphan.</summary>
    HeaderError? CheckSeal(SealedHeader header);

    /// <summary>Everything that follows from the parent and the clock, the seal excepted; null when the header is good.</summary>
    HeaderError? CheckAgainstParent(SealedHeader header, SealedHeader parent, At now);
}

/// <summary>What a rule does around a block's transactions, and how it begins a new block.</summary>
public interface IBlockLifecycle
{
    /// <summary>Ether created for accounts after the transactions of this block.</summary>
    IReadOnlyList<BalanceCredit> Rewards(BlockHeader header);

    /// <summary>
    /// The header of a block to be made on this parent, roots and gas used still those of an empty block on the parent's
    /// state; null when the rule does not let one be made now.
    /// </summary>
    BlockHeader? Prepare(SealedHeader parent, Address beneficiary, ReadOnlyMemory<byte> extraData, At now);
}

/// <summary>A block as the fork choice sees it.</summary>
/// <param name="Header">The verified header.</param>
/// <param name="TotalWeight">Of this block and all its ancestors; total difficulty under proof of work.</param>
/// <param name="ArrivalOrder">Counts the blocks of this node as they came; persisted, so that a restart does not flip a tie.</param>
public sealed record ForkChoiceBlock(SealedHeader Header, UInt256 TotalWeight, ulong ArrivalOrder);

/// <summary>Which block is the head. A data structure: no I/O, no clock (DESIGN section 2).</summary>
public interface IForkChoice
{
    /// <summary>Adds a block whose parent is known. Adding a known block again changes nothing.</summary>
    void OnBlock(ForkChoiceBlock block);

    /// <summary>A block that turned out invalid: it and its descendants can no longer win.</summary>
    void OnInvalidBlock(Hash256 hash);

    void OnTick(At now);

    /// <summary>The head among all valid blocks.</summary>
    Hash256 FindHead();

    /// <summary>The blocks that `safe` and `finalized` name when this block is the head, as (number, hash) on its branch.</summary>
    ForkChoiceMarks Marks(SealedHeader head);

    /// <summary>Forgets what does not descend from this block.</summary>
    void Prune(Hash256 newRoot);
}

/// <summary>How deep below the head the safe and the finalized block lie, in blocks.</summary>
public sealed record ForkChoiceMarks(ulong SafeNumber, ulong FinalizedNumber);
