using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>All nodes of a network crash between the two messages of an offence; blocks alone remember the first.</summary>
public sealed class StakeRecallTests
{
    private const int Offender = 3;

    private static readonly ProofOfStakeSettings Settings = SimulatedStake.Settings with
    {
        SlotsPerEpoch = 4,
        MaxSeedLookahead = 1,
    };

    /// <summary>
    /// A second vote for epoch 3, whose blocks lie before the tree; and a link from epoch 1 to now, which spans those of the
    /// tree.
    /// </summary>
    [Theory]
    [InlineData(3UL)]
    [InlineData(null)]
    public void A_vote_against_one_of_a_block_from_before_the_crash_is_found_out_and_slashed(ulong? doubled)
    {
        var network = SimulatedStake.Create(nodes: 2, validators: 8, seed: 11, Settings);
        network.Run(TimeSpan.FromSeconds(8 * 7));
        Assert.True(network.Nodes[0].StakeOf().Finalized.Epoch.Number >= 4,
            $"finalized is {network.Nodes[0].StakeOf().Finalized}");
        foreach (var node in new[] { 0, 1 }) network.Kill(node);
        foreach (var node in new[] { 0, 1 }) network.Restart(node);
        network.Run(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain(network.Nodes, node => node.Told.OfType<StakeEvent.OffenceFound>().Any());

        var stake = network.Nodes[0].StakeOf();
        var epoch = doubled is { } number ? new Epoch(number) : stake.Epoch;
        var target = new Checkpoint(epoch, network.Nodes[0].Core.View.Head.Hash);
        var data = new AttestationData(epoch.StartSlot(Settings.SlotsPerEpoch), 0, target.Root,
            new Checkpoint(new Epoch(1), Hash256.Zero), target);
        var root = new StakeDomain(network.Genesis.Block.Hash).AttestationRoot(data);
        var vote = new IndexedAttestation([Offender], data, [SimulatedStake.SecretOf(Offender).PrivateKey.Sign(root)]);
        network.Say(network.AddStranger(0), new WireMessage.OfConsensus(new StakeMessage.Votes(vote)));

        Assert.True(network.RunUntil(() => network.Nodes.All(node => node.StakeOf().Validators[Offender].Validator.Slashed),
            TimeSpan.FromSeconds(16)), "not slashed");
        Assert.Equal([Offender],
            network.Nodes[0].StakeOf().Validators.Where(item => item.Validator.Slashed).Select(item => item.Validator.Index));
    }
}
