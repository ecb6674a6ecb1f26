using Chain.Primitives;

namespace Chain.Node;

/// <summary>What happened, for logs, subscriptions and screens. Nothing in the node depends on anyone listening.</summary>
public abstract record NodeEvent
{
    private NodeEvent()
    {
    }

    /// <summary>
    /// The head moved. <paramref name="Removed"/> from the old head down to, and <paramref name="Added"/> up from, the block
    /// behind the ancestor. Without removed blocks this is plain growth, otherwise a reorganisation.
    /// </summary>
    public sealed record HeadChanged(SealedHeader Ancestor, IReadOnlyList<SealedHeader> Removed,
        IReadOnlyList<SealedHeader> Added, At At) : NodeEvent
    {
        public SealedHeader Head => Added.Count > 0 ? Added[^1] : Ancestor;
    }

    /// <summary>
    /// A transaction in the pool became executable: it is new, came back by a reorganisation, or the gap in front of it closed.
    /// </summary>
    public sealed record TransactionPooled(RecoveredTransaction Transaction) : NodeEvent;

    /// <summary>A transaction entered the pool behind a gap in its sender's nonces.</summary>
    public sealed record TransactionQueued(RecoveredTransaction Transaction) : NodeEvent;

    /// <summary>
    /// A transaction's fate changed in a way worth telling (returned to the pool, replaced, conflicting, dropped).
    /// </summary>
    public sealed record TransactionChanged(Hash256 Hash, TransactionStep Step) : NodeEvent;

    public sealed record NewWork(WorkPackage Package) : NodeEvent;

    public sealed record BlockRejected(Hash256 Hash, ulong Number, string Why, PeerId? From) : NodeEvent;

    /// <summary>Something that the consensus rule tells of itself.</summary>
    public sealed record OfConsensus(Chain.Consensus.ConsensusEvent Happened) : NodeEvent;

    /// <summary>The peer's greeting was accepted.</summary>
    public sealed record PeerReady(PeerId Peer) : NodeEvent;

    public sealed record PeerPunished(PeerId Peer, int Points, int Score, string Why) : NodeEvent;

    public sealed record SyncProgress(ulong StartingBlock, ulong CurrentBlock, ulong HighestBlock) : NodeEvent;

    public sealed record SyncFinished(ulong Head) : NodeEvent;
}
