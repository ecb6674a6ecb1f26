using Chain.Node;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>Ways in which a peer says that it has a block.</summary>
public enum ClaimBy
{
    Status,
    NewBlock,
    BlockRange,
    BlockHashes,
}

/// <summary>What a liar does about questions for the headers that it claimed.</summary>
public enum LiarAnswers
{
    Silence,
    Nothing,
    MadeUpHeaders,
}

/// <summary>A peer that claims blocks that it cannot show, on a chain of headers that nobody made.</summary>
internal sealed class Liar
{
    private static readonly UInt256 Huge = UInt256.One << 200;

    private readonly SimulatedNetwork _network;
    private readonly LiarAnswers _answers;
    private readonly ulong _number;
    private readonly List<SealedHeader> _below = [];
    private byte _lie;

    public Liar(SimulatedNetwork network, int node, ClaimBy by, LiarAnswers answers, ulong number = 1_000_000)
    {
        (_network, _answers, _number) = (network, answers, number);
        By = by;
        Peer = network.AddStranger(node, by == ClaimBy.Status ? Greeting : null, Answer);
    }

    public SimulatedStranger Peer { get; }

    public ClaimBy By { get; }

    /// <summary>The header that it claimed last.</summary>
    public SealedHeader Claimed { get; private set; } = null!;

    /// <summary>Claims another block. A greeting cannot be said twice: whoever lied in it goes on with announcements.</summary>
    public void Lie()
    {
        Claimed = MadeUp(_number, NextLie());
        WireMessage message = By switch
        {
            ClaimBy.NewBlock when _network.Rules.HasSidecar =>
                new WireMessage.NewBlockWithSidecar(new Block(Claimed, new BlockBody([], []), new byte[] { 0xc0 }), Huge),
            ClaimBy.NewBlock => new WireMessage.NewBlock(new Block(Claimed, BlockBody.Empty, ReadOnlyMemory<byte>.Empty), Huge),
            ClaimBy.BlockRange => new WireMessage.BlockRangeUpdate(0, Claimed.Number, Claimed.Hash),
            _ => new WireMessage.NewBlockHashes([new BlockRef(Claimed.Number, Claimed.Hash)]),
        };
        _network.Say(Peer, message);
    }

    private WireMessage.Status Greeting(WireMessage.Status honest)
    {
        Claimed = MadeUp(_number, NextLie());
        return honest with { HeadNumber = Claimed.Number, HeadHash = Claimed.Hash, TotalDifficulty = Huge };
    }

    private WireMessage? Answer(WireMessage message) => (message, _answers) switch
    {
        (WireMessage.GetBlockHeaders ask, LiarAnswers.Nothing) => new WireMessage.BlockHeaders(ask.RequestId, []),
        (WireMessage.GetBlockHeaders { StartHash: { } hash } ask, LiarAnswers.MadeUpHeaders) when hash == Claimed.Hash =>
            new WireMessage.BlockHeaders(ask.RequestId, Down((int)ask.Limit)),
        (WireMessage.GetBlockHeaders ask, LiarAnswers.MadeUpHeaders) => new WireMessage.BlockHeaders(
            ask.RequestId,
            [.. Enumerable.Range(0, (int)ask.Limit).Select(i => MadeUp(ask.StartNumber + ((ulong)i * (ask.Skip + 1)), 0))]),
        _ => null,
    };

    // Zero is for headers that nobody claimed.
    private byte NextLie() => _lie = (byte)(_lie == byte.MaxValue ? 1 : _lie + 1);

    /// <summary>Headers that lead down from the claimed one, as far as that can be without a search: the rest is below.</summary>
    private List<SealedHeader> Down(int count) => [.. _below.Prepend(Claimed).Take(count)];

    private SealedHeader MadeUp(ulong number, byte lie)
    {
        var genesis = _network.Genesis.Block.Header.Header;
        var header = genesis with
        {
            Number = number,
            Timestamp = _network.Now.UnixSeconds,
            ParentHash = _network.Genesis.Block.Hash,
            ExtraData = new byte[31].Append(lie).ToArray(),
        };
        if (lie == 0) return new SealedHeader(header);
        _below.Clear();
        var up = new List<SealedHeader>();
        var parent = Keccak256.Hash([lie]);
        for (var n = number - 200; n < number; n++)
        {
            up.Add(new SealedHeader(header with { Number = n, ParentHash = parent }));
            parent = up[^1].Hash;
        }

        up.Reverse();
        _below.AddRange(up);
        return new SealedHeader(header with { ParentHash = parent });
    }
}
