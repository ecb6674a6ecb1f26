using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>Two sides that go on alone until each has leaked the other away: both are final, and nobody broke a rule.</summary>
public sealed class StakeLeakConflictTests
{
    private const int Validators = 20;

    private static readonly ProofOfStakeSettings Settings = new()
    {
        SlotsPerEpoch = 6,
        InactivityPenaltyQuotient = 1 << 8,
        RandaoOnionLayers = 1024,
    };

    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(12);

    [Fact]
    public void Both_halves_stop_once_they_meet_and_accuse_nobody()
    {
        var network = Apart(nodes: 4, seed: 60, [0, 1], [2, 3], out var parted);

        network.Heal();
        network.Run(2 * Epoch);

        foreach (var node in network.Nodes)
        {
            Assert.NotNull(node.WhyHalted);
            var conflict = node.Told.OfType<StakeEvent.ConflictProven>().Single().Conflict;
            Assert.True(conflict.HasLeaked);
            Assert.Empty(conflict.Slashable);
            Assert.Equal(parted, conflict.LastShared?.Hash);
            Assert.Equal(Validators / 2, conflict.Voters.Count);
            Assert.Contains("as the inactivity leak would have left it on the other side, signed the votes", node.WhyHalted,
                StringComparison.Ordinal);
            Assert.Contains("Each side went on alone until the other's validators had leaked away, so that nobody need have "
                + "broken a rule.", node.WhyHalted, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_smaller_side_stops_and_the_larger_goes_on()
    {
        // Twelve of twenty are less than two thirds, and more than half.
        var network = Apart(nodes: 5, seed: 61, [0, 1, 2], [3, 4], out _);
        var before = network.Nodes[0].StakeOf().Finalized.Epoch;

        network.Heal();
        network.Run(4 * Epoch);

        Assert.All(network.Nodes.Skip(3),
            node => Assert.Contains("Each side went on alone", node.WhyHalted, StringComparison.Ordinal));
        Assert.All(network.Nodes.Take(3), node => Assert.Null(node.WhyHalted));
        Assert.All(network.Nodes.Take(3),
            node => Assert.True(node.StakeOf().Finalized.Epoch > before + 1,
                $"finalized {node.StakeOf().Finalized}, before {before}"));
    }

    /// <summary>
    /// Runs the sides apart until each is final far beyond what both had, and answers the last block that both have.
    /// </summary>
    private static SimulatedNetwork Apart(int nodes, ulong seed, int[] one, int[] other, out Hash256 parted)
    {
        var network = SimulatedStake.Create(nodes, Validators, seed, Settings);
        network.Run(4 * Epoch);
        network.Partition(one, other);
        var common = network.Nodes.Max(node => node.StakeOf().Finalized.Epoch);
        Assert.True(
            network.RunUntil(() => network.Nodes.All(node => node.StakeOf().Finalized.Epoch > common + 5), 80 * Epoch),
            $"final are {string.Join(", ", network.Nodes.Select(node => node.StakeOf().Finalized.Epoch))}; now is "
                + $"{network.Nodes[0].StakeOf().Epoch}");
        network.Run(3 * Epoch);
        var (left, right) = (network.Nodes[one[0]].Store, network.Nodes[other[0]].Store);
        parted = Enumerable.Range(0, 1000).Select(number => left.GetCanonicalHash((ulong)number))
            .Last(hash => hash is not null && right.GetBlock(hash.Value) is not null)!.Value;
        return network;
    }
}
