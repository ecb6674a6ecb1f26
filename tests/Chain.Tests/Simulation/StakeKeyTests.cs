using Chain.Consensus;
using Chain.Node;
using Chain.Testnet;

namespace Chain.Tests;

/// <summary>Keys at two nodes, and keys whose signing history is lost, in whole networks: sixteen validators, validator i at node i modulo four.</summary>
public sealed class StakeKeyTests
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);

    // Those of node 2, and of node 3.
    private static readonly int[] OfTwo = [2, 6, 10, 14];
    private static readonly int[] OfThree = [3, 7, 11, 15];

    [Fact]
    public void A_new_network_signs_from_its_first_slot_without_any_history()
    {
        var network = Network(seed: 70);

        network.Run(Slot + (Slot / 2));

        Assert.All(network.Nodes, node => Assert.Equal(1UL, node.Core.View.Head.Number));
        Assert.All(network.Nodes, node => Assert.Empty(node.StakeOf().Silent));
        network.Run(5 * Epoch);
        Assert.All(network.Nodes, node => Assert.Equal(node.StakeOf().TotalActive, node.StakeOf().PreviousEpochTarget));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(15)]
    public void Keys_copied_to_a_second_node_that_is_restarted_get_nobody_slashed_and_raise_an_alert(int secondsIntoTheEpoch)
    {
        var network = Network(seed: 71);
        network.Run((4 * Epoch) + TimeSpan.FromSeconds(secondsIntoTheEpoch));

        Copy(network, from: 2, to: 3);
        Assert.True(network.RunUntil(() => network.Nodes[3].Core.View.Consensus is StakeView { Silent.Count: 4 }, Slot), "no alert within a slot");
        Assert.All(network.Nodes[3].StakeOf().Silent, silent => Assert.IsType<KeySilence.Listening>(silent.Silence));
        network.Run((12 * Epoch) + (2 * Slot));

        AssertNobodySlashed(network);
        var silent = network.Nodes[3].StakeOf().Silent;
        Assert.Equal(OfTwo, silent.Select(validator => validator.Index));
        Assert.All(silent, validator => Assert.True(((KeySilence.UsedElsewhere)validator.Silence).Epoch >= network.Nodes[3].StakeOf().Epoch.Previous, validator.Silence.Message));
        Assert.Empty(network.Nodes[2].StakeOf().Silent);

        // All sixteen vote: those of node 2 there, those of node 3 as before.
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
    }

    [Fact]
    public void A_copy_that_is_heard_only_in_blocks_is_found_out_too()
    {
        var network = Network(seed: 72);
        network.Run(4 * Epoch);

        // Node 3 hears blocks that node 0 has, and no gossip of node 2; whatever node 2 votes for is in them.
        network.SetLink(2, 3, new LinkConditions(DelayMs: 50, JitterMs: 1, Loss: 1, Duplication: 0));
        Copy(network, from: 2, to: 3);
        network.Run(4 * Epoch);

        Assert.Equal(OfTwo, network.Nodes[3].StakeOf().Silent.Where(validator => validator.Silence is KeySilence.UsedElsewhere).Select(validator => validator.Index));
        AssertNobodySlashed(network);
    }

    [Fact]
    public void Once_the_other_copy_is_stopped_and_the_node_restarted_its_keys_sign_here()
    {
        var network = Network(seed: 73);
        network.Run(4 * Epoch);
        Copy(network, from: 2, to: 3);
        network.Run(4 * Epoch);

        network.Kill(2);
        Restart(network, 3);
        network.Run((3 * Epoch) + Slot);

        Assert.Empty(network.Nodes[3].StakeOf().Silent);
        network.Run(2 * Epoch);
        Assert.Equal(network.Nodes[3].StakeOf().TotalActive, network.Nodes[3].StakeOf().PreviousEpochTarget);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void A_node_whose_history_is_lost_is_silent_for_two_whole_epochs_and_then_signs()
    {
        var network = Network(seed: 74);
        network.Run((4 * Epoch) + (3 * Slot));

        Lose(network, 2);
        network.Run((2 * Epoch) + (4 * Slot));
        Assert.Equal(OfTwo, network.Nodes[2].StakeOf().Silent.Select(validator => validator.Index));
        Assert.All(OfTwo, index => Assert.Equal(ParticipationFlags.None, network.Nodes[0].StakeOf().Validators[index].PreviousEpoch));
        Assert.Empty(network.Nodes[2].Told.OfType<StakeEvent.KeyBegins>());
        network.Run(2 * Slot);

        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        Assert.Equal(4, network.Nodes[2].Told.OfType<StakeEvent.KeyBegins>().Count());
        network.Run(2 * Epoch);
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void A_history_begun_after_listening_refuses_whatever_the_key_may_have_signed_before()
    {
        var network = Network(seed: 75);
        network.Run(4 * Epoch);
        Lose(network, 2);
        network.Run((3 * Epoch) + Slot);
        var now = network.Nodes[2].StakeOf();

        var key = SimulatedStake.SecretOf(2).Key;
        var asked = network.Nodes[2].Signed.CheckAndInsert(
        [
            new SigningRequest.Proposal(key, Registry.Root(1), now.Epoch.StartSlot(8) - 1),
            new SigningRequest.Vote(key, Registry.Root(1), now.Justified.Epoch, now.Epoch.Previous),
            new SigningRequest.Vote(key, Registry.Root(1), now.Justified.Epoch.Previous.Previous, now.Epoch + 1),
        ]);

        Assert.Equal([typeof(SigningRefusal.SlotNotAboveMinimum), typeof(SigningRefusal.TargetNotAboveMinimum), typeof(SigningRefusal.SourceBelowMinimum)], asked.Select(refusal => refusal?.GetType()));
    }

    [Fact]
    public void A_restart_with_its_history_costs_no_vote()
    {
        var network = Network(seed: 76);
        network.Run(4 * Epoch);

        for (var i = 0; i < 8; i++)
        {
            Restart(network, i % 4);
            network.Run(Slot + TimeSpan.FromMilliseconds(300));
            Assert.All(network.Nodes, node => Assert.Empty(node.StakeOf().Silent));
        }

        network.Run(2 * Epoch);
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
        Assert.DoesNotContain(network.Nodes, node => node.Told.OfType<StakeEvent.KeysSilenced>().Any());
    }

    [Fact]
    public void Where_both_copies_lost_their_history_the_first_to_begin_silences_the_other()
    {
        var network = Network(seed: 77);
        network.Nodes[3].ExtraEpochs = 1;
        network.Run(4 * Epoch);

        network.Nodes[2].LoseHistory();
        network.Nodes[3].LoseHistory();
        Copy(network, from: 2, to: 3);
        Restart(network, 2);
        network.Run((12 * Epoch) + (2 * Slot));

        AssertNobodySlashed(network);
        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        Assert.Equal(OfTwo, network.Nodes[3].StakeOf().Silent.Select(validator => validator.Index));
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
    }

    [Fact]
    public void A_history_restored_from_before_what_the_chain_shows_silences_its_keys_until_they_were_listened_for()
    {
        var network = Network(seed: 78);
        network.Run(4 * Epoch);
        network.Kill(2);

        // The backup knows the keys, and nothing of the last epochs.
        var backup = new SigningRecord();
        backup.Register([.. network.Nodes[2].Validators.Select(own => new SigningRequest.Registration(own.Secret.Key, new Slot(10), new VoteMinimum(new Epoch(0), new Epoch(1))))]);
        network.Nodes[2].LoseHistory(backup);
        network.Restart(2);
        network.Run(Slot);

        Assert.Equal(OfTwo, network.Nodes[2].StakeOf().Silent.Select(validator => validator.Index));
        Assert.All(network.Nodes[2].StakeOf().Silent, validator => Assert.Contains("this node's signing history ends before", validator.Silence.Message, StringComparison.Ordinal));
        network.Run(3 * Epoch);
        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void A_history_restored_while_its_keys_are_at_work_elsewhere_keeps_them_silent()
    {
        var network = Network(seed: 79);
        network.Run(3 * Epoch);
        network.Nodes[3].Signed.Register([.. OfTwo.Select(index => new SigningRequest.Registration(SimulatedStake.SecretOf(index).Key, new Slot(10), new VoteMinimum(new Epoch(0), new Epoch(1))))]);

        Copy(network, from: 2, to: 3);
        network.Run(8 * Epoch);

        Assert.Equal(OfTwo, network.Nodes[3].StakeOf().Silent.Where(validator => validator.Silence is KeySilence.UsedElsewhere).Select(validator => validator.Index));
        AssertNobodySlashed(network);
    }

    [Fact]
    public void A_node_that_hears_nobody_stays_silent_until_a_person_vouches_for_its_keys()
    {
        var network = SimulatedStake.Create(nodes: 1, validators: 8, seed: 80);
        network.Run(4 * Epoch);
        Lose(network, 0);
        var head = network.Nodes[0].Core.View.Head.Number;
        network.Run(8 * Epoch);
        Assert.Equal(head, network.Nodes[0].Core.View.Head.Number);
        Assert.Contains("the node had no peers", network.Nodes[0].StakeOf().Silent[0].Silence.Message, StringComparison.Ordinal);

        network.Nodes[0].TrustsItsKeys = true;
        Restart(network, 0);
        network.Run(3 * Epoch);

        Assert.Empty(network.Nodes[0].StakeOf().Silent);
        Assert.True(network.Nodes[0].Core.View.Head.Number > head + 16);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void Keys_that_a_person_vouches_for_sign_by_the_next_epoch_and_never_what_they_may_have_signed()
    {
        var network = Network(seed: 81);
        network.Run((4 * Epoch) + (6 * Slot));
        network.Nodes[2].TrustsItsKeys = true;

        Lose(network, 2);
        network.Run(2 * Epoch);

        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void An_isolated_node_does_not_count_what_it_did_not_hear()
    {
        var network = Network(seed: 82);
        network.Run(4 * Epoch);
        Lose(network, 2);
        network.Partition([2], [0, 1, 3]);
        network.Run(6 * Epoch);
        Assert.Equal(4, network.Nodes[2].StakeOf().Silent.Count);

        network.Heal();
        network.Run(2 * Epoch);
        Assert.Equal(4, network.Nodes[2].StakeOf().Silent.Count);
        network.Run(Epoch + Slot);

        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void Votes_that_anybody_signs_with_a_copied_key_silence_it_and_nobody_elses_do()
    {
        var network = Network(seed: 83);
        network.Run(4 * Epoch);
        Lose(network, 2);
        network.Run(Epoch);
        var stake = network.Nodes[2].StakeOf();
        var data = new AttestationData(stake.Slot, 0, network.Nodes[2].Core.View.Head.Hash, stake.Justified, new Checkpoint(stake.Epoch, Registry.Root(1)));
        var root = new StakeDomain(network.Genesis.Block.Hash).AttestationRoot(data);
        IndexedAttestation By(int signer, int index) => new([index], data, [SimulatedStake.SecretOf(signer).PrivateKey.Sign(root)]);

        network.Say(network.AddStranger(2), new WireMessage.OfConsensus(new StakeMessage.Votes(By(signer: 5, index: 6))));
        network.Say(network.AddStranger(2), new WireMessage.OfConsensus(new StakeMessage.Votes(By(signer: 10, index: 10))));
        network.Run(Slot);

        Assert.Equal([10], network.Nodes[2].StakeOf().Silent.Where(validator => validator.Silence is KeySilence.UsedElsewhere).Select(validator => validator.Index));
    }

    private static SimulatedNetwork Network(ulong seed) => SimulatedStake.Create(nodes: 4, validators: 16, seed);

    /// <summary>A node's keys, without their history, go to a second node too, which is restarted.</summary>
    private static void Copy(SimulatedNetwork network, int from, int to)
    {
        network.Kill(to);
        network.SetValidators(to, [.. network.Nodes[to].Validators, .. network.Nodes[from].Validators]);
        network.Restart(to);
    }

    private static void Lose(SimulatedNetwork network, int node)
    {
        network.Kill(node);
        network.Nodes[node].LoseHistory();
        network.Restart(node);
    }

    private static void Restart(SimulatedNetwork network, int node)
    {
        network.Kill(node);
        network.Restart(node);
    }

    private static void AssertNobodySlashed(SimulatedNetwork network)
    {
        Assert.All(network.Nodes.Where(node => node.IsRunning), node => Assert.DoesNotContain(node.StakeOf().Validators, validator => validator.Validator.Slashed));
        Assert.DoesNotContain(network.Nodes, node => node.Told.OfType<StakeEvent.OffenceFound>().Any());
    }
}
