using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>Proven histories that travel whole from nodes that stopped, and what peers make up instead.</summary>
public sealed class StakeHistoryTests
{
    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(2);

    [Fact]
    public void A_stopped_node_shows_both_histories_to_peers_that_connect_later_also_after_a_restart()
    {
        var network = Stopped();
        var finalized = new[] { 0, 2 }.Select(node => network.Nodes[node].StakeOf().Finalized).ToList();

        var early = Histories(network.AddStranger(0));
        network.Kill(0);
        network.Restart(0);
        var late = Histories(network.AddStranger(0));
        network.Run(Epoch);

        Assert.Equal(2, early.Count);
        Assert.Equal(early.Select(Encoded), late.Select(Encoded));
        Assert.All(finalized,
            checkpoint => Assert.Contains(early, proof => proof.Votes.Any(votes => votes.Data.Source == checkpoint)));
    }

    [Fact]
    public void A_stopped_node_still_answers_questions_and_takes_nothing_in()
    {
        var network = Stopped();
        var stranger = network.AddStranger(0);
        var head = network.Nodes[0].Core.View.Head;
        var other = network.Nodes[2].Store.GetBlock(network.Nodes[2].Core.View.Head.Hash)!;

        network.Say(stranger, new WireMessage.GetBlockHeaders(1, head.Hash, 0, 3, 0, Reverse: true));
        network.Say(stranger, new WireMessage.NewBlockWithSidecar(other, UInt256.Zero));

        Assert.Equal(head.Hash, stranger.Heard.OfType<WireMessage.BlockHeaders>().Single().Headers[0].Hash);
        Assert.Null(network.Nodes[0].Store.GetBlock(other.Hash));
        Assert.Equal(0, stranger.Score);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void A_node_that_was_away_while_the_others_stopped_is_stopped_by_what_they_show(int epochsAway)
    {
        var network = SplitBrain.Run(secondsIntoTheEpoch: 3);
        network.Kill(1);
        network.Heal();
        network.Run(Epoch);
        Assert.All(network.Nodes.Where(node => node.Index != 1), node => Assert.NotNull(node.WhyHalted));
        network.Run(epochsAway * Epoch);

        // Nobody of the other side is there any more.
        network.Kill(2);
        network.Kill(3);
        network.Restart(1);

        Assert.True(network.RunUntil(() => network.Nodes[1].WhyHalted is not null, Epoch), "the node goes on");
        Assert.Equal(network.Nodes[2].StakeOf().Finalized,
            network.Nodes[1].Told.OfType<StakeEvent.ConflictProven>().Single().Conflict.Theirs);
    }

    [Fact]
    public void A_true_history_that_a_stranger_shows_stops_a_node_which_hands_it_on_once()
    {
        var shown = Histories(Stopped().AddStranger(0));
        var network = SplitBrain.Run(secondsIntoTheEpoch: 3);
        network.Kill(2);
        network.Kill(3);
        var (stranger, listener) = (network.AddStranger(0), network.AddStranger(0));

        foreach (var history in shown) network.Say(stranger, Message(history));
        foreach (var history in shown) network.Say(stranger, Message(history));
        network.Run(2 * Slot);

        Assert.All(network.Nodes.Take(2), node => Assert.NotNull(node.WhyHalted));
        Assert.Equal(0, stranger.Score);
        Assert.Equal(2, Histories(listener).Count);
        Assert.Equal(2, Histories(listener).Select(Encoded).Distinct().Count());
    }

    [Fact]
    public void An_old_history_does_not_stop_a_network_that_has_made_much_more_final_since()
    {
        var (network, stranger) = Honest();
        var claim = Signed(network, [.. Enumerable.Range(0, 16)]);
        network.Run(12 * Epoch);

        network.Say(stranger, Message(claim));
        network.Run(Epoch);

        Assert.Equal(0, stranger.Score);
        Assert.All(network.Nodes, node => Assert.Null(node.WhyHalted));
    }

    [Fact]
    public void A_history_that_too_few_signed_stops_nobody_and_costs_its_sender_once()
    {
        var (network, stranger) = Honest();
        var claim = Signed(network, [3, 4, 5]);

        network.Say(stranger, Message(claim));
        network.Say(stranger, Message(claim));
        network.Run(Epoch);

        Assert.Equal(5, stranger.Score);
        Assert.Null(network.Nodes[0].WhyHalted);
        Assert.DoesNotContain(network.Nodes, node => node.Told.OfType<StakeEvent.ConflictProven>().Any());
    }

    [Fact]
    public void A_history_of_our_own_chain_costs_nothing_and_stops_nobody()
    {
        var (network, stranger) = Honest();
        var finalized = network.Nodes[0].StakeOf().Finalized;
        var data = Data(network, new Checkpoint(Consensus.Stake.Epoch.Genesis, Registry.Root(1)), finalized);

        network.Say(stranger, Message(new FinalityProof([], [Votes(network, data, [3])])));

        Assert.Equal(0, stranger.Score);
        Assert.Null(network.Nodes[0].WhyHalted);
    }

    [Fact]
    public void A_history_with_a_bad_signature_without_votes_or_with_headers_of_something_else_ends_the_connection()
    {
        var (network, _) = Honest();
        var good = Signed(network, [3, 4]);
        var forged = good.Votes[0] with { Signatures = [good.Votes[0].Signatures[0], good.Votes[0].Signatures[0]] };
        var foreign = network.Nodes[0].Core.View.Head;
        var bad = new[]
        {
            good with { Votes = [forged] },
            good with { Votes = [] },
            good with
            {
                Votes = [good.Votes[0] with
                {
                    Data = good.Votes[0].Data with { Source = new Checkpoint(new Epoch(ulong.MaxValue), Registry.Root(1)) },
                }],
            },
            good with
            {
                Votes = [good.Votes[0] with
                {
                    Data = good.Votes[0].Data with { Target = new Checkpoint(new Epoch(ulong.MaxValue), Registry.Root(2)) },
                }],
            },
            good with { Headers = [network.Nodes[0].Store.GetHeader(foreign.Hash)!] },
        };

        foreach (var proof in bad)
        {
            var stranger = network.AddStranger(0);
            network.Say(stranger, Message(proof));
            Assert.False(stranger.IsConnected);
        }

        Assert.Null(network.Nodes[0].WhyHalted);
    }

    private static SimulatedNetwork Stopped()
    {
        var network = SplitBrain.Run(secondsIntoTheEpoch: 3);
        network.Heal();
        network.Run(Epoch);
        Assert.All(network.Nodes, node => Assert.NotNull(node.WhyHalted));
        return network;
    }

    private static (SimulatedNetwork Network, SimulatedStranger Stranger) Honest()
    {
        var network = SimulatedStake.Create(nodes: 2, validators: 16, seed: 36);
        network.Run(6 * Epoch);
        return (network, network.AddStranger(0));
    }

    /// <summary>Votes of a few validators that make another checkpoint than ours final.</summary>
    private static FinalityProof Signed(SimulatedNetwork network, int[] voters)
    {
        var finalized = network.Nodes[0].StakeOf().Finalized;
        var data = Data(network, finalized with { Root = Registry.Root(1) },
            new Checkpoint(finalized.Epoch + 1, Registry.Root(2)));
        return new FinalityProof([], [Votes(network, data, voters)]);
    }

    private static AttestationData Data(SimulatedNetwork network, Checkpoint source, Checkpoint target) =>
        new(target.Epoch.StartSlot(network.Nodes[0].StakeOf().Settings.SlotsPerEpoch), 0, target.Root, source, target);

    private static IndexedAttestation Votes(SimulatedNetwork network, AttestationData data, int[] voters)
    {
        var root = new StakeDomain(network.Genesis.Block.Hash).AttestationRoot(data);
        return new IndexedAttestation(voters, data,
            [.. voters.Select(voter => SimulatedStake.SecretOf(voter).PrivateKey.Sign(root))]);
    }

    private static WireMessage.OfConsensus Message(FinalityProof proof) => new(new StakeMessage.History(proof));

    private static List<FinalityProof> Histories(SimulatedStranger stranger) =>
        [.. stranger.Heard.OfType<WireMessage.OfConsensus>()
            .Select(message => message.Message).OfType<StakeMessage.History>().Select(history => history.Proof)];

    private static string Encoded(FinalityProof proof)
    {
        var rlp = new RlpWriter();
        proof.WriteTo(rlp);
        return Convert.ToHexString(rlp.ToArray());
    }
}
