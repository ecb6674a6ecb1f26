using Chain.Consensus.Work;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Blocks that peers announce by hash: what a flood of them costs, and whom.</summary>
public sealed class BlockAnnouncementTests : IDisposable
{
    private const int PerMessage = WireLimits.MaxBlockAnnouncements;

    private readonly CoreScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(200)]
    public void However_many_unknown_hashes_a_peer_announces_it_gets_its_share_of_fetches_and_lookups(int messages)
    {
        var flooder = _scene.Connect(1);
        var before = _scene.Reads.Count;
        var asked = Enumerable.Range(0, messages).Sum(i => _scene.Send(flooder, Unknown(i)).Count);

        Assert.Equal(_scene.Limits.FetchesPerPeer, asked);
        Assert.Equal(_scene.Limits.FetchesPerPeer, _scene.Core.Usage.Fetches);

        // One lookup for each fetch, and nothing for what finds no room.
        Assert.InRange(_scene.Reads.Count - before, 0, _scene.Limits.FetchesPerPeer);
    }

    [Fact]
    public void Deep_blocks_that_only_the_store_knows_are_looked_up_no_more_often_than_there_are_places()
    {
        using var scene = new CoreScene(new NodeLimits { TreeHeights = 8 });
        scene.Mine(120);
        var deep = new List<BlockRef>();
        for (ulong i = 1; i <= 64; i++) deep.Add(new BlockRef(i, scene.Reads.GetCanonicalHash(i)!.Value));
        var flooder = scene.Connect(1);
        var before = scene.Reads.Count;

        Assert.Empty(scene.Send(flooder, new WireMessage.NewBlockHashes(deep)));

        Assert.InRange(scene.Reads.Count - before, 1, scene.Limits.FetchesPerPeer);
    }

    [Fact]
    public void What_another_peer_announces_is_fetched_while_one_floods()
    {
        var (flooder, honest) = (_scene.Connect(1), _scene.Connect(2));
        for (var i = 0; i < 50; i++) _scene.Send(flooder, Unknown(i));
        var block = _scene.Make(_scene.Genesis.Hash, 1, timestamp: _scene.Now.UnixSeconds + 2);

        var asked = Assert.Single(_scene.Send(honest, new WireMessage.NewBlockHashes([new BlockRef(1, block.Hash)])));

        Assert.Equal(honest, asked.Peer);
        Assert.Equal(block.Hash, Assert.IsType<WireMessage.GetBlockHeaders>(asked.Message).StartHash);
    }

    [Fact]
    public void A_hash_that_found_no_room_is_not_known_and_is_fetched_when_it_is_announced_again()
    {
        var (flooder, honest) = (_scene.Connect(1), _scene.Connect(2));
        _scene.Send(flooder, Unknown(0));
        var dropped = ((WireMessage.NewBlockHashes)Unknown(0)).Blocks[^1];

        var asked = Assert.Single(_scene.Send(honest, new WireMessage.NewBlockHashes([dropped])));

        Assert.Equal(honest, asked.Peer);
    }

    [Fact]
    public void Whoever_announces_and_answers_empty_pays_for_each_and_is_gone_after_twenty()
    {
        var liar = _scene.Connect(1);
        var answered = 0;
        for (var i = 0; i < 10 && !_scene.Gone.Contains(liar); i++)
        {
            foreach (var (_, message) in _scene.Send(liar, Unknown(i)))
            {
                _scene.Send(liar, new WireMessage.BlockHeaders(((WireMessage.GetBlockHeaders)message).RequestId, []));
                answered++;
            }
        }

        Assert.Contains(liar, _scene.Gone);
        Assert.InRange(answered, 20, 20 + _scene.Limits.FetchesPerPeer);

        // Nothing of it is looked at any more.
        Assert.Empty(_scene.Send(liar, Unknown(99)));
        _scene.Step(new NodeInput.PeerDisconnected(_scene.Now, liar));
        Assert.Equal(0, _scene.Core.Usage.Fetches);
    }

    [Fact]
    public void Whoever_announces_and_never_answers_pays_and_the_next_announcer_is_asked()
    {
        var (liar, honest) = (_scene.Connect(1), _scene.Connect(2));
        var announcement = new WireMessage.NewBlockHashes([new BlockRef(1, CoreScene.HashOf(1))]);
        _scene.Send(liar, announcement);
        Assert.Empty(_scene.Send(honest, announcement));

        var asked = _scene.Tick(_scene.Limits.RequestTimeoutMs + 1);

        Assert.Equal(honest, Assert.Single(asked).Peer);
        Assert.Equal(5, _scene.Scores[liar]);
        Assert.DoesNotContain(honest, _scene.Scores.Keys);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(40)]
    public void However_many_announce_a_block_and_stall_an_honest_announcer_is_asked_within_seconds(int stallers)
    {
        using var ahead = new CoreScene();
        ahead.Mine(2);
        var (first, second) = (Ahead(1), Ahead(2));
        var they = Enumerable.Range(0, stallers).Select(_ => _scene.Connect()).ToList();
        var honest = _scene.Connect();
        _scene.Pass(4000);

        // Once all have stalled one block, they are asked for the next one last.
        Announce(first);
        WireMessage.GetBlockHeaders? question = null;
        for (var i = 0; i < stallers + 2 && question is null; i++)
        {
            _scene.Pass(1000);
            question = _scene.Hear(honest).OfType<WireMessage.GetBlockHeaders>().SingleOrDefault(ask =>
                ask.StartHash == first.Hash);
        }

        Assert.NotNull(question);
        _scene.Send(honest, new WireMessage.BlockHeaders(question.RequestId, [first.Header]));
        Assert.Equal(first.Hash, _scene.Head.Hash);
        _scene.Pass(5000);
        Announce(second);
        _scene.Pass(1250);
        Assert.Contains(_scene.Hear(honest).OfType<WireMessage.GetBlockHeaders>(), ask => ask.StartHash == second.Hash);

        Block Ahead(ulong number) => ahead.Reads.GetBlock(ahead.Reads.GetCanonicalHash(number)!.Value)!;

        void Announce(Block block)
        {
            foreach (var peer in they) _scene.Send(peer, new WireMessage.NewBlockHashes([new BlockRef(1, block.Hash)]));
            _scene.Send(honest, new WireMessage.NewBlockHashes([new BlockRef(1, block.Hash)]));
        }
    }

    [Fact]
    public void Whoever_announces_a_block_while_another_stalls_it_is_asked_at_once()
    {
        var (liar, honest) = (_scene.Connect(1), _scene.Connect(2));
        var announcement = new WireMessage.NewBlockHashes([new BlockRef(1, CoreScene.HashOf(1))]);
        _scene.Send(liar, announcement);
        _scene.Pass(1250);

        Assert.Equal(honest, Assert.Single(_scene.Send(honest, announcement)).Peer);
        Assert.Equal(1, _scene.Core.Usage.Fetches);
    }

    [Fact]
    public void A_header_with_more_extra_data_than_a_header_may_have_is_not_kept_until_its_body_comes()
    {
        var liar = _scene.Connect(1);
        var plain = _scene.Make(CoreScene.HashOf(1), 5, payloadBytes: 100).Header.Header;
        var header = new SealedHeader(plain with { ExtraData = new byte[1024 * 1024] });
        var asked = Assert.Single(_scene.Send(liar, new WireMessage.NewBlockHashes([new BlockRef(5, header.Hash)])));

        Assert.Empty(_scene.Send(liar,
            new WireMessage.BlockHeaders(((WireMessage.GetBlockHeaders)asked.Message).RequestId, [header])));

        Assert.Contains(liar, _scene.Gone);
        Assert.Equal(0, _scene.Core.Usage.OpenRequests);
    }

    [Fact]
    public void An_answer_of_the_wrong_kind_costs_and_frees_the_place()
    {
        var liar = _scene.Connect(1);
        var asked = Assert.Single(_scene.Send(liar, new WireMessage.NewBlockHashes([new BlockRef(1, CoreScene.HashOf(1))])));

        _scene.Send(liar, new WireMessage.BlockBodies(((WireMessage.GetBlockHeaders)asked.Message).RequestId, []));

        Assert.Equal((10, 0, 0), (_scene.Scores[liar], _scene.Core.Usage.Fetches, _scene.Core.Usage.OpenRequests));
    }

    [Fact]
    public void A_peer_that_leaves_gives_its_places_back()
    {
        var flooder = _scene.Connect(1);
        _scene.Send(flooder, Unknown(0));

        _scene.Step(new NodeInput.PeerDisconnected(_scene.Now, flooder));

        Assert.Equal((0, 0), (_scene.Core.Usage.Fetches, _scene.Core.Usage.OpenRequests));
    }

    [Fact]
    public void A_body_that_is_not_the_headers_costs_a_hundred_points_and_the_block_may_come_from_another()
    {
        var (liar, honest) = (_scene.Connect(1), _scene.Connect(2));
        var block = _scene.Make(
            _scene.Genesis.Hash,
            1,
            payloadBytes: 100,
            timestamp: _scene.Now.UnixSeconds + 2,
            difficulty: DifficultyAfterGenesis());
        var announcement = new WireMessage.NewBlockHashes([new BlockRef(1, block.Hash)]);
        var header = Assert.Single(_scene.Send(liar, announcement));
        _scene.Send(honest, announcement);
        var question = ((WireMessage.GetBlockHeaders)header.Message).RequestId;
        var body = Assert.Single(_scene.Send(liar, new WireMessage.BlockHeaders(question, [block.Header])));

        var asked = _scene.Send(
            liar, new WireMessage.BlockBodies(((WireMessage.GetBlockBodies)body.Message).RequestId, [BlockBody.Empty]));

        Assert.Contains(liar, _scene.Gone);
        Assert.Equal(honest, Assert.Single(asked).Peer);
    }

    private UInt256 DifficultyAfterGenesis() =>
        Asert.NextDifficulty(_scene.Genesis.Header.Header, _scene.Now.UnixSeconds + 2, 2);

    private static WireMessage.NewBlockHashes Unknown(int message) =>
        new([.. Hashes(message).Select(hash => new BlockRef(1, hash))]);

    private static IEnumerable<Hash256> Hashes(int message) =>
        Enumerable.Range(message * PerMessage, PerMessage).Select(i => CoreScene.HashOf(i));
}
