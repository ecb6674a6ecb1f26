using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Rules;
using Chain.Rules.Work;
using Chain.Testnet;

namespace Chain.Tests;

public sealed class WorkNetworkPlanTests
{
    [Theory]
    [InlineData(4, 200_000)]
    [InlineData(16, 200_000)]
    [InlineData(17, 800_000)]
    public void Few_nodes_begin_with_a_quarter_of_the_difficulty_that_their_rate_deserves_and_many_with_all(
        int nodes, int difficulty)
    {
        var wishes = new WorkWishes { HashRate = 400_000, BlockTimeSeconds = 2 };
        var site = new NetworkSite(new TestnetFolder("unused"),
            [.. Enumerable.Range(0, nodes).Select(index => new TestnetNode(index, 1, 2, 3, "", "", Address.Zero.ToString()))],
            31337, 30_000_000, new JsonObject(), TimeSpan.Zero);

        var genesis = KnownRules.Genesis.Parse(wishes.Plan(site).Genesis);

        Assert.Equal((UInt256)(ulong)difficulty, genesis.Difficulty);
    }
}
