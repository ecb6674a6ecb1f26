using System.Net;
using System.Net.Sockets;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>A peer that shakes hands properly and then does what it should not.</summary>
public sealed class HostilePeerTests
{
    [Fact]
    public async Task Bytes_that_are_no_message_are_reported_and_the_connection_goes_on()
    {
        await using var a = await TestHub.StartAsync(1);
        using var evil = await EvilPeer.ConnectAsync(a);
        const int Eth = EvilPeer.Eth;

        // An unknown number, Snappy that is none, a bomb, a wrong encoding, a message that is too long.
        await evil.SendAsync(0x70, [0x00]);
        await evil.SendAsync(Eth, [0x05, 0x00]);
        await evil.SendAsync(Eth + 4, [0xff, 0xff, 0xff, 0xff, 0x07, 0x00]);
        await evil.SendAsync(Eth + 4, SnappyPayload.Compress([0xc1]));
        await evil.SendAsync(Eth + 3, SnappyPayload.Compress(new byte[500]));
        await evil.SendAsync(0x11, SnappyPayload.Compress([0xc1, 0x01]));
        await evil.SendAsync(0x13, SnappyPayload.Compress([0xc1, 0x00]));
        await evil.SendAsync(0x17, SnappyPayload.Compress([0xc0]));

        foreach (var why in new[] { "0x70 belongs to no agreed capability", "not valid Snappy", "claims 2147483647 bytes",
            "BlockHeaders (eth 0x04)", "GetBlockHeaders (eth 0x03): it claims 500", "Peers (chain 0x01)", "Time (chain 0x03)",
            "no message 0x07" })
            Assert.Contains(why, (await a.NextAsync<PeerEvent.Malformed>()).Why, StringComparison.Ordinal);
        Assert.Equal(1, a.Hub.PeerCount);
    }

    [Fact]
    public async Task A_base_message_out_of_place_ends_the_connection_with_a_goodbye()
    {
        await using var a = await TestHub.StartAsync(1);
        using var evil = await EvilPeer.ConnectAsync(a);

        await evil.SendAsync(BaseMessages.HelloId, [0x00]);

        Assert.Equal(DisconnectReason.BreachOfProtocol, (await a.NextAsync<PeerEvent.Disconnected>()).Reason);
        Assert.Equal(DisconnectReason.BreachOfProtocol, await evil.GoodbyeAsync());
    }

    [Fact]
    public async Task Garbage_instead_of_a_frame_ends_the_connection_with_a_goodbye()
    {
        await using var a = await TestHub.StartAsync(1);
        using var evil = await EvilPeer.ConnectAsync(a);

        await evil.SendRawAsync(new byte[64]);

        Assert.Equal(DisconnectReason.BreachOfProtocol, (await a.NextAsync<PeerEvent.Disconnected>()).Reason);
        Assert.Equal(DisconnectReason.BreachOfProtocol, await evil.GoodbyeAsync());
    }

    [Fact]
    public async Task Somebody_who_speaks_no_eth_or_an_old_base_protocol_or_under_another_name_is_refused()
    {
        await using var a = await TestHub.StartAsync(1);

        using (var other = await EvilPeer.ConnectAsync(a, hello => hello with { Capabilities = [new("les", 4)] }))
            Assert.Equal(DisconnectReason.UselessPeer, await other.GoodbyeAsync());
        using (var old = await EvilPeer.ConnectAsync(a, hello => hello with { Version = 4 }))
            Assert.Equal(DisconnectReason.IncompatibleVersion, await old.GoodbyeAsync());
        using (var alias = await EvilPeer.ConnectAsync(a, hello => hello with { Id = NodeId.Of(TestHub.KeyOf(77)) }))
            Assert.Equal(DisconnectReason.UnexpectedIdentity, await alias.GoodbyeAsync());
        Assert.False(a.TryTake(out _));
    }

