using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Rules.Stake;
using Chain.Simulation;

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

    /// <summary>The slasher has forgotten the vote that no block has, so that only the evidence in a block tells of it.</summary>
    [Fact]
    public void Votes_of_a_validator_that_a_block_convicts_weigh_nothing_after_a_restart_either()
    {
        const int Offender = 5;
        var chains = new List<StakeChain>();
        var model = SimulatedStake.Create(nodes: 4, validators: 16, seed: 3, misbehaviours: new Dictionary<int, Misbehaviour>
        {
            [Offender] = Misbehaviour.DoubleVote,
        });
        var network = new SimulatedNetwork(model.GenesisFile, nodes: 4, seed: 3, Listening(model.Rules, chains),
            [.. model.Nodes.Select(node => node.Duties!)]);
        network.ConnectAll();
        Assert.True(network.RunUntil(() => network.Nodes[0].StakeOf().Validators[Offender].Validator.Slashed, 12 * Epoch));
        network.Kill(0);

        network.Restart(0);

        Assert.True(chains[^1].Store.Messages.IsEquivocating(Offender));
        Assert.False(chains[^1].Store.Messages.IsEquivocating(Offender + 1));
    }

    [Fact]
    public void Votes_in_blocks_count_again_after_a_restart()
    {
        var chains = new List<StakeChain>();
        var model = SimulatedStake.Create(nodes: 2, validators: 16, seed: 6);
        var network = new SimulatedNetwork(model.GenesisFile, nodes: 2, seed: 6, Listening(model.Rules, chains),
            [.. model.Nodes.Select(node => node.Duties!)]);
        network.ConnectAll();
        network.Run(4.5 * Epoch);
        network.Kill(0);

        network.Restart(0);

        // The tree begins at what is final: it has the blocks of more than an epoch, and in them a vote of each validator.
        Assert.All(Enumerable.Range(0, 16), validator => Assert.True(chains[^1].Store.Messages.PositionOf(validator) > 0));
    }

    /// <summary>These rules; each fork choice that is begun is added to the list.</summary>
    private static ConsensusRules Listening(ConsensusRules rules, List<StakeChain> chains) => rules with
    {
        NewEngine = host =>
        {
            var engine = rules.NewEngine(host);
            return engine with
            {
                NewForkChoice = root =>
                {
                    chains.Add((StakeChain)engine.NewForkChoice(root));
                    return chains[^1];
                },
            };
        },
    };
}
