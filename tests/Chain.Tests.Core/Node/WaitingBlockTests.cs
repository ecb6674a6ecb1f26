using Chain.Consensus.Work;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Blocks without a parent, and blocks before their time: what is kept of them, and of whom.</summary>
public sealed class WaitingBlockTests : IDisposable
{
    private const int Mebibyte = 1024 * 1024;

    private readonly CoreScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Blocks_of_fifteen_mebibytes_without_a_parent_are_not_kept()
    {
        var flooder = _scene.Connect(1);

        for (byte i = 0; i < 4; i++)
        {
            _scene.Send(flooder, New(_scene.Make(CoreScene.HashOf(i), 1, payloadBytes: 15 * Mebibyte, salt: i)));
        }

        Assert.Equal((0, 0L), (_scene.Core.Usage.Orphans, _scene.Core.Usage.OrphanBytes));
    }

    [Theory]
    [InlineData(1, 30_000)]
    [InlineData(3, 30_000)]
    [InlineData(12, 30_000)]
    [InlineData(12, 100_000)]
    public void Orphans_keep_to_their_bytes_of_one_peer_and_in_all(int peers, int payloadBytes)
    {
        using var scene = new CoreScene(new NodeLimits { OrphanBytes = Mebibyte, OrphanBytesPerPeer = Mebibyte / 4 });
        for (var peer = 1; peer <= peers; peer++)
        {
            var id = scene.Connect(peer);
            for (byte i = 0; i < 10; i++)
            {
                scene.Send(id, New(scene.Make(CoreScene.HashOf((peer * 100) + i), 1, payloadBytes: payloadBytes, salt: i)));
            }

            Assert.InRange(scene.Core.Usage.OrphanBytes, 1, Math.Min(Mebibyte, peer * Mebibyte / 4));
        }
    }

    [Fact]
    public void The_orphan_of_an_honest_peer_stays_while_others_fill_the_pool()
    {
        using var scene = new CoreScene(new NodeLimits { OrphanBytes = Mebibyte, OrphanBytesPerPeer = Mebibyte / 4 });
        var honest = scene.Connect(1);
        var parent = scene.Make(scene.Genesis.Hash, 1);
        var orphan = scene.Make(parent.Hash, 2, payloadBytes: 1000);
        scene.Send(honest, New(orphan));
        for (var peer = 2; peer <= 20; peer++)
        {
            var id = scene.Connect(peer);
            for (byte i = 0; i < 8; i++)
            {
                scene.Send(id, New(scene.Make(CoreScene.HashOf((peer * 100) + i), 3, payloadBytes: 50_000, salt: i)));
            }
        }

        // It is known still: nobody is asked for it.
        Assert.Empty(scene.Send(honest, new WireMessage.NewBlockHashes([new BlockRef(2, orphan.Hash)])));
    }

