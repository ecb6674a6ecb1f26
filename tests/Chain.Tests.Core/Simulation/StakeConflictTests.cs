using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>More than a third of the stake votes on both sides of a partition, and both sides go on alone.</summary>
public sealed class StakeConflictTests
{
    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);
    private static readonly int[] Twins = [.. SplitBrain.Twins];

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(11)]
    public void Two_histories_that_were_both_made_final_stop_every_node_once_they_meet_and_the_guilty_are_named(
        int secondsIntoTheEpoch)
    {
        var network = SplitBrain.Run(secondsIntoTheEpoch);
        var finalized = network.Nodes.Select(node => node.StakeOf().Finalized).ToList();
        Assert.NotEqual(finalized[0].Root, finalized[2].Root);

        network.Heal();
        network.Run(Epoch);

        foreach (var node in network.Nodes)
        {
            Assert.NotNull(node.WhyHalted);
            Assert.StartsWith("Two histories of this chain were both made final although they exclude each other, so this node "
                + "has stopped.", node.WhyHalted, StringComparison.Ordinal);
            var conflict = Assert.Single(node.Told.OfType<StakeEvent.ConflictProven>()).Conflict;
            Assert.Equal(node.WhyHalted, conflict.Message);
            Assert.Equal(Twins, conflict.Slashable);
            Assert.True(conflict.VotedStake * 3 >= conflict.TotalStake * 2);
            Assert.Contains("6 validators are proven guilty, having signed messages that contradict each other: 0, 1, 2, 3, 4, "
                + "6.", conflict.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_node_of_one_history_that_meets_none_of_the_other_learns_the_proof_from_its_peers()
    {
        var network = SplitBrain.Run(secondsIntoTheEpoch: 3);

        // Node 0 alone meets the other side; node 1 sees nobody but node 0.
        network.Connect(0, 2);
        network.Run(Epoch);

        Assert.NotNull(network.Nodes[0].WhyHalted);
        Assert.NotNull(network.Nodes[1].WhyHalted);
        Assert.Equal(Twins, network.Nodes[1].Told.OfType<StakeEvent.ConflictProven>().Single().Conflict.Slashable);
    }

    [Fact]
    public void Nodes_that_were_restarted_before_they_meet_the_other_history_prove_themselves_from_their_blocks()
    {
        var network = SplitBrain.Run(secondsIntoTheEpoch: 3);
        foreach (var node in network.Nodes) network.Kill(node.Index);
        foreach (var node in network.Nodes) network.Restart(node.Index);

        network.Heal();
        network.Run(Epoch);

        var (one, other) = (network.Nodes[0].Store, network.Nodes[2].Store);
        var shared = Enumerable.Range(0, 100).Select(number => one.GetCanonicalHash((ulong)number))
            .Last(hash => hash is not null && other.GetBlock(hash.Value) is not null);
        Assert.All(network.Nodes, node => Assert.NotNull(node.WhyHalted));
        Assert.All(network.Nodes,
            node => Assert.Equal(shared, node.Told.OfType<StakeEvent.ConflictProven>().Single().Conflict.LastShared?.Hash));
    }

    [Fact]
    public void A_node_that_took_the_blocks_of_a_history_before_its_own_finality_excluded_them_proves_the_conflict_from_them()
    {
        var network = SplitBrain.RunApart((4 * Epoch) - TimeSpan.FromMilliseconds(1500));
        network.Heal();
        network.Run(TimeSpan.FromSeconds(1));
        Assert.Single(network.Nodes.Select(node => node.StakeOf().Finalized).Distinct());
        Assert.All(network.Nodes,
            node => Assert.All(network.Nodes, other => Assert.NotNull(node.Store.GetBlock(other.Core.View.Head.Hash))));

        // From now on nobody hears anything of the others.
        network.Partition();
        network.Run(TimeSpan.FromSeconds(2));

        Assert.All(network.Nodes, node => Assert.NotNull(node.WhyHalted));
        Assert.All(network.Nodes,
            node => Assert.Equal(Twins, node.Told.OfType<StakeEvent.ConflictProven>().Single().Conflict.Slashable));
    }

    [Fact]
    public void Sides_that_agreed_when_they_met_learn_of_the_conflict_that_begins_then_before_they_took_a_block()
    {
        var network = SplitBrain.RunApart((4 * Epoch) - TimeSpan.FromMilliseconds(50));
        Assert.Single(network.Nodes.Select(node => node.StakeOf().Finalized).Distinct());

        network.Heal();
        network.Run(TimeSpan.FromSeconds(2));

        Assert.DoesNotContain(network.Nodes,
            node => node.Store.GetBlock(network.Nodes[(node.Index + 2) % 4].Core.View.Head.Hash) is not null);
        Assert.All(network.Nodes, node => Assert.NotNull(node.WhyHalted));
        Assert.All(network.Nodes,
            node => Assert.Equal(Twins, node.Told.OfType<StakeEvent.ConflictProven>().Single().Conflict.Slashable));
    }

    [Fact]
    public void Votes_that_were_heard_while_their_target_was_on_our_chain_count_once_the_head_has_left_it()
    {
        // Node 1 has no validators, and its head stands still while it is cut off: all checkpoints from then on are that head.
        var network = SimulatedStake.Create(nodes: 2, validators: 16, seed: 36);
        network.SetValidators(0,
            [.. Enumerable.Range(0, 16).Select(index => new SimulatedValidator(SimulatedStake.SecretOf(index)))]);
        network.SetValidators(1, []);
        network.Run((4 * Epoch) - TimeSpan.FromSeconds(5));
        network.Partition([0], [1]);
        network.Run(Epoch + TimeSpan.FromSeconds(8));
        var (node, head) = (network.Nodes[1], network.Nodes[1].Core.View.Head.Hash);
        var (slot, epoch) = (node.StakeOf().Slot, node.StakeOf().Epoch);
        var link = new AttestationData(slot, 0, head, new Checkpoint(epoch.Previous, head), new Checkpoint(epoch, head));
        var voters = Enumerable.Range(0, 11).ToList();
        var root = new StakeDomain(network.Genesis.Block.Hash).AttestationRoot(link);
        var votes = new IndexedAttestation(voters, link,
            [.. voters.Select(voter => SimulatedStake.SecretOf(voter).PrivateKey.Sign(root))]);

        network.Say(network.AddStranger(1), new WireMessage.OfConsensus(new StakeMessage.Votes(votes)));
        network.Run(2 * Epoch);
        Assert.Null(node.WhyHalted);
        Assert.Equal(head, node.Core.View.Head.Hash);
        network.Heal();
        network.Run(Epoch);

        Assert.NotNull(node.WhyHalted);
        var conflict = Assert.Single(node.Told.OfType<StakeEvent.ConflictProven>()).Conflict;
        Assert.Equal((link.Source, link.Target), (conflict.Theirs, conflict.Target));
        Assert.Equal(voters, conflict.Slashable);
    }

    [Fact]
    public void Peers_are_told_what_became_final_since_they_connected()
    {
        var network = SimulatedStake.Create(nodes: 2, validators: 16, seed: 35);
        var stranger = network.AddStranger(0);

        network.Run(6 * Epoch);

        var told = stranger.Heard.OfType<WireMessage.OfConsensus>().Select(heard => heard.Message)
            .OfType<StakeMessage.Status>().Select(status => status.Finalized).ToList();
        Assert.Equal(told.Distinct(), told);
        Assert.Equal(network.Nodes[0].StakeOf().Finalized, told[^1]);
    }

    [Fact]
    public void The_proof_is_kept_so_that_anybody_can_check_the_votes()
    {
        var network = SplitBrain.Run(secondsIntoTheEpoch: 0);
        network.Heal();
        network.Run(Epoch);

        var told = network.Nodes[0].Told.OfType<StakeEvent.ConflictProven>().Single();
        var evidence = told.Evidence!;
        Assert.Equal("finality-conflict", evidence.Name);
        Assert.InRange(evidence.Bytes.Length, 1000, 100_000);
        var outer = new RlpReader(evidence.Bytes.Span);
        var rlp = outer.ReadList();
        Assert.Equal(told.Message, System.Text.Encoding.UTF8.GetString(rlp.ReadBytes()));
        Assert.Equal(told.Conflict.Ours, Checkpoint.Read(ref rlp));
        Assert.Equal(told.Conflict.Theirs, Checkpoint.Read(ref rlp));
        var target = Checkpoint.Read(ref rlp);
        Assert.Equal(told.Conflict.Target, target);
        Assert.Equal(told.Conflict.WeighedAt, Checkpoint.Read(ref rlp));
        Assert.Equal(0UL, rlp.ReadUInt64());
        var shared = rlp.ReadList();
        Assert.Equal(told.Conflict.LastShared?.Hash, shared.ReadHash());
        Assert.Equal(told.Conflict.VotedStake.Amount, rlp.ReadUInt64());
        Assert.Equal(told.Conflict.TotalStake.Amount, rlp.ReadUInt64());
        Assert.Equal(told.Conflict.Uncounted.Amount, rlp.ReadUInt64());
        rlp.ReadList();
        var votes = rlp.ReadList();
        var voters = new List<int>();
        var domain = new StakeDomain(network.Genesis.Block.Hash);
        while (!votes.IsAtEnd)
        {
            var item = IndexedAttestation.Read(ref votes);
            voters.AddRange(item.AttestingIndices);
            Assert.Equal(item.Data.Target == target, item.Data.Source == told.Conflict.Theirs);
            for (var i = 0; i < item.AttestingIndices.Count; i++)
                Assert.True(DirectVerifier.Instance.IsBy(SimulatedStake.SecretOf(item.AttestingIndices[i]).Key,
                    domain.AttestationRoot(item.Data), item.Signatures[i]));
        }

        Assert.Equal(11, voters.Distinct().Count());
    }

    [Fact]
    public void A_mere_claim_of_another_finality_stops_nobody_and_costs_the_peer()
    {
        var network = SimulatedStake.Create(nodes: 2, validators: 16, seed: 31);
        network.Run(5 * Epoch);
        var stranger = network.AddStranger(0);
        var claim = new WireMessage.OfConsensus(new StakeMessage.Status(new Slot(40), Registry.Root(1),
            new Checkpoint(network.Nodes[0].StakeOf().Finalized.Epoch, Registry.Root(2))));

        network.Say(stranger, claim);
        network.Run(Epoch);

        Assert.Null(network.Nodes[0].WhyHalted);
        Assert.Equal(5, stranger.Score);
        Assert.True(stranger.IsConnected);
        for (var i = 0; i < 19; i++) network.Say(stranger, claim);
        Assert.False(stranger.IsConnected);
        Assert.Null(network.Nodes[0].WhyHalted);
    }

    [Fact]
    public void A_claim_that_lies_ahead_of_our_head_is_no_fault()
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 32);
        network.Run(4 * Epoch);
        network.Kill(0);
        network.Run(4 * Epoch);
        network.Restart(0);
        var stranger = network.AddStranger(0);

        network.Say(stranger,
            new WireMessage.OfConsensus(new StakeMessage.Status(new Slot(60), Registry.Root(1),
                network.Nodes[1].StakeOf().Finalized)));

        Assert.Equal(0, stranger.Score);
    }

    [Fact]
    public void A_node_that_went_on_alone_holds_nothing_against_peers_that_know_more()
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 33);
        network.Run(4 * Epoch);
        network.Kill(0);
        network.Run(3 * Epoch);
        network.Partition([0], [1, 2, 3]);
        network.Restart(0);
        network.Run(4 * Epoch);
        var (alone, theirs) = (network.Nodes[0].StakeOf(), network.Nodes[1].StakeOf().Finalized);
        Assert.True(alone.Finalized.Epoch < theirs.Epoch && theirs.Epoch.StartSlot(8).Number <= LastSlot(network.Nodes[0]),
            $"the node has no branch of its own on which the claim could be tested: {alone.Finalized}, {theirs}, its last slot "
                + $"is {LastSlot(network.Nodes[0])}");
        var stranger = network.AddStranger(0);

        network.Say(stranger, new WireMessage.OfConsensus(new StakeMessage.Status(new Slot(60), Registry.Root(1), theirs)));
        var (first, second) = (new SignedProposal(new Slot(60), 16, Registry.Root(1), default),
            new SignedProposal(new Slot(60), 16, Registry.Root(2), default));
        network.Say(stranger, new WireMessage.OfConsensus(new StakeMessage.DoubleProposal(new ProposerSlashing(first, second))));
        network.Heal();

        Assert.Equal(0, stranger.Score);
        Assert.True(network.RunUntil(() => network.Nodes[0].StakeOf().Finalized.Epoch >= theirs.Epoch, 2 * Epoch),
            "the node does not come back");
        Assert.DoesNotContain(network.Trace.Lines,
            line => line.Contains("node 0 ", StringComparison.Ordinal) && line.Contains(" pays ", StringComparison.Ordinal));
        Assert.All(network.Nodes, node => Assert.Null(node.WhyHalted));
    }

    [Fact]
    public void Claims_that_nobody_can_judge_are_answered_with_the_votes_for_our_own_finality_only_once()
    {
        var network = SimulatedStake.Create(nodes: 2, validators: 16, seed: 34);
        network.Run(6 * Epoch);
        var stranger = network.AddStranger(0);
        var ours = network.Nodes[0].StakeOf().Finalized;
        var claim = new WireMessage.OfConsensus(new StakeMessage.Status(new Slot(40), Registry.Root(1),
            new Checkpoint(ours.Epoch + 1, Registry.Root(2))));

        network.Say(stranger, claim);
        var first = Votes(stranger);
        network.Say(stranger, claim);

        Assert.NotEqual(0, first);
        Assert.Equal(first, Votes(stranger));
        Assert.Equal(0, stranger.Score);
    }

    private static int Votes(SimulatedStranger stranger) =>
        stranger.Heard.Count(message => message is WireMessage.OfConsensus { Message: StakeMessage.Votes });

    private static ulong LastSlot(SimulatedNode node) =>
        ConsensusSidecar.Decode(node.Store.GetBlock(node.Core.View.Head.Hash)!.Sidecar.Span).Body.Slot.Number;
}
