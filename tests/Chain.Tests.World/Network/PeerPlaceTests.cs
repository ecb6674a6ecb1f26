using System.Net;
using Chain.Network;
using Chain.Node;

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
    public async Task Peers_that_deliver_nothing_give_way_to_newcomers_and_those_that_deliver_keep_their_places()
    {
        var time = new ManualTime();
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { MaxPeers = 1, MaxPendingHandshakes = 2 }, time);
        using var useful = await ReadyAsync(a, key: 30);
        Credit(a, key: 30);
        using var idle = await ReadyAsync(a, key: 31);
        using var pretending = await ReadyAsync(a, key: 32);
        await pretending.SendAsync(new WireMessage.Transactions([SampleMessages.Transaction(1)]));
        await a.NextMessageAsync<WireMessage.Transactions>();

        using var third = await ReadyAsync(a, key: 33);
        Assert.Equal(DisconnectReason.TooManyPeers, await idle.GoodbyeAsync());
        using var fourth = await ReadyAsync(a, key: 34);
        Assert.Equal(DisconnectReason.TooManyPeers, await pretending.GoodbyeAsync());

        // One that delivers while no place is free waits for one, behind all others on trial.
        Credit(a, key: 33);
        using var fifth = await ReadyAsync(a, key: 35);
        Assert.Equal(DisconnectReason.TooManyPeers, await fourth.GoodbyeAsync());
        foreach (var gone in new[] { idle, pretending, fourth }) gone.Dispose();
        await TestHub.UntilAsync(() => a.Hub.PeerCount == 3);

        // A place goes from the one that delivered long ago to the one that just did.
        time.Advance(TimeSpan.FromSeconds(31));
        Credit(a, key: 35);
        Assert.Equal(DisconnectReason.TooManyPeers, await useful.GoodbyeAsync());
        useful.Dispose();
        await TestHub.UntilAsync(() => a.Hub.PeerCount == 2);
        Assert.Equal([.. new[] { 33, 35 }.Select(key => NodeId.Of(TestHub.KeyOf(key)))], a.Hub.Peers.Select(peer => peer.Id));
    }

    [Fact]
    public async Task Many_identities_leave_room_for_peers_that_this_node_dials_and_for_those_it_was_told_to_keep()
    {
        await using var b = await TestHub.StartAsync(2);
        await using var c = await TestHub.StartAsync(3);
        await using var d = await TestHub.StartAsync(4);
        var options = new PeerHubOptions { MaxPeers = 4, TargetDialled = 2, MaxPendingHandshakes = 1 };
        options = options with { Bootnodes = [b.Hub.Self], TrustedPeers = [c.Hub.Self] };
        await using var a = await TestHub.StartAsync(1, options);
        await a.NextAsync<PeerEvent.Connected>();
        using var first = await ReadyAsync(a, key: 30);
        using var second = await ReadyAsync(a, key: 31);
        Credit(a, key: 30);
        Credit(a, key: 31);

        using var third = await ReadyAsync(a, key: 32);
        using var fourth = await ReadyAsync(a, key: 33);
        Assert.Equal(DisconnectReason.TooManyPeers, await third.GoodbyeAsync());
        third.Dispose();

        a.Hub.AddPeer(d.Hub.Self with { Port = 1 });
        d.Hub.AddPeer(a.Hub.Self);
        c.Hub.AddPeer(a.Hub.Self);
        await TestHub.UntilAsync(() => a.Hub.Peers.Any(peer => peer.Id == d.Hub.Id && !peer.Outbound));
        await TestHub.UntilAsync(() => a.Hub.Peers.Any(peer => peer.Id == c.Hub.Id && !peer.Outbound));
        await TestHub.UntilAsync(() => a.Hub.PeerCount == 6);
    }

    [Fact]
    public void The_oldest_of_the_most_crowded_source_gives_way()
    {
        string[] there = ["127.0.0.1", "127.0.66.1", "127.0.66.2", "127.0.66.1", "127.0.66.1"];

        Assert.Equal(1, GivesWay(there, newcomer: "127.0.0.9"));
        Assert.Equal(1, GivesWay(there, newcomer: "127.0.66.1"));
        Assert.Null(GivesWay([], newcomer: "127.0.66.1"));
    }

    [Fact]
    public void A_newcomer_counts_for_its_source_so_that_a_crowd_takes_room_from_itself()
    {
        string[] there = ["127.0.0.1", "127.0.66.1"];

        Assert.Equal(1, GivesWay(there, newcomer: "127.0.66.1"));
        Assert.Equal(0, GivesWay(there, newcomer: "127.0.0.1"));
        Assert.Equal(0, GivesWay(there, newcomer: "127.0.66.2"));
    }

    [Fact]
    public void A_place_is_lost_only_by_the_one_that_delivered_least_recently_and_only_after_a_while()
    {
        PlaceHolder fresh = Holder(1, idleMs: 29_999), stale = Holder(2, idleMs: 30_000), staler = Holder(3, idleMs: 30_001);

        Assert.Null(LeastUseful(fresh));
        Assert.Equal(2, LeastUseful(fresh, stale));
        Assert.Equal(3, LeastUseful(fresh, staler, stale));
        Assert.Equal(2, LeastUseful(fresh, stale, staler with { IsProtected = true }));
    }

    private static int? GivesWay(string[] there, string newcomer)
    {
        var items = there.Select((source, index) => new { Source = IPAddress.Parse(source), Index = index });
        return Crowding.Choose(items, item => item.Source, IPAddress.Parse(newcomer))?.Index;
    }

    private static PlaceHolder Holder(long number, long idleMs) => new(new PeerId(number), IsProtected: false, idleMs);

    private static long? LeastUseful(params PlaceHolder[] holders) =>
        PeerPlaces.LeastUseful(holders, TimeSpan.FromSeconds(30))?.Peer.Number;

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