    [Fact]
    public async Task Silence_garbage_and_hang_ups_before_the_hello_leave_the_hub_serving()
    {
        await using var a = await TestHub.StartAsync(1);
        var random = new Random(3);
        for (var i = 0; i < 30; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, a.Hub.Self.Port);
            var bytes = new byte[random.Next(1500)];
            random.NextBytes(bytes);
            await client.GetStream().WriteAsync(bytes);
        }

        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        await b.NextAsync<PeerEvent.Connected>();
    }

    [Fact]
    public async Task From_one_address_only_so_many_connections_are_taken()
    {
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { MaxPeersPerAddress = 2, LoopbackIsExempt = false });
        using var first = await EvilPeer.ConnectAsync(a, key: 21);
        using var second = await EvilPeer.ConnectAsync(a, key: 22);

        await Assert.ThrowsAnyAsync<IOException>(() => EvilPeer.ConnectAsync(a, key: 23));

        first.Dispose();
        await TestHub.UntilAsync(() => a.Hub.PeerCount == 1);
        using var third = await UntilConnectedAsync(a);
    }

    [Fact]
    public async Task A_flood_is_read_no_faster_than_allowed()
    {
        var time = new ManualTime();
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { MessagesPerSecond = 10, MessageBurst = 50 }, time);
        using var evil = await EvilPeer.ConnectAsync(a);
        for (var i = 0; i < 100; i++) await evil.SendAsync(BaseMessages.PongId, [0x01, 0x00, 0xc0]);

        // The fifty-first waits a tenth of a second of a clock that stands still.
        await TestHub.UntilAsync(() => a.Hub.Peers is [{ MessagesIn: 51 }]);
        await TestHub.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return a.Hub.Peers[0].MessagesIn == 100;
        });
    }

    [Fact]
    public async Task Bytes_are_read_no_faster_than_allowed_however_small_they_were_packed()
    {
        var time = new ManualTime();
        await using var a = await TestHub.StartAsync(
            1, new PeerHubOptions { BytesPerSecond = 100_000, ByteBurst = 150_000 }, time);
        using var evil = await EvilPeer.ConnectAsync(a);
        var announcement = new WireMessage.NewPooledTransactionHashes(new byte[3000], new int[3000], new Hash256[3000]);
        await evil.SendAsync(announcement);
        await a.NextMessageAsync<WireMessage.NewPooledTransactionHashes>();

        await evil.SendAsync(announcement);
        await TestHub.UntilAsync(() => a.Hub.Peers is [{ MessagesIn: 2 }]);
        Assert.False(a.TryTake(out _));

        await AdvanceUntilAsync(time, a.NextMessageAsync<WireMessage.NewPooledTransactionHashes>());
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, 2)]
    public async Task Work_is_done_for_one_peer_no_faster_than_allowed_and_others_do_not_wait(int transactions, int hashes)
    {
        var time = new ManualTime();
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { WorkPerSecond = 10, WorkBurst = 10 }, time);
        using var evil = await EvilPeer.ConnectAsync(a);
        using var other = await EvilPeer.ConnectAsync(a, key: 21);
        WireMessage dear = transactions > 0
            ? new WireMessage.Transactions(
                [.. Enumerable.Range(0, transactions).Select(number => SampleMessages.Transaction(number))])
            : new WireMessage.GetBlockBodies(1, new Hash256[hashes]);
        for (var i = 0; i < 2; i++) await evil.SendAsync(dear);
        await evil.SendAsync(new WireMessage.GetReceipts(9, [SampleMessages.HashA]));

        await other.SendAsync(new WireMessage.NewBlockHashes([]));
        await a.NextMessageAsync<WireMessage.NewBlockHashes>();

        var last = a.NextMessageAsync<WireMessage.GetReceipts>();
        Assert.False(last.IsCompleted);
        await AdvanceUntilAsync(time, last);
    }

    [Fact]
    public async Task An_answer_to_nothing_that_was_asked_never_arrives_and_one_that_was_asked_for_arrives_once()
    {
        await using var a = await TestHub.StartAsync(1);
        using var evil = await EvilPeer.ConnectAsync(a);
        await a.NextAsync<PeerEvent.Connected>();
        a.Hub.Send(a.Hub.Peers[0].Peer, new WireMessage.GetBlockBodies(7, [SampleMessages.HashA]));
        await evil.ReadAsync(EvilPeer.Eth + WireCodec.GetBlockBodiesId);

        foreach (var id in new ulong[] { 6, 7, 7, 8 })
        {
            await evil.SendAsync(new WireMessage.BlockBodies(id, [SampleMessages.Block(1).Body]));
        }

        await evil.SendAsync(new WireMessage.NewBlockHashes([]));

        Assert.Equal(7UL, Assert.IsType<WireMessage.BlockBodies>((await a.NextAsync<PeerEvent.Received>()).Message).RequestId);
        Assert.IsType<WireMessage.NewBlockHashes>((await a.NextAsync<PeerEvent.Received>()).Message);
    }

    [Fact]
    public void When_all_that_waits_to_be_written_is_too_much_only_peers_with_much_waiting_get_no_more()
    {
        var total = new SendTotal(maxBytes: 1000, always: 50);
        var (slow, small) = (new SendQueue(100, 5000, total), new SendQueue(100, 5000, total));
        Assert.True(slow.TryAdd(Frame(900)));

        Assert.False(slow.TryAdd(Frame(200)));
        Assert.True(small.TryAdd(Frame(40)));
        Assert.True(small.TryAdd(Frame(10)));
        Assert.True(small.TryAdd(Frame(45)));
        Assert.False(small.TryAdd(Frame(45)));

        while (small.TryTake(out _)) continue;
        Assert.Equal(995, total.Bytes);
        small.OnWritten();
        Assert.Equal(900, total.Bytes);
    }

    [Fact]
    public void What_a_peer_does_not_take_counts_until_its_connection_is_gone()
    {
        var total = new SendTotal(maxBytes: 1000, always: 50);
        var (slow, other) = (new SendQueue(100, 5000, total), new SendQueue(100, 5000, total));
        Assert.True(slow.TryAdd(Frame(600)));
        Assert.True(slow.TryAdd(Frame(300)));
        Assert.True(slow.TryTake(out _));

        Assert.True(slow.Close(Frame(10)));

        Assert.Equal(910, total.Bytes);
        Assert.False(other.TryAdd(Frame(100)));
        slow.Dispose();
        Assert.Equal(0, total.Bytes);
        Assert.True(other.TryAdd(Frame(100)));
    }

    [Fact]
    public void What_waits_to_be_written_counts_as_the_memory_that_it_takes_which_for_small_transactions_is_more_than_its_length()
    {
        var total = new SendTotal(maxBytes: 1 << 20, always: 0);
        var queue = new SendQueue(100, 1 << 20, total);
        var body = new BlockBody([.. Enumerable.Range(0, 100).Select(number => SampleMessages.Transaction(number))], null);
        var answer = new OutgoingMessage(new WireMessage.BlockBodies(1, [body]), 68, new WireCodec(rule: null));

        Assert.True(queue.TryAdd(new QueuedFrame(1, null, answer, 0)));

        Assert.Equal(BlockSize.Of(body), total.Bytes);
        Assert.True(total.Bytes > 3L * answer.EstimatedBytes);
        while (queue.TryTake(out _)) continue;
        queue.OnWritten();
        Assert.Equal(0, total.Bytes);
    }

    [Fact]
    public void A_goodbye_does_not_wait_for_a_peer_that_takes_nothing_where_there_is_no_room()
    {
        var total = new SendTotal(maxBytes: 1000, always: 50);
        var (slow, other, reading) = (new SendQueue(100, 5000, total), new SendQueue(100, 5000, total),
            new SendQueue(100, 5000, total));
        Assert.True(slow.TryAdd(Frame(1000)));
        Assert.True(other.TryAdd(Frame(50)));

        Assert.False(slow.Close(Frame(10)));
        Assert.True(reading.Close(Frame(10)));
    }

    [Fact]
    public async Task What_a_peer_said_last_is_heard_even_when_a_write_to_it_fails_first()
    {
        // On a clock that stands still, so that nothing depends on how soon it is read.
        await using var a = await TestHub.StartAsync(1, time: new ManualTime());
        using var evil = await EvilPeer.ConnectAsync(a);
        var peer = (await a.NextAsync<PeerEvent.Connected>()).Peer;
        a.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await evil.SendAsync(new WireMessage.NewBlockHashes([]));
        await TestHub.UntilAsync(() => a.IsHolding);
        await evil.SendAsync(BaseMessages.DisconnectId,
            SnappyPayload.Compress(BaseMessages.Disconnect(DisconnectReason.ClientQuitting)));
        evil.Reset();

        var before = a.Hub.Peers[0].MessagesOut;
        a.Hub.Send(peer, new WireMessage.NewBlockHashes([]));
        await TestHub.UntilAsync(() => a.Hub.Peers is not [{ } still] || still.MessagesOut > before);
        a.Gate.SetResult();

        var ending = await a.NextAsync<PeerEvent.Disconnected>();
        Assert.Equal((DisconnectReason.ClientQuitting, true), (ending.Reason, ending.ByRemote));
    }

    [Fact]
    public async Task Heavy_messages_to_peers_on_trial_wait_for_each_other_and_nobody_else_waits_for_them()
    {
        var time = new ManualTime();
        var options = new PeerHubOptions { TrialBytesPerSecond = 100_000, TrialByteBurst = 150_000 };
        await using var a = await TestHub.StartAsync(1, options, time);
        using var one = await EvilPeer.ConnectAsync(a, key: 21);
        using var other = await EvilPeer.ConnectAsync(a, key: 22);
        using var placed = await EvilPeer.ConnectAsync(a, key: 23);
        var peers = a.Hub.Peers.Select(info => info.Peer).ToList();
        await placed.SendAsync(SampleMessages.Status(68));
        await a.NextMessageAsync<WireMessage.Status>();
        a.Hub.Credit(peers[2]);
        var heavy = new WireMessage.NewPooledTransactionHashes(new byte[3000], new int[3000], new Hash256[3000]);
        const int Heavy = EvilPeer.Eth + WireCodec.NewPooledTransactionHashesId;
        a.Hub.Send(peers[0], heavy);
        await one.ReadAsync(Heavy);

        a.Hub.Send(peers[0], heavy);
        a.Hub.Send(peers[1], new WireMessage.NewBlockHashes([]));
        await other.ReadAsync(EvilPeer.Eth + WireCodec.NewBlockHashesId);
        for (var i = 0; i < 5; i++)
        {
            a.Hub.Send(peers[2], heavy);
            await placed.ReadAsync(Heavy);
        }

        var next = one.ReadAsync(Heavy);
        Assert.False(next.IsCompleted);
        await AdvanceUntilAsync(time, next);
    }

    [Fact]
    public async Task A_goodbye_reaches_peers_that_go_on_talking()
    {
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { MessageBurst = int.MaxValue }, new ManualTime());
        for (var key = 21; key < 71; key++)
        {
            using var evil = await EvilPeer.ConnectAsync(a, key: key);
            var peer = (await a.NextAsync<PeerEvent.Connected>()).Peer;
            using var enough = new CancellationTokenSource();
            var talking = evil.TalkAsync(enough.Token);
            await TestHub.UntilAsync(() => a.Hub.Peers.Any(info => info.Peer == peer && info.MessagesIn > 50));

            a.Hub.Disconnect(peer, DisconnectReason.UselessPeer, "enough");

            Assert.Equal(DisconnectReason.UselessPeer, await evil.GoodbyeAsync());
            await enough.CancelAsync();
            await talking;
        }
    }

    private static QueuedFrame Frame(int bytes) => new(1, new byte[bytes], null, 0);

    private static async Task AdvanceUntilAsync(ManualTime time, Task expected)
    {
        await TestHub.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return expected.IsCompleted;
        });
        await expected;
    }

    private static async Task<EvilPeer> UntilConnectedAsync(TestHub hub)
    {
        EvilPeer? evil = null;
        await TestHub.UntilAsync(async () =>
        {
            try
            {
                evil = await EvilPeer.ConnectAsync(hub, key: 24);
            }
            catch (IOException)
            {
                // The hub has not noticed yet that a place is free.
            }

            return evil is not null;
        });
        return evil!;
    }
}
