using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Peers that send random messages of every kind: whatever they send, what the core keeps for them has its bounds.
/// </summary>
public sealed class HostilePeerProperties
{
    private static readonly NodeLimits Limits = new()
    {
        OrphanBytes = 200_000,
        OrphanBytesPerPeer = 50_000,
        FutureBytes = 100_000,
        FutureBytesPerPeer = 25_000,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Random_messages_of_every_kind_keep_every_counter_below_its_bound(int seed)
    {
        using var scene = new CoreScene(Limits);
        scene.Mine(20);
        var random = new Random(seed);
        var asked = new List<(PeerId Peer, WireMessage Message)>();
        var peers = new List<PeerId>();
        var (number, kinds) = (0L, new HashSet<Type>());
        for (var i = 0; i < 4000; i++)
        {
            peers.RemoveAll(peer => Leave(scene, peer));
            while (peers.Count < 8) peers.Add(scene.Connect(++number));
            var peer = peers[random.Next(peers.Count)];
            var message = asked.Count > 0 && random.Next(4) == 0 ? AnswerTo(scene, asked, random, out peer) : Any(scene, random);
            kinds.Add(message.GetType());
            asked.AddRange(scene.Send(peer, message));
            if (random.Next(20) == 0) asked.AddRange(scene.Tick(random.Next(500)));
            if (asked.Count > 500) asked.RemoveRange(0, 400);
            Check(scene, peers.Count);
        }

        Assert.True(kinds.Count == 16, $"{kinds.Count} kinds of messages were sent");
        Assert.Equal(20UL, scene.Head.Number);
        foreach (var peer in peers) scene.Step(new NodeInput.PeerDisconnected(scene.Now, peer));
        Assert.Equal(new NodeUsage(0, 0, 0, 0, 0, 0, 0), scene.Core.Usage);
    }

    private static void Check(CoreScene scene, int peers)
    {
        var usage = scene.Core.Usage;
        Assert.InRange(usage.Fetches, 0, Math.Min(Limits.Fetches, peers * Limits.FetchesPerPeer));
        Assert.InRange(usage.Orphans, 0, Math.Min(Limits.Orphans, peers * Limits.OrphansPerPeer));
        Assert.InRange(usage.OrphanBytes, 0, Limits.OrphanBytes);
        Assert.InRange(usage.FutureBlocks, 0, Limits.FutureBlocks);
        Assert.InRange(usage.FutureBytes, 0, Limits.FutureBytes);
        Assert.InRange(usage.SyncBytes, 0, Limits.SyncBytes);
        var transactionRequests = peers * Limits.TransactionsInFlightPerPeer;
        Assert.InRange(usage.OpenRequests, 0, Limits.Fetches + transactionRequests + Limits.BodyRequests + 4);
    }

    /// <summary>Whether a peer that was cut off is gone now.</summary>
    private static bool Leave(CoreScene scene, PeerId peer)
    {
        if (!scene.Gone.Contains(peer)) return false;
        scene.Step(new NodeInput.PeerDisconnected(scene.Now, peer));
        return true;
    }

    private static WireMessage AnswerTo(
        CoreScene scene, List<(PeerId Peer, WireMessage Message)> asked, Random random, out PeerId peer)
    {
        (peer, var question) = asked[random.Next(asked.Count)];
        var block = AnyBlock(scene, random);
        var isEmpty = random.Next(3) == 0;
        return question switch
        {
            WireMessage.GetBlockHeaders m => new WireMessage.BlockHeaders(m.RequestId, isEmpty ? [] : [block.Header]),
            WireMessage.GetBlockBodies m => new WireMessage.BlockBodies(m.RequestId, isEmpty ? [] : [block.Body]),
            WireMessage.GetPooledTransactions m =>
                new WireMessage.PooledTransactions(m.RequestId, isEmpty ? [] : [AnyTransaction(random)]),
            _ => Any(scene, random),
        };
    }

    private static WireMessage Any(CoreScene scene, Random random) => random.Next(80) switch
    {
        < 8 => new WireMessage.NewBlockHashes(
            [.. Enumerable.Range(0, random.Next(256)).Select(_ => new BlockRef((ulong)random.Next(60), AnyHash(random)))]),
        < 24 => new WireMessage.NewBlock(AnyBlock(scene, random), (UInt256)(ulong)random.NextInt64(long.MaxValue)),
        < 30 => new WireMessage.NewPooledTransactionHashes([2, 2], [100, 100], [AnyHash(random), AnyHash(random)]),
        < 35 => new WireMessage.GetBlockHeaders(
            1, AnyHash(random), 0, (ulong)random.Next(2000), (ulong)random.Next(2000), random.Next(2) == 0),
        < 40 => new WireMessage.GetBlockHeaders(
            1, null, (ulong)random.Next(40), (ulong)random.Next(2000), (ulong)random.NextInt64(), random.Next(2) == 0),
        < 45 => new WireMessage.GetBlockBodies(1, [AnyHash(random), scene.Head.Hash]),
        < 50 => new WireMessage.GetReceipts(1, [AnyHash(random), scene.Head.Hash]),
        < 55 => new WireMessage.GetPooledTransactions(1, [AnyHash(random)]),
        < 60 => new WireMessage.BlockBodies((ulong)random.Next(2000), [AnyBlock(scene, random).Body]),
        < 65 => new WireMessage.BlockHeaders((ulong)random.Next(2000), [AnyBlock(scene, random).Header]),
        < 70 => new WireMessage.GetSidecars(1, [AnyHash(random)]),
        70 => new WireMessage.Transactions([AnyTransaction(random)]),
        71 => new WireMessage.Receipts((ulong)random.Next(2000), [[]]),
        72 => new WireMessage.Sidecars((ulong)random.Next(2000), [new byte[] { 1 }]),
        73 => new WireMessage.BlockRangeUpdate(0, (ulong)random.Next(60), AnyHash(random)),
        74 => SampleMessages.Status(68),
        _ => new WireMessage.PooledTransactions((ulong)random.Next(2000), [AnyTransaction(random)]),
    };

    /// <summary>
    /// On an unknown parent, on genesis or on our head; in time or not; light or heavy; its body its own or not.
    /// </summary>
    private static Block AnyBlock(CoreScene scene, Random random)
    {
        var parent = random.Next(4) switch
        {
            0 => scene.Head.Hash,
            1 => scene.Genesis.Hash,
            _ => AnyHash(random),
        };
        var difficulty = random.Next(4) == 0 ? (UInt256)65_536 : scene.Head.Header.Difficulty;
        if (parent == scene.Head.Hash && random.Next(2) == 0) return scene.MakeOn(scene.Head, (ulong)random.Next(16, 90));
        return scene.Make(
            parent,
            (ulong)random.Next(60),
            difficulty,
            random.Next(3) * 8000,
            scene.Now.UnixSeconds + (ulong)random.Next(90),
            (byte)random.Next(256),
            random.Next(10) > 0);
    }

    private static Transaction AnyTransaction(Random random) => SampleMessages.Transaction(random.Next(100));

    private static Hash256 AnyHash(Random random) => CoreScene.HashOf(random.Next(5000));
}
