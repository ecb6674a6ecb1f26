using Chain.Consensus.Work;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>What the node tells a rule's agent of blocks, whichever rule it is.</summary>
public sealed class AgentSeamTests
{
    private static readonly GenesisFile Work = new()
    {
        Spec = new ChainSpec { ChainId = 31337, Consensus = new ProofOfWorkSettings { Seal = SealKind.Simulated } },
        Difficulty = 65_536,
        GasLimit = 30_000_000,
        Timestamp = 1_700_000_000,
        Alloc = [],
    };

    private readonly List<ListeningAgent> _agents = [];

    [Theory]
    [InlineData("pow")]
    [InlineData("pos")]
    [InlineData("clique")]
    public void Each_block_is_told_once_first_its_envelope_then_itself_then_as_the_head(string rule)
    {
        var network = Listened(rule);

        Assert.True(network.RunUntil(() => network.Nodes[0].Core.View.Head.Number >= 6, TimeSpan.FromMinutes(10)));

        var heard = _agents[0].Heard;
        var chain = Canonical(network.Nodes[0]);
        foreach (var block in chain)
        {
            var told = heard.Where(item => item.Block == block).Select(item => item.What).ToList();
            Assert.Equal(["envelope", "block"], told.Take(2));
            Assert.DoesNotContain(told.Skip(2), what => what != "head");
        }

        Assert.Equal(chain[^1], heard.Last(item => item.What == "head").Block);
    }

    [Theory]
    [InlineData("pow")]
    [InlineData("pos")]
    [InlineData("clique")]
    public void After_a_restart_the_blocks_of_the_tree_are_told_again_parents_first_and_no_envelope(string rule)
    {
        var network = Listened(rule);
        Assert.True(network.RunUntil(() => network.Nodes[0].Core.View.Head.Number >= 6, TimeSpan.FromMinutes(10)));
        network.Kill(0);

        network.Restart(0);

        var heard = _agents[^1].Heard;
        Assert.DoesNotContain(heard, item => item.What == "envelope");
        var blocks = heard.Where(item => item.What == "block").Select(item => item.Block).ToList();
        Assert.Equal(Canonical(network.Nodes[0]), blocks.Where(Canonical(network.Nodes[0]).Contains));
    }

    /// <summary>Two nodes of a rule that make blocks, with their agents listened to.</summary>
    private SimulatedNetwork Listened(string rule)
    {
        var model = rule switch
        {
            "pow" => new SimulatedNetwork(Work, nodes: 2, seed: 5),
            "pos" => SimulatedStake.Create(nodes: 2, validators: 16, seed: 5),
            _ => new CliqueNetwork(signers: 2, seed: 5).Network,
        };
        var network = new SimulatedNetwork(model.GenesisFile, nodes: 2, seed: 5, ListeningAgent.In(model.Rules, _agents));
        foreach (var node in model.Nodes)
        {
            if (node.Duties is { } duties) network.SetDuties(node.Index, duties);
            else network.SetHashRate(node.Index, 65_536 / 4);
        }

        network.ConnectAll();
        return network;
    }

    /// <summary>The blocks above genesis, upwards.</summary>
    private static List<Hash256> Canonical(SimulatedNode node) =>
    [
        .. Enumerable.Range(1, (int)node.Core.View.Head.Number)
            .Select(number => node.Store.GetCanonicalHash((ulong)number)!.Value),
    ];
}
