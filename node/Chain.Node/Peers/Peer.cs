using Chain.Primitives;

namespace Chain.Node;

/// <summary>What the node knows of one connection.</summary>
internal sealed class Peer(PeerId id, PeerLink link, NodeLimits limits)
{
    // A branch is known by any of its last blocks, so that few are enough.
    private const int CutOffKept = 128;
    private const int UnshownKept = 128;

    private PeerView? _view;

    public PeerId Id { get; } = id;

    public PeerLink Link { get; } = link;

    /// <summary>Whether its greeting was accepted.</summary>
    public bool IsReady { get; set; }

    /// <summary>
    /// The best block that it says it has: a claim, on which nothing rests but whom to ask. Null before its greeting, and once it
    /// could not show what it claimed. The number is 0 where it was not told.
    /// </summary>
    public BlockRef? Head { get; private set; }

    /// <summary>The total difficulty that was told with <see cref="Head"/>; zero for none.</summary>
    public UInt256 HeadWeight { get; private set; }

    /// <summary>The greatest it told. Zero under eth/69, which does not tell.</summary>
    public UInt256 TotalDifficulty { get; private set; }

    /// <summary>
    /// Whether its chain may be better although we cannot tell: it greeted without a total difficulty, or the rule knows none.
    /// </summary>
    public bool IsUnexplored { get; set; }

    public int Score { get; set; }

    /// <summary>Kibibytes of blocks that it sent and that cost it too little to be of use.</summary>
    public Debt UselessBlocks { get; } = new(limits.UselessKibibytesPerPeer);

    /// <summary>Sync sessions in a row that did not lead to what it claimed.</summary>
    public int FailedSessions { get; set; }

    /// <summary>Until then it is not asked to lead a session, and from then on it waits for its turn.</summary>
    public At RestsUntil { get; set; }

    /// <summary>
    /// Blocks whose branch was found lighter than ours, which can only have grown since: not worth asking for again.
    /// </summary>
    public BoundedSet<Hash256> Lighter { get; } = new(UnshownKept);

    /// <summary>Blocks that it claimed and could not show. It is not asked for them again.</summary>
    public BoundedSet<Hash256> Unshown { get; } = new(UnshownKept);

    /// <summary>Whether it is being disconnected: what still arrives of it is not looked at.</summary>
    public bool IsLeaving { get; set; }

    public BoundedSet<Hash256> KnownBlocks { get; } = new(limits.KnownPerPeer);

    public BoundedSet<Hash256> KnownTransactions { get; } = new(limits.KnownPerPeer);

    /// <summary>
    /// Blocks of this peer's whose branch leads to below what is final here: not worth asking for again. Of this peer alone,
    /// because on the way there it could have lied about its chain.
    /// </summary>
    public BoundedSet<Hash256> CutOff { get; } = new(CutOffKept);

    /// <summary>It says that it has this block; kept when it is better than what it said before.</summary>
    /// <param name="weight">Zero for not told.</param>
    public void Raise(BlockRef head, UInt256 weight)
    {
        if (Head is not null && weight <= TotalDifficulty && (!weight.IsZero || head.Number <= Head.Number)) return;
        (Head, HeadWeight) = (head, weight);
        TotalDifficulty = UInt256.Max(TotalDifficulty, weight);
    }

    /// <summary>What it said of its head is replaced by what was found out; null when it could not show anything.</summary>
    public void Correct(BlockRef? head, UInt256 weight) =>
        (Head, HeadWeight, TotalDifficulty, IsUnexplored) = (head, weight, weight, false);

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
