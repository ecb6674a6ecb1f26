using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// An immutable picture of the node after a step; readers answer from it and from the store, keyed by hash, and never wait
/// for an import.
/// </summary>
public sealed record ChainView
{
    public required SealedHeader Head { get; init; }

    public required UInt256 HeadTotalDifficulty { get; init; }

    /// <summary>The block that the tag `safe` names; genesis before anything is safe.</summary>
    public required SealedHeader Safe { get; init; }

    /// <summary>The block that the tag `finalized` names; genesis before anything is final.</summary>
    public required SealedHeader Finalized { get; init; }

    /// <summary>The recent blocks of all branches, ordered by number, then by arrival.</summary>
    public required IReadOnlyList<BlockTreeNode> Tree { get; init; }

    /// <summary>The recent reorganisations, oldest first.</summary>
    public required ImmutableList<Reorg> Reorgs { get; init; }

    public required PoolSnapshot Pool { get; init; }

    public required ImmutableList<PeerView> Peers { get; init; }

    /// <summary>What the consensus rule shows of its own state; null where there is nothing beside the blocks.</summary>
    public required Chain.Consensus.ConsensusView? Consensus { get; init; }

    /// <summary>Null when the node is not catching up.</summary>
    public required SyncView? Sync { get; init; }

    /// <summary>Who gets the rewards of blocks made here; null when the node makes none.</summary>
    public required Address? MiningBeneficiary { get; init; }
}

public enum BlockStatus
{
    /// <summary>
    /// Header and body are here; the transition has not been applied, because the branch has not been able to win.
    /// </summary>
    Known,

    /// <summary>The transition has been applied and its state is here (unless pruned).</summary>
    Executed,

    /// <summary>The transition refused it.</summary>
    Invalid,
}

/// <summary>One block of the tree, on any branch.</summary>
public sealed record BlockTreeNode(
    SealedHeader Header,
    UInt256 TotalDifficulty,
    ulong ArrivalOrder,
    At ArrivedAt,
    BlockStatus Status,
    bool IsCanonical,
    int TransactionCount);

/// <summary>
/// A reorganisation: <paramref name="Depth"/> blocks below <paramref name="From"/> gave way to the branch of
/// <paramref name="To"/>.
/// </summary>
public sealed record Reorg(At At, int Depth, BlockRef Ancestor, BlockRef From, BlockRef To, int TransactionsReturned,
    int TransactionsConflicting);

public sealed record BlockRef(ulong Number, Hash256 Hash);

public sealed record PeerView(PeerId Id, string Name, bool Outbound, BlockRef? Head, UInt256 TotalDifficulty, int Score);

public sealed record SyncView(ulong StartingBlock, ulong CurrentBlock, ulong HighestBlock);
