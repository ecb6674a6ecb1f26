using Chain.Node;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>However a transaction came to one node's pool, it comes to all that can be reached.</summary>
public sealed class TransactionNetworkTests
{
    private const double BlockEveryTwoSeconds = 65_536.0 / 2;

    [Fact]
    public void A_transfer_that_a_reorganization_returns_reaches_the_other_node_although_nobody_mines()
    {
        var network = Create(nodes: 2);
        network.Partition([0], [1]);
        var transfer = PoolScene.Sign(0, 0);
        Assert.Null(network.Submit(0, transfer));
        MineAlone(network, 0, blocks: 2);
        Assert.DoesNotContain(transfer.Hash, network.Nodes[0].Core.View.Pool.ByHash.Keys);
        MineAlone(network, 1, blocks: 8);

        network.Heal();

        Await(network, TimeSpan.FromSeconds(10), () => network.IsConverged && PoolsHold(network, transfer));
    }

    [Fact]
    public void Three_nodes_learn_of_what_a_reorganization_returns_through_the_one_between_them()
    {
        var network = Create(nodes: 3, connect: false);
        network.Connect(0, 1);
        network.Connect(1, 2);
        network.Partition([0], [1, 2]);
        RecoveredTransaction[] transfers = [.. Enumerable.Range(0, 20).Select(i => PoolScene.Sign(i, 0))];
        foreach (var transfer in transfers) Assert.Null(network.Submit(0, transfer));
        MineAlone(network, 0, blocks: 3);
        MineAlone(network, 1, blocks: 12);

        network.Connect(0, 1);

        Await(network, TimeSpan.FromSeconds(10), () => network.IsConverged && PoolsHold(network, transfers));
    }

    [Fact]
    public void More_than_a_peer_may_announce_at_once_comes_back_by_a_reorganization_and_reaches_the_other_node()
    {
        var network = Create(nodes: 2);
        network.Partition([0], [1]);
        RecoveredTransaction[] transfers = [.. Enumerable.Range(0, 5000).Select(i => PoolScene.Sign(i % 50, (ulong)(i / 50)))];
        Assert.True(transfers.Length > new NodeLimits().AnnouncedPerPeer);
        foreach (var transfer in transfers) Assert.Null(network.Submit(0, transfer));
        MineAlone(network, 0, blocks: 8);
        Assert.Empty(network.Nodes[0].Core.View.Pool.ByHash);
        MineAlone(network, 1, blocks: 30);

        network.Heal();

        Await(network, TimeSpan.FromMinutes(3), () => network.IsConverged && PoolsHold(network, transfers));
    }

    [Fact]
    public void What_was_submitted_on_either_side_of_a_cut_is_in_both_pools_after_it()
    {
        var network = Create(nodes: 4);
        network.Partition([0, 1], [2, 3]);
        RecoveredTransaction[] transfers = [.. Enumerable.Range(0, 40).Select(i => PoolScene.Sign(i, 0))];
        for (var i = 0; i < transfers.Length; i++) Assert.Null(network.Submit(i % 4, transfers[i]));
        network.Run(TimeSpan.FromSeconds(5));

        network.Heal();

        Await(network, TimeSpan.FromSeconds(5), () => PoolsHold(network, transfers));
    }

    [Fact]
    public void Two_halves_of_a_sender_s_run_meet_when_the_cut_is_healed()
    {
        var network = Create(nodes: 2);
        network.Partition([0], [1]);
        RecoveredTransaction[] run = [.. Enumerable.Range(0, 40).Select(i => PoolScene.Sign(0, (ulong)i))];
        foreach (var transfer in run[20..]) Assert.Null(network.Submit(1, transfer));
        foreach (var transfer in run[..20]) Assert.Null(network.Submit(0, transfer));
        Assert.Equal(20, network.Nodes[1].Core.View.Pool.Totals.Queued);

        network.Heal();

        Await(network, TimeSpan.FromSeconds(5), () => PoolsHold(network, run));
        var totals = network.Nodes.Select(node => node.Core.View.Pool.Totals);
        Assert.All(totals, pool => Assert.Equal((40, 0), (pool.Pending, pool.Queued)));
    }

