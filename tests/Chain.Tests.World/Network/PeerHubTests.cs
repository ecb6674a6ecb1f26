using System.Net;
using System.Net.Sockets;
using Chain.Network;
using Chain.Node;

namespace Chain.Tests;

public sealed class PeerHubTests
{
    [Theory]
    [InlineData(68)]
    [InlineData(69)]
    public async Task Two_hubs_connect_and_every_kind_of_message_arrives_whole(int version)
    {
        await using var a = await TestHub.StartAsync(
            1, new PeerHubOptions { EthVersions = [version], DropsUnaskedAnswers = false });
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        var onA = await a.NextAsync<PeerEvent.Connected>();
        var onB = await b.NextAsync<PeerEvent.Connected>();
        Assert.Equal((version, false, true), (onA.Link.EthVersion, onA.Link.Outbound, onA.Link.SpeaksRule));
        Assert.Equal((version, true, true), (onB.Link.EthVersion, onB.Link.Outbound, onB.Link.SpeaksRule));
        Assert.Equal(a.Hub.Self, onB.Info.Address);
        Assert.Equal(b.Hub.Self, onA.Info.Address);

        foreach (var message in SampleMessages.All(version))
        {
            b.Hub.Send(onB.Peer, message);
            Assert.Equal(WireBytes.Of(message, version),
                WireBytes.Of((await a.NextAsync<PeerEvent.Received>()).Message, version));
        }
    }

