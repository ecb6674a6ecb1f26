using Chain.Consensus.Stake;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>Clocks that are wrong for a while.</summary>
public sealed class StakeClockTests
{
    private static readonly ProofOfStakeSettings Fast = SimulatedStake.Settings with { SlotDurationMs = 250, SlotsPerEpoch = 4 };

    [Theory]
    [InlineData(1_000)]
    [InlineData(-1_000)]
    [InlineData(5_000)]
    [InlineData(-5_000)]
    [InlineData(3_600_000)]
    [InlineData(-3_600_000)]
    [InlineData(-200_000_000)]
    public void A_clock_that_is_wrong_costs_nobody_anything_and_the_node_is_back_at_once_when_it_is_right(int skewMs)
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 80, Fast);
        network.Run(TimeSpan.FromSeconds(10));

        network.Nodes[2].SkewMs = skewMs;
        network.Run(TimeSpan.FromSeconds(12));

        Assert.All(network.Nodes, node => Assert.Equal(3, node.Core.View.Peers.Count));
        Assert.DoesNotContain(network.Trace.Lines, line => line.Contains(" pays ", StringComparison.Ordinal));
        var finalized = network.Nodes[0].StakeOf().Finalized.Epoch.Number;

        network.Nodes[2].SkewMs = 0;
        var isBack = network.RunUntil(() => network.Nodes[2].Core.View.Head.Hash == network.Nodes[0].Core.View.Head.Hash,
            TimeSpan.FromSeconds(2));

        Assert.True(isBack, $"{network.Nodes[2].Core.View.Head} against {network.Nodes[0].Core.View.Head}");
        network.Run(TimeSpan.FromSeconds(12));
        Assert.True(network.Nodes[0].StakeOf().Finalized.Epoch.Number >= finalized + 8);
        Assert.DoesNotContain(network.Trace.Lines, line => line.Contains(" pays ", StringComparison.Ordinal));
        Assert.All(network.Nodes,
            node => Assert.DoesNotContain(node.StakeOf().Validators, validator => validator.Validator.Slashed));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(60_000)]
    [InlineData(-3_600_000)]
    [InlineData(-200_000_000)]
    public void A_node_that_starts_with_a_wrong_clock_among_neighbors_that_are_a_little_off_is_back_at_once_when_it_is_right(
        int skewMs)
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 81, Fast);
        network.Run(TimeSpan.FromSeconds(10));
        network.Kill(2);
        (network.Nodes[1].SkewMs, network.Nodes[2].SkewMs) = (-200 * Math.Sign(skewMs), skewMs);
        network.Restart(2);
        network.Run(TimeSpan.FromSeconds(12));

        network.Nodes[2].SkewMs = 0;

        Assert.True(network.RunUntil(() => network.Nodes[2].Core.View.Head.Hash == network.Nodes[0].Core.View.Head.Hash,
            TimeSpan.FromSeconds(2)));
        Assert.All(network.Nodes, node => Assert.Equal(3, node.Core.View.Peers.Count));
        Assert.DoesNotContain(network.Trace.Lines, line => line.Contains(" pays ", StringComparison.Ordinal));
    }
}
