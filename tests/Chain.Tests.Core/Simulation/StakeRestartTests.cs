using Chain.Node;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>Where a node under proof of stake takes up again after it was stopped.</summary>
public sealed class StakeRestartTests
{
    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    [Fact]
    public void The_state_after_what_is_final_is_kept_within_a_tick()
    {
        var network = SimulatedStake.Create(nodes: 2, validators: 16, seed: 6);
        var node = network.Nodes[0];

        for (var last = node.StakeOf().Finalized; last.Epoch.Number < 6; network.Run(Tick))
        {
            if (node.StakeOf().Finalized == last) continue;
            last = node.StakeOf().Finalized;
            network.Run(Tick);
            Assert.NotNull(node.Store.GetConsensusState(last.Root));
        }
    }

    [Fact]
    public void A_node_that_kept_only_an_older_state_works_the_rest_out_from_its_blocks()
    {
        var network = SimulatedStake.Create(nodes: 3, validators: 16, seed: 6);
        var node = network.Nodes[0];
        Assert.True(network.RunUntil(() => node.StakeOf().Finalized.Epoch.Number == 2, 12 * Epoch));
        network.Run(Epoch / 16);
        var root = node.StakeOf().Finalized.Root;
        var state = node.Store.GetConsensusState(root);
        Assert.NotNull(state);
        Assert.True(network.RunUntil(() => node.StakeOf().Finalized.Epoch.Number == 5, 12 * Epoch));
        var before = node.StakeOf();
        network.Kill(0);
        node.Store.Commit(new StoreBatch { ConsensusState = (root, state) });

        network.Restart(0);

        Assert.Equal(before.Finalized, node.StakeOf().Finalized);
        Assert.True(network.RunUntil(() => node.StakeOf().Finalized.Epoch.Number == 8, 12 * Epoch));
        Assert.True(network.RunUntil(() => network.IsConverged, Epoch));
        Assert.Null(node.WhyHalted);
    }
}
