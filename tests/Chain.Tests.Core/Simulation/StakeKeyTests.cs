using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>
/// Keys at two nodes, and keys whose signing history is lost, in whole networks of sixteen validators: validator i is at node
/// i modulo four.
/// </summary>
public sealed class StakeKeyTests
{
    private static readonly TimeSpan SlotTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EpochTime = TimeSpan.FromSeconds(16);

    // Those of node 2.
    private static readonly int[] OfTwo = [2, 6, 10, 14];

    [Fact]
    public void A_new_network_signs_from_its_first_slot_without_any_history()
    {
        var network = Network(seed: 70);

        network.Run(SlotTime + (SlotTime / 2));

        Assert.All(network.Nodes, node => Assert.Equal(1UL, node.Core.View.Head.Number));
        Assert.All(network.Nodes, node => Assert.Empty(node.StakeOf().Silent));
        network.Run(5 * EpochTime);
        Assert.All(network.Nodes, node => Assert.Equal(node.StakeOf().TotalActive, node.StakeOf().PreviousEpochTarget));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(15)]
    public void Keys_copied_to_a_second_node_that_is_restarted_get_nobody_slashed_and_raise_an_alert(int secondsIntoTheEpoch)
    {
        var network = Network(seed: 71);
        network.Run((4 * EpochTime) + TimeSpan.FromSeconds(secondsIntoTheEpoch));

        Copy(network, from: 2, to: 3);
        var copied = network.Nodes[3];
        bool IsSilent() => copied.Core.View.Consensus is StakeView { Silent.Count: 4 };
        Assert.True(network.RunUntil(IsSilent, SlotTime), "no alert within a slot");
        Assert.All(network.Nodes[3].StakeOf().Silent, silent => Assert.IsType<KeySilence.Listening>(silent.Silence));
        network.Run((12 * EpochTime) + (2 * SlotTime));

        AssertNobodySlashed(network);
        var silent = network.Nodes[3].StakeOf().Silent;
        Assert.Equal(OfTwo, silent.Select(validator => validator.Index));
        var latest = copied.StakeOf().Epoch.Previous;
        foreach (var validator in silent)
            Assert.True(((KeySilence.UsedElsewhere)validator.Silence).Epoch >= latest, validator.Silence.Message);
        Assert.Empty(network.Nodes[2].StakeOf().Silent);

        // All sixteen vote: those of node 2 there, those of node 3 as before.
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
    }

    [Fact]
    public void A_copy_that_is_heard_only_in_blocks_is_found_out_too()
    {
        var network = Network(seed: 72);
        network.Run(4 * EpochTime);

        // Node 3 hears blocks that node 0 has, and no gossip of node 2; whatever node 2 votes for is in them.
        network.SetLink(2, 3, new LinkConditions(DelayMs: 50, JitterMs: 1, Loss: 1, Duplication: 0));
        Copy(network, from: 2, to: 3);
        network.Run(4 * EpochTime);

        Assert.Equal(OfTwo, UsedElsewhere(network.Nodes[3]));
        AssertNobodySlashed(network);
    }

