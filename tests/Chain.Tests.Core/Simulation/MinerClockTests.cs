using Chain.Simulation;

namespace Chain.Tests;

/// <summary>A miner whose clock is wrong for a while, further than the rule for timestamps allows.</summary>
public sealed class MinerClockTests
{
    [Theory]
    [InlineData(20_000, false)]
    [InlineData(-20_000, false)]
    [InlineData(300_000, true)]
    [InlineData(-300_000, false)]
    [InlineData(-300_000, true)]
    public void A_clock_that_is_wrong_costs_nobody_anything_and_the_node_is_back_at_once_when_it_is_right(int skewMs,
        bool fromStart)
    {
        var network = new SimulatedNetwork(CoreScene.GenesisOf(), nodes: 4, seed: 82);
        network.ConnectAll();
        for (var i = 0; i < 4; i++) network.SetHashRate(i, 65_536.0 / 8);
        network.Run(TimeSpan.FromSeconds(20));
        if (fromStart) network.Kill(2);
        network.Nodes[2].SkewMs = skewMs;
        if (fromStart) network.Restart(2);
        network.Run(TimeSpan.FromMinutes(2));

        network.Nodes[2].SkewMs = 0;

        Assert.True(network.RunUntil(() => network.IsConverged, TimeSpan.FromSeconds(2)), $"{network.Nodes[2].Core.View.Head}");
        Assert.All(network.Nodes, node => Assert.Equal(3, node.Core.View.Peers.Count));
        Assert.DoesNotContain(network.Trace.Lines, line => line.Contains(" pays ", StringComparison.Ordinal));
    }
}
