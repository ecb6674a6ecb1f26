using Chain.Consensus.Clique;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>Networks of Clique signers: cut, healed, crashed, and with signers that cheat.</summary>
public sealed class CliqueNetworkTests
{
    [Fact]
    public void Signers_take_turns_a_period_apart()
    {
        var network = new CliqueNetwork(signers: 3);
        network.Run(seconds: 61);

        Assert.True(network.Network.IsConverged);
        Assert.InRange(network.Height(), 29UL, 30UL);
        Assert.StartsWith("BCABCABCABCA", network.Sealers(), StringComparison.Ordinal);
        Assert.All(network.Chain().Skip(1), block => Assert.Equal(2UL, block.Header.Header.Difficulty));
    }

    [Fact]
    public void One_signer_seals_every_block()
    {
        var network = new CliqueNetwork(signers: 1);
        network.Run(seconds: 21);
        Assert.InRange(network.Height(), 9UL, 10UL);
    }

    [Fact]
    public void Of_a_cut_network_the_majority_goes_on_the_minority_halts_and_says_so_and_healing_brings_one_chain()
    {
        var network = new CliqueNetwork(signers: 5);
        network.Run(seconds: 20);
        network.Network.Partition([0, 1, 2], [3, 4]);
        var before = network.Height(3);
        network.Run(seconds: 60);

        Assert.True(network.Height(0) > before + 20);
        Assert.True(network.Height(3) <= before + 3);
        Assert.True(network.View(3).IsStalled);
        Assert.False(network.View(0).IsStalled);
        Assert.Contains(network.Network.Nodes[3].Told, told => told is CliqueEvent.Stalled { IsWarning: true });

        network.Network.Heal();
        network.Await(30, () => network.Network.IsConverged && !network.View(3).IsStalled);
        var healed = network.Height();
        network.Run(seconds: 30);
        Assert.True(network.Height(4) >= healed + 12);
    }

    [Fact]
    public void Two_halves_that_both_halted_agree_when_they_meet_and_go_on()
    {
        for (var seed = 1UL; seed <= 10; seed++)
        {
            var network = new CliqueNetwork(signers: 4, seed);
            network.Run(seconds: 21);
            network.Network.Partition([0, 1], [2, 3]);
            network.Run(seconds: 40);
            Assert.True(network.View(0).IsStalled && network.View(2).IsStalled);
            var halted = Math.Max(network.Height(0), network.Height(2));

            network.Network.Heal();

            network.Await(30, () => network.Height(0) >= halted + 5 && network.Network.IsConverged);
        }
    }

    [Fact]
    public void The_crash_of_one_of_three_slows_the_chain_and_its_return_brings_its_turns_back()
    {
        var network = new CliqueNetwork(signers: 3);
        network.Run(seconds: 20);
        network.Network.Kill(1);
        var before = network.Height();
        network.Run(seconds: 60);
        Assert.InRange(network.Height(), before + 15, before + 30);
        Assert.DoesNotContain('B', network.Sealers()[((int)before + 1)..]);

        network.Network.Restart(1);
        network.Await(30, () => network.Network.IsConverged && network.Sealers().EndsWith('B'));
    }

    [Fact]
    public void With_two_of_three_away_the_chain_halts_and_goes_on_when_one_is_back()
    {
        var network = new CliqueNetwork(signers: 3);
        network.Run(seconds: 20);
        network.Network.Kill(1);
        network.Network.Kill(2);
        var before = network.Height();
        network.Run(seconds: 60);

        Assert.True(network.Height() <= before + 1);
        Assert.True(network.View().IsStalled);
        Assert.DoesNotContain(CliqueScene.Account('A'), network.View().MaySign);

        network.Network.Restart(1);
        network.Await(20, () => network.Height() >= before + 4 && network.Network.IsConverged);
        Assert.False(network.View().IsStalled);
    }

    [Fact]
    public void Signers_are_voted_in_and_out()
    {
        var network = new CliqueNetwork(signers: 3, nodes: 4);
        Assert.Null(Propose(network, 0, 'D', true));
        Assert.Null(Propose(network, 1, 'D', true));
        network.Await(30, () => CliqueScene.Letters(network.View().Signers) == "ABCD");
        network.Await(30, () => network.Sealers().Contains('D', StringComparison.Ordinal));
        Assert.Contains(network.Network.Nodes[2].Told,
            told => told is CliqueEvent.SignersChanged changed && changed.Added.Contains(CliqueScene.Account('D')));

        foreach (var node in new[] { 0, 1, 3 }) Assert.Null(Propose(network, node, 'C', false));
        network.Await(60, () => CliqueScene.Letters(network.View(2).Signers) == "ABD");
        network.Await(30, () => network.Network.IsConverged);
        var before = network.Height();
        network.Run(seconds: 30);
        Assert.DoesNotContain('C', network.Sealers()[(int)before..]);
    }

    [Fact]
    public void A_proposal_with_too_few_votes_shows_in_the_tally_and_ends_at_a_checkpoint()
    {
        var network = new CliqueNetwork(signers: 3, epoch: 10);
        Assert.Null(Propose(network, 0, 'D', true));
        network.Await(15, () => network.View(1).Tally.Contains(new CliqueTally(CliqueScene.Account('D'), true, 1)));
        Assert.Equal(2, network.View(1).SignerLimit);
        Assert.Null(network.Network.Submit(0, new CliqueMessage.Discard(CliqueScene.Account('D'))));
        network.Await(20, () => network.Height(1) >= 10);
        Assert.Empty(network.View(1).Votes);
        Assert.Equal(3, CliqueExtra.Signers(network.Chain(1)[10].Header.Header.ExtraData.Span).Length);
    }

