using Chain.Primitives;

namespace Chain.Node;

/// <summary>What the node knows of one connection.</summary>
internal sealed class Peer(PeerId id, PeerLink link, NodeLimits limits)
{
    // A branch is known by any of its last blocks, so that few are enough.
    private const int CutOffKept = 128;

    private PeerView? _view;

    public PeerId Id { get; } = id;

    public PeerLink Link { get; } = link;

    /// <summary>Whether its greeting was accepted.</summary>
    public bool IsReady { get; set; }

    /// <summary>The best block that it is known to have; null before its greeting.</summary>
    public BlockRef? Head { get; set; }

    /// <summary>Zero under eth/69, which does not tell.</summary>
    public UInt256 TotalDifficulty { get; set; }

    /// <summary>Whether its chain may be heavier although we cannot tell: it greeted without a total difficulty.</summary>
    public bool IsUnexplored { get; set; }

    public int Score { get; set; }

    /// <summary>Whether it is being disconnected for its score: what still arrives of it is not looked at.</summary>
    public bool IsLeaving { get; set; }

    public BoundedSet<Hash256> KnownBlocks { get; } = new(limits.KnownPerPeer);

    public BoundedSet<Hash256> KnownTransactions { get; } = new(limits.KnownPerPeer);

    /// <summary>
    /// Blocks of this peer's whose branch leads to below what is final here: not worth asking for again. Of this peer alone, because on
    /// the way there it could have lied about its chain.
    /// </summary>
    public BoundedSet<Hash256> CutOff { get; } = new(CutOffKept);

    /// <summary>The peer has this block and it is better than what was known of it.</summary>
    public void Raise(BlockRef head, UInt256 totalDifficulty)
    {
        if (Head is not null && totalDifficulty <= TotalDifficulty && (!totalDifficulty.IsZero || head.Number <= Head.Number)) return;
        Head = head;
        TotalDifficulty = UInt256.Max(TotalDifficulty, totalDifficulty);
    }

    /// <summary>The same object as long as nothing in it changes.</summary>
    public PeerView ToView()
    {
        if (_view is null || _view.Head != Head || _view.TotalDifficulty != TotalDifficulty || _view.Score != Score)
        {
            _view = new PeerView(Id, Link.Name, Link.Outbound, Head, TotalDifficulty, Score);
        }

        return _view;
    }
}