    [Fact]
    public void A_peer_that_joins_learns_of_ten_thousand_waiting_transfers()
    {
        var network = Create(nodes: 2, connect: false);
        for (var nonce = 0UL; nonce < 200; nonce++)
        {
            for (var sender = 0; sender < 50; sender++) Assert.Null(network.Submit(0, PoolScene.Sign(sender, nonce)));
        }

        network.Connect(0, 1);

        Await(network, TimeSpan.FromSeconds(30), () => network.Nodes[1].Core.View.Pool.Totals.Pending == 10_000);
    }

    [Fact]
    public void What_was_announced_while_a_node_was_far_behind_is_fetched_once_it_has_caught_up()
    {
        var network = Create(nodes: 2);
        network.Kill(1);
        MineAlone(network, 0, blocks: 400);
        RecoveredTransaction[] transfers = [.. Enumerable.Range(0, 50).Select(i => PoolScene.Sign(i, 0))];
        foreach (var transfer in transfers) Assert.Null(network.Submit(0, transfer));

        network.Restart(1);

        Await(network, TimeSpan.FromSeconds(15), () => network.IsConverged && PoolsHold(network, transfers));
    }

    [Fact]
    public void Messages_that_are_lost_on_a_connection_that_holds_delay_a_transfer_and_do_not_lose_it()
    {
        var network = Create(nodes: 3);
        network.DefaultLink = new LinkConditions(20, 20, Loss: 0.5, Duplication: 0);
        RecoveredTransaction[] transfers = [.. Enumerable.Range(0, 30).Select(i => PoolScene.Sign(i, 0))];
        for (var i = 0; i < transfers.Length; i++) Assert.Null(network.Submit(i % 3, transfers[i]));
        network.Run(TimeSpan.FromSeconds(5));
        Assert.False(PoolsHold(network, transfers));

        network.DefaultLink = LinkConditions.Good;

        Await(network, TimeSpan.FromMinutes(3), () => PoolsHold(network, transfers));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_liar_s_flood_of_hashes_keeps_no_honest_transfer_from_the_neighbor(bool answers)
    {
        var network = Create(nodes: 2);
        var liar = network.AddStranger(1);
        for (var round = 0; round < 50; round++)
        {
            if (liar.IsConnected) network.Say(liar, Announced.Bogus(round * 8192, 8192));
            Assert.Null(network.Submit(0, PoolScene.Sign(round, 0)));
            network.Run(TimeSpan.FromMilliseconds(200));
            Assert.Equal(round + 1, network.Nodes[1].Core.View.Pool.Totals.Pending);
            if (answers) AnswerEmpty(network, liar);
        }

        if (answers) Assert.False(liar.IsConnected);
    }

    private static void AnswerEmpty(SimulatedNetwork network, SimulatedStranger liar)
    {
        while (liar.IsConnected && liar.Heard.OfType<WireMessage.GetPooledTransactions>().FirstOrDefault() is { } request)
        {
            liar.Heard.Remove(request);
            network.Say(liar, new WireMessage.PooledTransactions(request.RequestId, []));
        }
    }

    private static SimulatedNetwork Create(int nodes, bool connect = true)
    {
        var network = new SimulatedNetwork(CoreScene.GenesisOf(), nodes, seed: 7);
        if (connect) network.ConnectAll();
        network.Run(TimeSpan.FromSeconds(1));
        return network;
    }

    private static void MineAlone(SimulatedNetwork network, int index, ulong blocks)
    {
        var goal = network.Nodes[index].Core.View.Head.Number + blocks;
        network.SetHashRate(index, BlockEveryTwoSeconds);
        Await(network, TimeSpan.FromSeconds((double)blocks * 20), () => network.Nodes[index].Core.View.Head.Number >= goal);
        network.SetHashRate(index, 0);
    }

    private static bool PoolsHold(SimulatedNetwork network, params RecoveredTransaction[] transactions) =>
        network.Nodes.All(node => transactions.All(transaction => node.Core.View.Pool.ByHash.ContainsKey(transaction.Hash)));

    private static void Await(SimulatedNetwork network, TimeSpan limit, Func<bool> condition)
    {
        if (network.RunUntil(condition, limit)) return;
        var nodes = network.Nodes.Select(node => $"node {node.Index} at {node.Core.View.Head}: {node.Core.View.Pool.Totals}");
        Assert.Fail(string.Join("; ", nodes));
    }
}