    [Fact]
    public async Task A_port_in_use_is_refused_with_what_to_do()
    {
        await using var a = await TestHub.StartAsync(1);
        var port = a.Hub.Self.Port;
        var refused = await Assert.ThrowsAsync<IOException>(() => TestHub.StartAsync(2, new PeerHubOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, port),
        }));
        Assert.Contains($"port {port}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_highest_version_that_both_speak_is_agreed()
    {
        await using var a = await TestHub.StartAsync(1);
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });

        Assert.Equal(69, (await a.NextAsync<PeerEvent.Connected>()).Link.EthVersion);
    }

    [Fact]
    public async Task Transactions_arrive_recovered_and_one_seen_before_is_the_same_object()
    {
        await using var a = await TestHub.StartAsync(1);
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        var peer = (await b.NextAsync<PeerEvent.Connected>()).Peer;

        b.Hub.Send(peer, new WireMessage.Transactions([SampleMessages.Transaction(1)]));
        b.Hub.Send(peer, new WireMessage.NewBlock(SampleMessages.Block(1), 1));

        var loose = (await a.NextMessageAsync<WireMessage.Transactions>()).Items[0];
        Assert.Same(loose, (await a.NextMessageAsync<WireMessage.NewBlock>()).Block.Body.Transactions[0]);
        Assert.Equal(TestHub.KeyOf(1).Address, loose.Recover()!.Sender);
    }

    [Fact]
    public async Task A_disconnect_reaches_the_other_side_with_its_reason()
    {
        await using var a = await TestHub.StartAsync(1);
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        var peer = (await a.NextAsync<PeerEvent.Connected>()).Peer;

        a.Hub.Disconnect(peer, DisconnectReason.SubprotocolReason, "another genesis");

        var (onA, onB) = (await a.NextAsync<PeerEvent.Disconnected>(), await b.NextAsync<PeerEvent.Disconnected>());
        Assert.Equal((DisconnectReason.SubprotocolReason, false, "another genesis"), (onA.Reason, onA.ByRemote, onA.Why));
        Assert.Equal((DisconnectReason.SubprotocolReason, true), (onB.Reason, onB.ByRemote));
        await TestHub.UntilAsync(() => b.Hub.StaticPeers[0].LastError is not null);
    }

    [Fact]
    public async Task Nodes_that_dial_each_other_at_once_end_with_one_connection()
    {
        await using var a = await TestHub.StartAsync(1);
        await using var b = await TestHub.StartAsync(2);

        a.Hub.AddPeer(b.Hub.Self);
        b.Hub.AddPeer(a.Hub.Self);

        await TestHub.UntilAsync(() => a.Hub.PeerCount == 1 && b.Hub.PeerCount == 1
            && a.Hub.Peers is [var onA] && b.Hub.Peers is [var onB] && onA.Outbound != onB.Outbound
            && onA.Local.Equals(onB.Remote));
    }

    [Fact]
    public async Task A_node_does_not_connect_with_itself()
    {
        await using var a = await TestHub.StartAsync(1);
        a.Hub.AddPeer(a.Hub.Self);
        Assert.Empty(a.Hub.StaticPeers);

        await using var twin = await TestHub.StartAsync(1, new PeerHubOptions
        {
            StaticPeers = [a.Hub.Self with { Id = NodeId.Of(TestHub.KeyOf(3)) }],
        });
        await TestHub.UntilAsync(() => twin.Hub.StaticPeers[0].LastError is not null);
        Assert.Equal(0, a.Hub.PeerCount);
    }

    [Fact]
    public async Task Beyond_the_limit_a_peer_is_told_that_there_are_too_many()
    {
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { MaxPeers = 1, MaxPendingHandshakes = 1 });
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        b.Hub.Send((await b.NextAsync<PeerEvent.Connected>()).Peer, SampleMessages.Status(68));
        a.Hub.Credit((await a.NextAsync<PeerEvent.Received>()).Peer);

        await using var c = await TestHub.StartAsync(3, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        c.Hub.Send((await c.NextAsync<PeerEvent.Connected>()).Peer, SampleMessages.Status(68));
        await a.NextMessageAsync<WireMessage.Status>();
        await using var d = await TestHub.StartAsync(4, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        d.Hub.Send((await d.NextAsync<PeerEvent.Connected>()).Peer, SampleMessages.Status(68));

        await TestHub.UntilAsync(() =>
            c.Hub.StaticPeers[0].LastError?.Contains("TooManyPeers", StringComparison.Ordinal) == true || c.TryTake(out var e)
            && e is PeerEvent.Disconnected { Reason: DisconnectReason.TooManyPeers });
        Assert.Contains(a.Hub.Peers, peer => peer.Id == b.Hub.Id);
    }

    [Fact]
    public async Task Addresses_learned_from_one_peer_lead_to_others()
    {
        await using var a = await TestHub.StartAsync(1);
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { Bootnodes = [a.Hub.Self] });
        await a.NextAsync<PeerEvent.Connected>();

        await using var c = await TestHub.StartAsync(3, new PeerHubOptions { Bootnodes = [a.Hub.Self] });

        await TestHub.UntilAsync(() => c.Hub.Peers.Any(peer => peer.Id == b.Hub.Id));
    }

    [Fact]
    public async Task A_static_peer_that_comes_back_is_connected_again()
    {
        // Its clock stands still, so that no goodbye comes too late.
        var a = await TestHub.StartAsync(1, time: new ManualTime());
        var port = a.Hub.Self.Port;
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions
        {
            StaticPeers = [a.Hub.Self],
            MinBackoff = TimeSpan.FromMilliseconds(5),
        });
        await b.NextAsync<PeerEvent.Connected>();
        await a.NextAsync<PeerEvent.Connected>();

        await a.DisposeAsync();
        Assert.Equal(DisconnectReason.ClientQuitting, (await b.NextAsync<PeerEvent.Disconnected>()).Reason);
        await using var again = await TestHub.StartAsync(1, new PeerHubOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, port),
        });

        await b.NextAsync<PeerEvent.Connected>();
    }

    [Fact]
    public async Task A_retired_hub_says_goodbye_and_lets_nobody_in()
    {
        await using var a = await TestHub.StartAsync(1);
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        await a.NextAsync<PeerEvent.Connected>();

        a.Hub.Retire(DisconnectReason.ClientQuitting, "it only reads");

        Assert.Equal(DisconnectReason.ClientQuitting, (await b.NextAsync<PeerEvent.Disconnected>()).Reason);
        await a.NextAsync<PeerEvent.Disconnected>();
        await using var c = await TestHub.StartAsync(3, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        await TestHub.UntilAsync(() => c.Hub.StaticPeers[0].Failures >= 2);
        Assert.False(a.TryTake(out _));
    }

    [Fact]
    public async Task A_removed_static_peer_is_left_alone()
    {
        await using var a = await TestHub.StartAsync(1);
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        await b.NextAsync<PeerEvent.Connected>();

        Assert.True(b.Hub.RemovePeer(a.Hub.Id));

        await b.NextAsync<PeerEvent.Disconnected>();
        Assert.Empty(b.Hub.StaticPeers);
        Assert.False(b.Hub.RemovePeer(a.Hub.Id));
    }

    [Fact]
    public async Task A_handshake_that_is_not_finished_in_time_is_given_up()
    {
        var time = new ManualTime();
        await using var a = await TestHub.StartAsync(1, time: time);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, a.Hub.Self.Port);
        await client.GetStream().WriteAsync(new byte[] { 1, 2, 3 });

        // The hub sets its limit once it has accepted; until then moving the clock changes nothing.
        var closed = EndsAsync(client.GetStream());
        while (!closed.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(6));
            await Task.WhenAny(closed, Task.Delay(5));
        }

        Assert.True(await closed);
    }

    private static async Task<bool> EndsAsync(NetworkStream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1]) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    [Fact]
    public async Task A_peer_that_falls_silent_is_let_go()
    {
        var time = new ManualTime();
        await using var a = await TestHub.StartAsync(1, time: time);
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        await b.NextAsync<PeerEvent.Connected>();
        await a.NextAsync<PeerEvent.Connected>();

        a.Gate = new TaskCompletionSource();
        b.Hub.Send(b.Hub.Peers[0].Peer, SampleMessages.Status(69));
        await TestHub.UntilAsync(() => a.IsHolding);
        time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(DisconnectReason.PingTimeout, (await a.NextAsync<PeerEvent.Disconnected>()).Reason);
    }

    [Fact]
    public async Task A_peer_that_takes_nothing_loses_its_connection_when_its_queue_is_full()
    {
        await using var a = await TestHub.StartAsync(1);
        a.Gate = new TaskCompletionSource();
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions
        {
            StaticPeers = [a.Hub.Self],
            MaxQueuedMessages = 64,
        });
        var peer = (await b.NextAsync<PeerEvent.Connected>()).Peer;
        var random = new Random(1);
        var big = new byte[1024 * 1024];
        random.NextBytes(big);

        for (var i = 0; i < 400 && b.Hub.PeerCount == 1; i++) b.Hub.Send(peer, new WireMessage.Sidecars(1, [big]));

        // While the goodbye waits, the peer is dialled again; it still has the old connection then, and refuses the new one.
        PeerEvent.Disconnected ended;
        do ended = await b.NextAsync<PeerEvent.Disconnected>();
        while (ended.Peer != peer);
        Assert.Equal(DisconnectReason.UselessPeer, ended.Reason);
        a.Gate.SetResult();
    }
}