    [Fact]
    public void Without_a_period_a_block_comes_with_a_transaction_and_never_without()
    {
        var network = new CliqueNetwork(signers: 3, period: 0);
        network.Run(seconds: 30);
        Assert.Equal(0UL, network.Height());
        Assert.False(network.View().IsStalled);

        network.Transfer(50);
        network.Await(2, () => Transfers(network) == 50 && network.Network.IsConverged);
        var height = network.Height();
        network.Run(seconds: 30);

        Assert.Equal(height, network.Height());
        var blocks = network.Chain().Skip(1).ToList();
        Assert.All(blocks, block => Assert.NotEmpty(block.Body.Transactions));
        Assert.Contains(blocks.Zip(blocks.Skip(1)),
            pair => pair.First.Header.Header.Timestamp == pair.Second.Header.Header.Timestamp);
    }

    [Fact]
    public void Without_a_period_and_without_enough_signers_a_transaction_waits_and_the_node_says_so()
    {
        var network = new CliqueNetwork(signers: 3, period: 0);
        network.Network.Kill(1);
        network.Network.Kill(2);
        network.Transfer(20);
        network.Run(seconds: 20);
        network.Transfer(20);
        network.Run(seconds: 20);
        Assert.True(network.Height() <= 1);
        Assert.True(network.View().IsStalled);
    }

    [Theory]
    [InlineData(CliqueMisbehaviour.Equivocate)]
    [InlineData(CliqueMisbehaviour.Hurry)]
    [InlineData(CliqueMisbehaviour.Withhold)]
    [InlineData(CliqueMisbehaviour.Offline)]
    public void One_signer_that_cheats_keeps_nobody_from_agreeing(CliqueMisbehaviour misbehaviour)
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var network = new CliqueNetwork(signers: 5, seed, misbehaviours: [misbehaviour]);
            network.Run(seconds: 120);
            Assert.True(network.Height(1) >= 40, $"seed {seed}: {network.Height(1)} blocks");
            var first = network.Chain(1)[30].Hash;
            Assert.All([2, 3, 4], node => Assert.Equal(first, network.Chain(node)[30].Hash));
        }
    }

    [Fact]
    public void A_key_that_does_not_sign_is_reported_and_asked_again()
    {
        var network = new CliqueNetwork(signers: 1);
        network.Refuse(0, times: 2);
        network.Await(30, () => network.Height() >= 3);
        Assert.Equal(2, network.Network.Nodes[0].Told.Count(told =>
            told is CliqueEvent.SealRefused { IsWarning: true, Why: "the key is locked" }));
    }

    [Fact]
    public void A_network_that_loses_and_delays_messages_agrees_once_they_arrive()
    {
        for (var seed = 1UL; seed <= 5; seed++)
        {
            var network = new CliqueNetwork(signers: 5, seed);
            network.Network.DefaultLink = new LinkConditions(400, 400, Loss: 0.2, Duplication: 0.1);
            network.Run(seconds: 120);
            network.Network.DefaultLink = LinkConditions.Good;
            var before = network.Height();
            network.Await(60, () => network.Height() >= before + 10 && network.Network.IsConverged);
            Assert.True(before >= 20, $"seed {seed}: {before} blocks");
        }
    }

    [Fact]
    public void A_late_joiner_follows_the_chain_over_its_checkpoints_and_votes()
    {
        var network = new CliqueNetwork(signers: 3, epoch: 16, nodes: 4);
        network.Network.Kill(3);
        network.Run(seconds: 5);
        Assert.Null(Propose(network, 0, 'E', true));
        Assert.Null(Propose(network, 1, 'E', true));
        network.Run(seconds: 600);

        network.Network.Restart(3);

        network.Await(30, () => network.Network.IsConverged);
        Assert.Equal("ABCE", CliqueScene.Letters(network.View(3).Signers));
    }

    [Fact]
    public void The_signer_and_not_the_candidate_gets_the_priority_fees()
    {
        var network = new CliqueNetwork(signers: 3, nodes: 4);
        Assert.Null(Propose(network, 0, 'D', true));
        Assert.Null(Propose(network, 1, 'D', true));
        network.Transfer(40);
        network.Await(30, () => Transfers(network) == 40);

        Assert.NotEqual(UInt256.Zero,
            "ABC".Aggregate(UInt256.Zero, (sum, letter) => sum + network.Balance(CliqueScene.Account(letter))));
        Assert.Equal(UInt256.Zero, network.Balance(Address.Zero));
    }

    [Fact]
    public void Equal_seeds_give_equal_histories()
    {
        Assert.Equal(Digest(seed: 3), Digest(seed: 3));
        Assert.NotEqual(Digest(seed: 3), Digest(seed: 4));
    }

    private static Hash256 Digest(ulong seed)
    {
        var network = new CliqueNetwork(signers: 4, seed, misbehaviours: [CliqueMisbehaviour.Equivocate]);
        network.Transfer(30);
        network.Run(seconds: 20);
        network.Network.Partition([0, 1, 2], [3]);
        network.Run(seconds: 20);
        network.Network.Heal();
        network.Run(seconds: 20);
        return network.Network.Trace.Digest;
    }

    private static int Transfers(CliqueNetwork network) =>
        network.Chain().Sum(block => block.Body.Transactions.Count);

    private static string? Propose(CliqueNetwork network, int node, char letter, bool authorize) =>
        network.Network.Submit(node, new CliqueMessage.Propose(CliqueScene.Account(letter), authorize));
}