    [Fact]
    public void An_orphan_far_below_the_heads_difficulty_is_neither_kept_nor_followed()
    {
        var flooder = _scene.Connect(1);
        var cheap = _scene.Make(CoreScene.HashOf(1), 500, difficulty: _scene.Head.Header.Difficulty / 17);

        Assert.Empty(_scene.Send(flooder, new WireMessage.NewBlock(cheap, 1)));

        Assert.Equal(0, _scene.Core.Usage.Orphans);
        Assert.Empty(_scene.Scores);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_goes_on_sending_heavy_blocks_that_cost_next_to_nothing_is_thrown_out(bool isOrphan)
    {
        // On genesis, and below a head that outweighs it by far.
        using var scene = new CoreScene(new NodeLimits { UselessKibibytesPerPeer = 1024 }, difficulty: 1 << 24);
        scene.Mine(3);
        var (flooder, honest) = (scene.Connect(), scene.Connect());
        scene.Send(honest, Cheap(200));
        for (byte i = 0; i < 45 && !scene.Gone.Contains(flooder); i++) scene.Send(flooder, Cheap(i));

        Assert.Contains(flooder, scene.Gone);
        Assert.Equal(0, scene.ScoreOf(honest));

        WireMessage.NewBlock Cheap(byte salt)
        {
            var parent = isOrphan ? CoreScene.HashOf(salt) : scene.Genesis.Hash;
            return New(scene.Make(parent, 1, scene.Head.Header.Difficulty / 17, payloadBytes: Mebibyte / 10, salt: salt));
        }
    }

    [Fact]
    public void An_orphan_whose_body_is_not_its_own_costs_a_hundred_points_and_is_not_kept()
    {
        var liar = _scene.Connect(1);

        _scene.Send(liar, New(_scene.Make(CoreScene.HashOf(1), 1, payloadBytes: 5000, matchesBody: false)));

        Assert.Equal(0, _scene.Core.Usage.Orphans);
        Assert.Contains(liar, _scene.Gone);
    }

    [Fact]
    public void The_orphans_of_a_peer_leave_with_it()
    {
        var peer = _scene.Connect(1);
        _scene.Send(peer, New(_scene.Make(CoreScene.HashOf(1), 1)));
        Assert.Equal(1, _scene.Core.Usage.Orphans);

        _scene.Step(new NodeInput.PeerDisconnected(_scene.Now, peer));

        Assert.Equal((0, 0L), (_scene.Core.Usage.Orphans, _scene.Core.Usage.OrphanBytes));
    }

    [Fact]
    public void Blocks_before_their_time_keep_to_their_bounds_and_far_ones_are_not_kept()
    {
        for (var peer = 1; peer <= 12; peer++)
        {
            var id = _scene.Connect(peer);
            for (byte i = 0; i < 12; i++) _scene.Send(id, New(Future(30, (byte)((peer * 16) + i), 100_000)));
        }

        Assert.InRange(_scene.Core.Usage.FutureBlocks, 1, _scene.Limits.FutureBlocks);
        Assert.InRange(_scene.Core.Usage.FutureBytes, 1, _scene.Limits.FutureBytes);

        using var fresh = new CoreScene();
        fresh.Send(
            fresh.Connect(1),
            New(fresh.Make(fresh.Genesis.Hash, 1, difficulty: DifficultyAt(3600), timestamp: fresh.Now.UnixSeconds + 3600)));
        Assert.Equal(0, fresh.Core.Usage.FutureBlocks);
    }

    [Fact]
    public void A_block_before_its_time_is_taken_when_that_has_come()
    {
        using var ahead = new CoreScene();
        ahead.Now = ahead.Now.Plus(28_000);
        ahead.Mine(1);
        var block = ahead.Reads.GetBlock(ahead.Head.Hash)!;
        _scene.Send(_scene.Connect(1), New(block));
        Assert.Equal((1, 0UL), (_scene.Core.Usage.FutureBlocks, _scene.Head.Number));

        _scene.Tick(16_000);

        Assert.Equal((0, block.Hash), (_scene.Core.Usage.FutureBlocks, _scene.Head.Hash));
        Assert.Empty(_scene.Scores);
    }

    [Fact]
    public void A_cheap_block_on_an_old_parent_is_not_taken_unasked_and_reads_no_chain()
    {
        using var scene = new CoreScene(new NodeLimits { TreeHeights = 8 });
        scene.Mine(120);
        var flooder = scene.Connect(1);
        var before = scene.Reads.Count;

        for (byte i = 0; i < 20; i++)
        {
            scene.Send(flooder, New(scene.Make(scene.Reads.GetCanonicalHash(1)!.Value, 2, difficulty: 65_536, salt: i)));
        }

        // A lookup of the parent for each, twenty of them from this test itself; the tree is not brought back.
        Assert.InRange(scene.Reads.Count - before, 20, 60);
        Assert.Single(scene.Core.View.Tree, node => node.Header.Number == 120);
    }

    [Fact]
    public void Within_one_share_the_block_farthest_from_the_head_makes_room_and_then_the_oldest()
    {
        var pool = new WaitingBlocks(new WaitingLimits(Blocks: 10, BlocksPerPeer: 2, Bytes: 1_000_000, BytesPerPeer: 500_000));
        var peer = new PeerId(1);
        var (near, far, nearer, farthest) = (Numbered(11), Numbered(50), Numbered(10), Numbered(90));
        Assert.True(pool.Add(near, peer, headNumber: 10));
        Assert.True(pool.Add(far, peer, headNumber: 10));
        Assert.True(pool.Add(nearer, peer, headNumber: 10));
        Assert.False(pool.Contains(far.Hash));

        Assert.False(pool.Add(farthest, peer, headNumber: 10));
        Assert.True(pool.Contains(near.Hash) && pool.Contains(nearer.Hash));
    }

    [Fact]
    public void When_all_are_full_the_peer_that_holds_the_most_makes_room()
    {
        var pool = new WaitingBlocks(new WaitingLimits(Blocks: 4, BlocksPerPeer: 3, Bytes: 1_000_000, BytesPerPeer: 500_000));
        var first = Numbered(5);
        pool.Add(first, new PeerId(1), 5);
        for (var i = 0; i < 3; i++) pool.Add(Numbered((ulong)(20 + i)), new PeerId(2), 5);

        Assert.True(pool.Add(Numbered(7), new PeerId(3), 5));

        Assert.Equal(4, pool.Count);
        Assert.True(pool.Contains(first.Hash));
        Assert.Equal(2, pool.All.Count(item => item.From == new PeerId(2)));
    }

    private Block Numbered(ulong number) => _scene.Make(CoreScene.HashOf((long)number), number);

    private Block Future(ulong seconds, byte salt, int payloadBytes) =>
        _scene.Make(
            _scene.Genesis.Hash,
            1,
            difficulty: DifficultyAt(seconds),
            timestamp: _scene.Now.UnixSeconds + seconds,
            salt: salt,
            payloadBytes: payloadBytes);

    private UInt256 DifficultyAt(ulong seconds) =>
        Asert.NextDifficulty(
            _scene.Genesis.Header.Header, _scene.Now.UnixSeconds + seconds, new ProofOfWorkSettings().BlockTimeSeconds);

    private static WireMessage.NewBlock New(Block block) => new(block, UInt256.Zero);
}
