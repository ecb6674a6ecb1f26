using System.Net;
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
        time.Advance(TimeSpan.FromSeconds(1));
        using var asking = await ReadyAsync(a, key: 32);
        await asking.SendAsync(new WireMessage.Transactions([SampleMessages.Transaction(1)]));
        await a.NextMessageAsync<WireMessage.Transactions>();
        Credit(a, key: 31);

        using var newcomer = await ReadyAsync(a, key: 33);
        Assert.Equal(DisconnectReason.TooManyPeers, await idle.GoodbyeAsync());
        time.Advance(TimeSpan.FromSeconds(1));
        using var second = await ReadyAsync(a, key: 34);
        Assert.Equal(DisconnectReason.TooManyPeers, await asking.GoodbyeAsync());

        // However many come, those that have delivered stay: the newcomers take each other's places.
        Credit(a, key: 34);
        time.Advance(TimeSpan.FromSeconds(1));
        using var third = await ReadyAsync(a, key: 35);
        Assert.Equal(DisconnectReason.TooManyPeers, await newcomer.GoodbyeAsync());
        Credit(a, key: 35);
        using var fourth = await ReadyAsync(a, key: 36);
        Assert.Equal(DisconnectReason.TooManyPeers, await fourth.GoodbyeAsync());
        foreach (var gone in new[] { idle, asking, newcomer, fourth }) gone.Dispose();
        await TestHub.UntilAsync(() => a.Hub.PeerCount == 3);
        Assert.Equal([.. new[] { 31, 34, 35 }.Select(key => NodeId.Of(TestHub.KeyOf(key)))], a.Hub.Peers.Select(peer => peer.Id));

        // Who delivered long ago gives way again.
        time.Advance(TimeSpan.FromSeconds(31));
        using var late = await ReadyAsync(a, key: 37);
        Assert.Equal(DisconnectReason.TooManyPeers, await useful.GoodbyeAsync());
    }

    [Fact]
    public async Task Many_identities_leave_room_for_peers_that_this_node_dials_and_for_those_it_was_told_to_keep()
    {
        await using var b = await TestHub.StartAsync(2);
        await using var c = await TestHub.StartAsync(3);
        await using var d = await TestHub.StartAsync(4);
        var options = new PeerHubOptions { MaxPeers = 4, TargetDialled = 2 };
        options = options with { Bootnodes = [b.Hub.Self], TrustedPeers = [c.Hub.Self] };
        await using var a = await TestHub.StartAsync(1, options);
        await a.NextAsync<PeerEvent.Connected>();
        using var first = await ReadyAsync(a, key: 30);
        using var second = await ReadyAsync(a, key: 31);
        Credit(a, key: 30);
        Credit(a, key: 31);

        using var third = await ReadyAsync(a, key: 32);
        Assert.Equal(DisconnectReason.TooManyPeers, await third.GoodbyeAsync());
        third.Dispose();

        a.Hub.AddPeer(d.Hub.Self with { Port = 1 });
        d.Hub.AddPeer(a.Hub.Self);
        c.Hub.AddPeer(a.Hub.Self);
        await TestHub.UntilAsync(() => a.Hub.Peers.Any(peer => peer.Id == d.Hub.Id && !peer.Outbound));
        await TestHub.UntilAsync(() => a.Hub.Peers.Any(peer => peer.Id == c.Hub.Id && !peer.Outbound));
        await TestHub.UntilAsync(() => a.Hub.PeerCount == 5);
    }

    [Fact]
    public void Of_those_that_never_delivered_the_oldest_from_the_most_crowded_source_loses_its_place()
    {
        PlaceHolder[] holders =
        [
            Holder(1, "127.0.0.1", idleMs: 9_000),
            Holder(2, "127.0.66.1", idleMs: 4_000),
            Holder(3, "127.0.66.1", idleMs: 3_000),
            Holder(4, "127.0.66.2", idleMs: 1_000, hasDelivered: true),
            Holder(5, "127.0.66.1", idleMs: 90_000, hasDelivered: true),
            Holder(6, "127.0.66.1", idleMs: 90_000, isProtected: true),
        ];

        Assert.Equal(2, LeastUseful(holders, "127.0.0.9"));
        Assert.Equal(2, LeastUseful(holders, "127.0.66.1"));
    }

    [Fact]
    public void A_newcomer_counts_for_its_source_so_that_a_crowd_takes_places_from_itself()
    {
        PlaceHolder[] holders = [Holder(1, "127.0.0.1", idleMs: 9_000), Holder(2, "127.0.66.1", idleMs: 10)];

        Assert.Equal(2, LeastUseful(holders, "127.0.66.1"));
        Assert.Equal(1, LeastUseful(holders, "127.0.0.1"));
        Assert.Equal(1, LeastUseful(holders, "127.0.66.2"));
    }

    [Fact]
    public void Those_that_delivered_go_last_and_only_after_a_while()
    {
        var fresh = Holder(1, "127.0.0.1", idleMs: 29_999, hasDelivered: true);
        var stale = Holder(2, "127.0.0.1", idleMs: 30_000, hasDelivered: true);
        var staler = Holder(3, "127.0.0.1", idleMs: 30_001, hasDelivered: true);

        Assert.Null(LeastUseful([fresh], "127.0.66.1"));
        Assert.Equal(3, LeastUseful([fresh, stale, staler], "127.0.66.1"));
        Assert.Equal(4, LeastUseful([fresh, stale, staler, Holder(4, "127.0.66.9", idleMs: 0)], "127.0.66.1"));
        Assert.Null(LeastUseful([staler with { IsProtected = true }], "127.0.66.1"));
    }

    private static PlaceHolder Holder(
        long number, string source, long idleMs, bool hasDelivered = false, bool isProtected = false) =>
        new(new PeerId(number), IPAddress.Parse(source), isProtected, hasDelivered, idleMs);

    private static long? LeastUseful(PlaceHolder[] holders, string newcomer) =>
        PeerPlaces.LeastUseful(holders, IPAddress.Parse(newcomer), TimeSpan.FromSeconds(30))?.Peer.Number;

    private static void Credit(TestHub hub, int key) =>
        hub.Hub.Credit(hub.Hub.Peers.Single(peer => peer.Id == NodeId.Of(TestHub.KeyOf(key))).Peer);

    private static async Task<EvilPeer> ReadyAsync(TestHub hub, int key)
    {
        var peer = await EvilPeer.ConnectAsync(hub, key: key);
        await peer.SendAsync(SampleMessages.Status(68));
        await hub.NextMessageAsync<WireMessage.Status>();
        return peer;
    }
}
