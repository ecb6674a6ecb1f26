using Chain.Network;
using Chain.Node;

namespace Chain.Tests;

public sealed class FaultTableTests
{
    private static readonly NodeId[] Nodes = [.. Enumerable.Range(1, 4).Select(i => NodeId.Of(TestHub.KeyOf(i)))];

    [Fact]
    public void Blocked_nodes_are_cut_off_and_nobody_else_until_it_heals()
    {
        var faults = new FaultTable(seed: 1);

        faults.SetBlocked([Nodes[2]]);
        Assert.Equal([false, true, false], Nodes[1..].Select(faults.IsCut).ToArray());

        faults.Heal();
        Assert.DoesNotContain(true, Nodes.Select(faults.IsCut));
    }

    [Fact]
    public void It_tells_what_is_in_force_and_a_link_without_faults_is_not()
    {
        var faults = new FaultTable(seed: 1);
        var slow = new LinkFaults(100, 0, 0, 0);

        faults.SetBlocked([Nodes[2]]);
        faults.SetLink(Nodes[1], slow);
        faults.SetLink(Nodes[3], slow);
        faults.SetLink(Nodes[3], new LinkFaults(0, 0, 0, 0));

        var (blocked, links) = faults.InForce();
        Assert.Equal([Nodes[2]], blocked);
        Assert.Equal([KeyValuePair.Create(Nodes[1], slow)], links);
    }

    [Theory]
    [InlineData(-1, 0, 0, 0)]
    [InlineData(600_001, 0, 0, 0)]
    [InlineData(0, -1, 0, 0)]
    [InlineData(0, 0, 1.1, 0)]
    [InlineData(0, 0, double.NaN, 0)]
    [InlineData(0, 0, 0, -0.1)]
    public void Numbers_that_no_link_can_have_are_refused_and_change_nothing(int delayMs, int jitterMs, double loss,
        double duplicate)
    {
        var faults = new FaultTable(seed: 1);

        Assert.NotNull(faults.SetLink(Nodes[1], new LinkFaults(delayMs, jitterMs, loss, duplicate)));
        Assert.Equal((1, 0), faults.Roll(Nodes[1], mayBeLost: true));
    }

    [Fact]
    public void Jitter_lengthens_the_delay_by_up_to_so_much()
    {
        var faults = new FaultTable(seed: 1);
        faults.SetLink(Nodes[1], new LinkFaults(100, 50, 0, 0));

        var delays = Enumerable.Range(0, 1000).Select(_ => faults.Roll(Nodes[1], mayBeLost: true).DelayMs).ToHashSet();
        Assert.Equal((100, 150), (delays.Min(), delays.Max()));
    }

    [Fact]
    public void Loss_and_duplication_come_about_as_often_as_asked_and_the_same_way_for_the_same_seed()
    {
        int[] Copies()
        {
            var faults = new FaultTable(seed: 5);
            faults.SetLink(Nodes[1], new LinkFaults(0, 0, 0.3, 0.2));
            return [.. Enumerable.Range(0, 10_000).Select(_ => faults.Roll(Nodes[1], mayBeLost: true).Copies)];
        }

        var copies = Copies();
        Assert.InRange(copies.Count(n => n == 0), 2700, 3300);
        Assert.InRange(copies.Count(n => n == 2), 1200, 1600);
        Assert.Equal(copies, Copies());
    }

    [Fact]
    public async Task A_partition_ends_the_connection_and_healing_brings_it_back_without_a_wait()
    {
        var (faultsA, faultsB) = (new FaultTable(seed: 1), new FaultTable(seed: 2));
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { Faults = faultsA });
        // A wait of an hour: only healing can bring the connection back while the test runs.
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions
        {
            StaticPeers = [a.Hub.Self],
            Faults = faultsB,
            MinBackoff = TimeSpan.FromHours(1),
            MaxBackoff = TimeSpan.FromHours(1),
        });
        await a.NextAsync<PeerEvent.Connected>();
        await b.NextAsync<PeerEvent.Connected>();

        faultsA.SetBlocked([Nodes[1]]);
        faultsB.SetBlocked([Nodes[0]]);
        await a.NextAsync<PeerEvent.Disconnected>();
        await b.NextAsync<PeerEvent.Disconnected>();
        Assert.Equal((0, 0), (a.Hub.PeerCount, b.Hub.PeerCount));

        // The side that dials heals first and is refused until the other side heals too.
        faultsB.Heal();
        faultsA.Heal();
        await a.NextAsync<PeerEvent.Connected>();
        await b.NextAsync<PeerEvent.Connected>();
    }

    [Fact]
    public async Task A_cut_link_stays_closed_from_either_side()
    {
        var faults = new FaultTable(seed: 1);
        faults.SetBlocked([Nodes[1]]);
        await using var a = await TestHub.StartAsync(1, new PeerHubOptions { Faults = faults });
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        a.Hub.AddPeer(b.Hub.Self);

        await TestHub.UntilAsync(() => b.Hub.StaticPeers[0].Failures > 2);
        Assert.Equal(0, a.Hub.PeerCount);
        Assert.Equal(0, a.Hub.StaticPeers[0].Failures);
    }

    [Fact]
    public async Task A_delayed_link_delivers_late_and_in_order()
    {
        var time = new ManualTime();
        var faults = new FaultTable(seed: 1);
        await using var a = await TestHub.StartAsync(1);
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self], Faults = faults }, time);
        var peer = (await b.NextAsync<PeerEvent.Connected>()).Peer;
        // Both sides ping and ask for addresses and the time at once; what follows counts from there.
        await TestHub.UntilAsync(() => a.Hub.Peers is [{ MessagesIn: 6 }]);

        faults.SetLink(Nodes[0], new LinkFaults(500, 0, 0, 0));
        b.Hub.Send(peer, SampleMessages.Status(69));
        faults.SetLink(Nodes[0], null);
        b.Hub.Send(peer, new WireMessage.GetBlockBodies(1, []));

        // Sent both, neither written: the second may not overtake the first.
        Assert.Equal(6, a.Hub.Peers[0].MessagesIn);
        await TestHub.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return a.Hub.Peers[0].MessagesIn >= 8;
        });
        Assert.IsType<WireMessage.Status>((await a.NextAsync<PeerEvent.Received>()).Message);
        Assert.IsType<WireMessage.GetBlockBodies>((await a.NextAsync<PeerEvent.Received>()).Message);
    }

    [Fact]
    public async Task On_a_lossy_link_the_greeting_arrives_and_the_rest_may_not()
    {
        var faults = new FaultTable(seed: 1);
        faults.SetLink(Nodes[0], new LinkFaults(0, 0, 1, 0));
        await using var a = await TestHub.StartAsync(1);
        await using var b = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self], Faults = faults });
        var peer = (await b.NextAsync<PeerEvent.Connected>()).Peer;

        b.Hub.Send(peer, new WireMessage.GetBlockBodies(1, []));
        b.Hub.Send(peer, SampleMessages.Status(69));
        faults.SetLink(Nodes[0], new LinkFaults(0, 0, 0, 1));
        b.Hub.Send(peer, new WireMessage.GetBlockBodies(2, []));

        Assert.IsType<WireMessage.Status>((await a.NextAsync<PeerEvent.Received>()).Message);
        Assert.Equal(2UL, (await a.NextMessageAsync<WireMessage.GetBlockBodies>()).RequestId);
        Assert.Equal(2UL, (await a.NextMessageAsync<WireMessage.GetBlockBodies>()).RequestId);
    }
}