    [Fact]
    public void Once_the_other_copy_is_stopped_and_the_node_restarted_its_keys_sign_here()
    {
        var network = Network(seed: 73);
        network.Run(4 * EpochTime);
        Copy(network, from: 2, to: 3);
        network.Run(4 * EpochTime);

        network.Kill(2);
        Restart(network, 3);
        network.Run((3 * EpochTime) + SlotTime);

        Assert.Empty(network.Nodes[3].StakeOf().Silent);
        network.Run(2 * EpochTime);
        Assert.Equal(network.Nodes[3].StakeOf().TotalActive, network.Nodes[3].StakeOf().PreviousEpochTarget);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void A_node_whose_history_is_lost_is_silent_for_two_whole_epochs_and_then_signs()
    {
        var network = Network(seed: 74);
        network.Run((4 * EpochTime) + (3 * SlotTime));

        Lose(network, 2);
        network.Run((2 * EpochTime) + (4 * SlotTime));
        Assert.Equal(OfTwo, network.Nodes[2].StakeOf().Silent.Select(validator => validator.Index));
        var validators = network.Nodes[0].StakeOf().Validators;
        Assert.All(OfTwo, index => Assert.Equal(ParticipationFlags.None, validators[index].PreviousEpoch));
        Assert.Empty(network.Nodes[2].Told.OfType<StakeEvent.KeyBegins>());
        network.Run(2 * SlotTime);

        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        Assert.Equal(4, network.Nodes[2].Told.OfType<StakeEvent.KeyBegins>().Count());
        network.Run(2 * EpochTime);
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void A_history_begun_after_listening_refuses_whatever_the_key_may_have_signed_before()
    {
        var network = Network(seed: 75);
        network.Run(4 * EpochTime);
        Lose(network, 2);
        network.Run((3 * EpochTime) + SlotTime);
        var now = network.Nodes[2].StakeOf();

        var key = SimulatedStake.SecretOf(2).Key;
        var asked = network.Nodes[2].Crew().Signed.CheckAndInsert(
        [
            new StakeSigningRequest.Proposal(key, Registry.Root(1), now.Epoch.StartSlot(8) - 1),
            new StakeSigningRequest.Vote(key, Registry.Root(1), now.Justified.Epoch, now.Epoch.Previous),
            new StakeSigningRequest.Vote(key, Registry.Root(1), now.Justified.Epoch.Previous.Previous, now.Epoch + 1),
        ]);

        Assert.IsType<SigningRefusal.SlotNotAboveMinimum>(asked[0]);
        Assert.IsType<SigningRefusal.TargetNotAboveMinimum>(asked[1]);
        Assert.IsType<SigningRefusal.SourceBelowMinimum>(asked[2]);
    }

    [Fact]
    public void A_restart_with_its_history_costs_no_vote()
    {
        var network = Network(seed: 76);
        network.Run(4 * EpochTime);

        for (var i = 0; i < 8; i++)
        {
            Restart(network, i % 4);
            network.Run(SlotTime + TimeSpan.FromMilliseconds(300));
            Assert.All(network.Nodes, node => Assert.Empty(node.StakeOf().Silent));
        }

        network.Run(2 * EpochTime);
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
        Assert.DoesNotContain(network.Nodes, node => node.Told.OfType<StakeEvent.KeysSilenced>().Any());
    }

    [Fact]
    public void Where_both_copies_lost_their_history_the_first_to_begin_silences_the_other()
    {
        var network = Network(seed: 77);
        network.Nodes[3].Crew().ExtraEpochs = 1;
        network.Run(4 * EpochTime);

        network.Nodes[2].Crew().LoseHistory();
        network.Nodes[3].Crew().LoseHistory();
        Copy(network, from: 2, to: 3);
        Restart(network, 2);
        network.Run((12 * EpochTime) + (2 * SlotTime));

        AssertNobodySlashed(network);
        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        Assert.Equal(OfTwo, network.Nodes[3].StakeOf().Silent.Select(validator => validator.Index));
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
    }

    [Fact]
    public void A_history_restored_from_before_what_the_chain_shows_silences_its_keys_until_they_were_listened_for()
    {
        var network = Network(seed: 78);
        network.Run(4 * EpochTime);
        network.Kill(2);

        // The backup knows the keys, and nothing of the last epochs.
        var backup = new SigningRecord();
        backup.Register(UpToTheFirstEpoch(OfTwo));
        network.Nodes[2].Crew().LoseHistory(backup);
        network.Restart(2);
        network.Run(SlotTime);

        Assert.Equal(OfTwo, network.Nodes[2].StakeOf().Silent.Select(validator => validator.Index));
        foreach (var validator in network.Nodes[2].StakeOf().Silent)
            Assert.Contains("signing history of the key ends before", validator.Silence.Message, StringComparison.Ordinal);
        network.Run(3 * EpochTime);
        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void A_history_restored_while_its_keys_are_at_work_elsewhere_keeps_them_silent()
    {
        var network = Network(seed: 79);
        network.Run(3 * EpochTime);
        network.Nodes[3].Crew().Signed.Register(UpToTheFirstEpoch(OfTwo));

        Copy(network, from: 2, to: 3);
        network.Run(8 * EpochTime);

        Assert.Equal(OfTwo, UsedElsewhere(network.Nodes[3]));
        AssertNobodySlashed(network);
    }

    [Fact]
    public void A_node_that_hears_nobody_stays_silent_until_a_person_vouches_for_its_keys()
    {
        var network = SimulatedStake.Create(nodes: 1, validators: 8, seed: 80);
        network.Run(4 * EpochTime);
        Lose(network, 0);
        var head = network.Nodes[0].Core.View.Head.Number;
        network.Run(8 * EpochTime);
        Assert.Equal(head, network.Nodes[0].Core.View.Head.Number);
        Assert.Contains("the node had no peers", network.Nodes[0].StakeOf().Silent[0].Silence.Message, StringComparison.Ordinal);

        network.Nodes[0].Crew().TrustsItsKeys = true;
        Restart(network, 0);
        network.Run(3 * EpochTime);

        Assert.Empty(network.Nodes[0].StakeOf().Silent);
        Assert.True(network.Nodes[0].Core.View.Head.Number > head + 16);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void Keys_that_a_person_vouches_for_sign_by_the_next_epoch_and_never_what_they_may_have_signed()
    {
        var network = Network(seed: 81);
        network.Run((4 * EpochTime) + (6 * SlotTime));
        network.Nodes[2].Crew().TrustsItsKeys = true;

        Lose(network, 2);
        network.Run(2 * EpochTime);

        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        Assert.Equal(network.Nodes[0].StakeOf().TotalActive, network.Nodes[0].StakeOf().PreviousEpochTarget);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void An_isolated_node_does_not_count_what_it_did_not_hear()
    {
        var network = Network(seed: 82);
        network.Run(4 * EpochTime);
        Lose(network, 2);
        network.Partition([2], [0, 1, 3]);
        network.Run(6 * EpochTime);
        Assert.Equal(4, network.Nodes[2].StakeOf().Silent.Count);

        network.Heal();
        network.Run(2 * EpochTime);
        Assert.Equal(4, network.Nodes[2].StakeOf().Silent.Count);
        network.Run(EpochTime + SlotTime);

        Assert.Empty(network.Nodes[2].StakeOf().Silent);
        AssertNobodySlashed(network);
    }

    [Fact]
    public void Votes_that_anybody_signs_with_a_copied_key_silence_it_and_nobody_elses_do()
    {
        var network = Network(seed: 83);
        network.Run(4 * EpochTime);
        Lose(network, 2);
        network.Run(EpochTime);
        var stake = network.Nodes[2].StakeOf();
        var target = new Checkpoint(stake.Epoch, Registry.Root(1));
        var data = new AttestationData(stake.Slot, 0, network.Nodes[2].Core.View.Head.Hash, stake.Justified, target);
        var root = new StakeDomain(network.Genesis.Block.Hash).AttestationRoot(data);
        IndexedAttestation By(int signer, int index) =>
            new([index], data, [SimulatedStake.SecretOf(signer).PrivateKey.Sign(root)]);

        network.Say(network.AddStranger(2), new WireMessage.OfConsensus(new StakeMessage.Votes(By(signer: 5, index: 6))));
        network.Say(network.AddStranger(2), new WireMessage.OfConsensus(new StakeMessage.Votes(By(signer: 10, index: 10))));
        network.Run(SlotTime);

        Assert.Equal([10], UsedElsewhere(network.Nodes[2]));
    }

    private static SimulatedNetwork Network(ulong seed) => SimulatedStake.Create(nodes: 4, validators: 16, seed);

    /// <summary>A node's keys, without their history, go to a second node too, which is restarted.</summary>
    private static void Copy(SimulatedNetwork network, int from, int to)
    {
        network.Kill(to);
        network.SetValidators(to, [.. network.Nodes[to].Crew().Validators, .. network.Nodes[from].Crew().Validators]);
        network.Restart(to);
    }

    private static void Lose(SimulatedNetwork network, int node)
    {
        network.Kill(node);
        network.Nodes[node].Crew().LoseHistory();
        network.Restart(node);
    }

    /// <summary>A history that ends in the first epoch.</summary>
    private static IReadOnlyList<StakeSigningRequest.Registration> UpToTheFirstEpoch(int[] validators)
    {
        var votes = new VoteMinimum(new Epoch(0), new Epoch(1));
        var keys = validators.Select(index => SimulatedStake.SecretOf(index).Key);
        return [.. keys.Select(key => new StakeSigningRequest.Registration(key, new Slot(10), votes))];
    }

    private static IEnumerable<int> UsedElsewhere(SimulatedNode node) => node.StakeOf().Silent
        .Where(validator => validator.Silence is KeySilence.UsedElsewhere)
        .Select(validator => validator.Index);

    private static void Restart(SimulatedNetwork network, int node)
    {
        network.Kill(node);
        network.Restart(node);
    }

    private static void AssertNobodySlashed(SimulatedNetwork network)
    {
        foreach (var node in network.Nodes.Where(node => node.IsRunning))
            Assert.DoesNotContain(node.StakeOf().Validators, validator => validator.Validator.Slashed);
        Assert.DoesNotContain(network.Nodes, node => node.Told.OfType<StakeEvent.OffenceFound>().Any());
    }
}
