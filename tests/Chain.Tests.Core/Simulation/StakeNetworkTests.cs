using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>
/// Whole networks under proof of stake, in one process and from a seed: real cores, simulated links and clocks.
/// </summary>
public sealed class StakeNetworkTests
{
    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);

    [Fact]
    public void A_sound_network_has_one_head_and_finalizes_every_epoch()
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 1);

        network.Run(10 * Epoch + TimeSpan.FromSeconds(1));

        Assert.True(network.IsConverged);
        foreach (var node in network.Nodes)
        {
            var stake = node.StakeOf();
            Assert.Equal(80UL, stake.Slot.Number);
            Assert.Equal(80UL, node.Core.View.Head.Number);
            Assert.Equal((9UL, 8UL), (stake.Justified.Epoch.Number, stake.Finalized.Epoch.Number));
            Assert.Equal(stake.TotalActive, stake.PreviousEpochTarget);
            Assert.True(node.Core.View.Safe.Number >= 77, $"safe is block {node.Core.View.Safe.Number}");
            Assert.Empty(node.Core.View.Reorgs);
        }
    }

    [Fact]
    public void Equal_seeds_give_equal_histories_and_others_do_not()
    {
        Hash256 Trace(ulong seed)
        {
            var network = SimulatedStake.Create(nodes: 4, validators: 16, seed);
            network.DefaultLink = new LinkConditions(DelayMs: 50, JitterMs: 200, Loss: 0.05, Duplication: 0.05);
            network.Run(4 * Epoch);
            return network.Trace.Digest;
        }

        Assert.Equal(Trace(7), Trace(7));
        Assert.NotEqual(Trace(7), Trace(8));
    }

    [Theory]
    [InlineData(Misbehaviour.Equivocate)]
    [InlineData(Misbehaviour.DoubleVote)]
    [InlineData(Misbehaviour.Surround)]
    public void Whoever_signs_against_itself_is_slashed_within_an_epoch_of_the_second_message(Misbehaviour misbehaviour)
    {
        const int Offender = 5;
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 3, misbehaviours: new Dictionary<int, Misbehaviour>
        {
            [Offender] = misbehaviour,
        });

        Assert.True(network.RunUntil(() => network.Nodes.All(node => node.Told.OfType<StakeEvent.OffenceFound>().Any()),
            12 * Epoch), "nobody noticed");
        Assert.True(network.RunUntil(() => network.Nodes.All(node => node.StakeOf().Validators[Offender].Validator.Slashed),
            Epoch), "noticed, and not slashed within an epoch");

        network.Run(8 * Epoch);
        var (stake, offender) = (network.Nodes[0].StakeOf(), network.Nodes[0].StakeOf().Validators[Offender].Validator);
        Assert.NotEqual(Consensus.Stake.Epoch.FarFuture, offender.ExitEpoch);
        Assert.Equal([Offender], stake.Validators.Where(item => item.Validator.Slashed).Select(item => item.Validator.Index));
        Assert.All(network.Nodes, node => Assert.True(node.StakeOf().Finalized.Epoch.Number > 0));
        Assert.True(network.RunUntil(() => network.IsConverged, Epoch / 8), "no common head within a slot");
    }

    [Fact]
    public void A_slashed_validator_is_withdrawn_of_what_is_left_when_its_time_comes()
    {
        const int Offender = 5;
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 3, misbehaviours: new Dictionary<int, Misbehaviour>
        {
            [Offender] = Misbehaviour.DoubleVote,
        });

        network.Run(Epoch);
        Assert.True(network.RunUntil(() =>
            network.Nodes[0].StakeOf() is var stake && stake.Validators[Offender].StatusAt(stake.Epoch) == "withdrawn",
            30 * Epoch));

        var view = network.Nodes[0].Core.View;
        var address = network.Nodes[0].StakeOf().Validators[Offender].Validator.Identity.WithdrawalAddress!.Value;
        var balance = new WorldState(network.Nodes[0].Store, view.Head.Header.StateRoot).GetBalance(address);
        Assert.InRange((decimal)(ulong)(balance / 1_000_000_000), 20_000_000_000m, 31_999_999_999m);
    }

    [Fact]
    public void A_node_that_was_away_catches_up_with_the_same_finality()
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 5);
        network.Run(5 * Epoch);
        network.Kill(0);
        network.Run(3 * Epoch);
        network.Restart(0);

        Assert.True(network.RunUntil(() => network.IsConverged, Epoch));
        network.Run(3 * Epoch);

        Assert.True(network.IsConverged);
        Assert.Single(network.Nodes.Select(node => node.StakeOf().Finalized).Distinct());
        Assert.DoesNotContain(network.Nodes, node => node.StakeOf().Validators.Any(validator => validator.Validator.Slashed));
    }

    [Fact]
    public void A_network_cut_in_halves_finalizes_nothing_and_heals_to_one_chain_that_does()
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 6);
        network.Run(5 * Epoch);
        network.Partition([0, 1], [2, 3]);
        network.Run(Epoch);
        var before = network.Nodes.Max(node => node.StakeOf().Finalized.Epoch.Number);
        network.Run(6 * Epoch);
        Assert.All(network.Nodes,
            node => Assert.True(node.StakeOf().Finalized.Epoch.Number <= before, "half of the stake finalized something"));
        Assert.All(network.Nodes, node => Assert.True(node.StakeOf().IsLeaking));

        network.Heal();

        Assert.True(network.RunUntil(() => network.Nodes.All(node => node.StakeOf().Finalized.Epoch.Number > before), 8 * Epoch));
        Assert.True(network.RunUntil(() => network.IsConverged, Epoch));
        Assert.All(network.Nodes, node => Assert.Null(node.WhyHalted));
        Assert.DoesNotContain(network.Nodes, node => node.StakeOf().Validators.Any(validator => validator.Validator.Slashed));
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void Finality_goes_on_with_up_to_a_third_of_the_stake_away(int offline, bool goesOn)
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 9,
            misbehaviours: Enumerable.Range(0, offline).ToDictionary(index => index, _ => Misbehaviour.Offline));

        network.Run(8 * Epoch);

        Assert.All(network.Nodes, node => Assert.Equal(goesOn, node.StakeOf().Finalized.Epoch.Number > 0));
        Assert.All(network.Nodes, node => Assert.Equal(goesOn, !node.StakeOf().IsLeaking));
    }

    [Fact]
    public void A_leak_takes_stake_from_the_absent_until_the_others_finalize_again()
    {
        var settings = SimulatedStake.Settings with { InactivityPenaltyQuotient = 1 << 8 };
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 9, settings,
            Enumerable.Range(0, 6).ToDictionary(index => index, _ => Misbehaviour.Offline));

        Assert.True(network.RunUntil(() =>
            network.Nodes.All(node => node.Core.View.Consensus is StakeView { Finalized.Epoch.Number: > 0 }), 60 * Epoch));

        var stake = network.Nodes[0].StakeOf();
        Assert.All(stake.Validators.Take(6), absent => Assert.True(absent.Validator.Balance.Amount < 31_000_000_000));
        Assert.All(stake.Validators.Skip(6), present => Assert.True(present.Validator.Balance.Amount > 31_900_000_000));
    }
}
