using Chain.Node;
using Chain.Node.Host.Network;

namespace Chain.Tests;

/// <summary>Who has a place among the peers when there are more who want one.</summary>
public sealed class PeerPlaceTests
{
    [Fact]
    public async Task A_peer_that_never_sends_its_status_is_let_go()
    {
        var time = new ManualTime();
        await using var a = await TestHub.StartAsync(1, time: time);
        using var mute = await EvilPeer.ConnectAsync(a, key: 30);
        using var polite = await EvilPeer.ConnectAsync(a, key: 31);
        await polite.SendAsync(SampleMessages.Status(68));
        await a.NextAsync<PeerEvent.Received>();

        time.Advance(new PeerHubOptions().StatusTimeout + TimeSpan.FromSeconds(2));

        Assert.Equal(DisconnectReason.UselessPeer, await mute.GoodbyeAsync());
        mute.Dispose();
        Assert.Equal(DisconnectReason.UselessPeer, (await a.NextAsync<PeerEvent.Disconnected>()).Reason);
        await TestHub.UntilAsync(() => a.Hub.PeerCount == 1);
        Assert.Equal(NodeId.Of(TestHub.KeyOf(31)), Assert.Single(a.Hub.Peers).Id);
    }

    [Fact]
    public async Task Peers_that_deliver_nothing_give_their_places_to_newcomers_and_those_that_deliver_keep_theirs()
    {
        var time = new ManualTime();
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { MaxPeers = 3, TargetDialled = 0 }, time);
        using var idle = await ReadyAsync(a, key: 30);
        using var useful = await ReadyAsync(a, key: 31);
        using var asking = await ReadyAsync(a, key: 32);
        time.Advance(TimeSpan.FromSeconds(31));
        await useful.SendAsync(new WireMessage.Transactions([SampleMessages.Transaction(1)]));
        await a.NextMessageAsync<WireMessage.Transactions>();
        await asking.SendAsync(new WireMessage.GetBlockHeaders(1, null, 0, 1, 0, false));
        await a.NextMessageAsync<WireMessage.GetBlockHeaders>();

        using var newcomer = await ReadyAsync(a, key: 33);
        Assert.Equal(DisconnectReason.TooManyPeers, await idle.GoodbyeAsync());
        idle.Dispose();
        using var second = await ReadyAsync(a, key: 34);
        Assert.Equal(DisconnectReason.TooManyPeers, await asking.GoodbyeAsync());
        asking.Dispose();

        // Only one that delivers and two that are new are left: all of them stay.
        using var third = await EvilPeer.ConnectAsync(a, hello => hello, key: 35);
        Assert.Equal(DisconnectReason.TooManyPeers, await third.GoodbyeAsync());
        await TestHub.UntilAsync(() => a.Hub.PeerCount == 3);
        Assert.Equal([.. new[] { 31, 33, 34 }.Select(key => NodeId.Of(TestHub.KeyOf(key)))], a.Hub.Peers.Select(peer => peer.Id));
    }

    [Fact]
    public async Task Many_identities_leave_room_for_peers_that_this_node_dials_and_for_those_it_was_told_to_keep()
    {
        await using var b = await TestHub.StartAsync(2);
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { MaxPeers = 4, TargetDialled = 2, Bootnodes = [b.Hub.Self] });
        await a.NextAsync<PeerEvent.Connected>();
        using var first = await EvilPeer.ConnectAsync(a, key: 30);
        using var second = await EvilPeer.ConnectAsync(a, key: 31);

        using var third = await EvilPeer.ConnectAsync(a, hello => hello, key: 32);
        Assert.Equal(DisconnectReason.TooManyPeers, await third.GoodbyeAsync());

        await using var d = await TestHub.StartAsync(4);
        a.Hub.AddPeer(d.Hub.Self with { Port = 1 });
        d.Hub.AddPeer(a.Hub.Self);
        await TestHub.UntilAsync(() => a.Hub.Peers.Any(peer => peer.Id == d.Hub.Id && !peer.Outbound));
        Assert.Equal(4, a.Hub.PeerCount);
    }

    private static async Task<EvilPeer> ReadyAsync(TestHub hub, int key)
    {
        var peer = await EvilPeer.ConnectAsync(hub, key: key);
        await peer.SendAsync(SampleMessages.Status(68));
        await hub.NextMessageAsync<WireMessage.Status>();
        return peer;
    }
}
