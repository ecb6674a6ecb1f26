using Chain.Execution;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>Networks of validators with a peer that claims what it cannot show.</summary>
public sealed class StakeLyingPeerTests
{
    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);

    public static TheoryData<ClaimBy, LiarAnswers> Lies => LyingPeerTests.Lies;

    [Theory]
    [MemberData(nameof(Lies))]
    public void Duties_and_finality_go_on_while_a_height_is_only_claimed_and_whoever_keeps_claiming_is_cut_off(ClaimBy by,
        LiarAnswers answers)
    {
        var accounts = new SimulatedAccounts(2);
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 71, alloc: accounts.Alloc);
        network.Run(4 * Epoch);
        var (head, finalized) = (network.Nodes[0].Core.View.Head.Number, network.Nodes[0].StakeOf().Finalized.Epoch.Number);
        var liars = network.Nodes.Select(node => new Liar(network, node.Index, by, answers)).ToList();
        accounts.Transfer(network, network.Random, 4);

        // Silence is held against a peer more slowly than a lie.
        var epochs = 0UL;
        for (; epochs < 100 && (epochs < 5 || liars.Exists(liar => liar.Peer.IsConnected)); epochs++)
        {
            for (var i = 0; i < 4; i++)
            {
                foreach (var liar in liars.Where(liar => liar.Peer.IsConnected)) liar.Lie();
                var isBehind = network.RunUntil(() => network.Nodes.Any(node => node.Core.View.Sync is not null), Epoch / 4);
                Assert.False(isBehind, "a node took a claim for a fact");
            }
        }

        Assert.All(liars, liar => Assert.False(liar.Peer.IsConnected, $"it has {liar.Peer.Score} points"));
        Assert.All(network.Nodes, node => Assert.Equal(finalized + epochs, node.StakeOf().Finalized.Epoch.Number));
        Assert.Equal(head + (8 * epochs), network.Nodes[0].Core.View.Head.Number);
        Assert.All(network.Nodes, node => Assert.Empty(node.Core.View.Pool.ByHash));
    }

    [Fact]
    public void Headers_that_link_to_our_chain_and_that_nobody_signed_do_not_stop_duties_even_while_the_chain_stands()
    {
        // All were away for ten epochs: so many slots are empty that any height is plausible.
        var network = SimulatedStake.Create(nodes: 2, validators: 16, seed: 72);
        network.Run(2 * Epoch);
        network.Kill(0);
        network.Kill(1);
        network.Run(10 * Epoch);
        network.Restart(0);
        network.Restart(1);
        var (node, head) = (network.Nodes[0], network.Nodes[0].Core.View.Head);
        var chain = new List<SealedHeader> { head };
        for (var i = 0; i < 100; i++)
        {
            var parent = chain[^1];
            chain.Add(new SealedHeader(parent.Header with
            {
                ParentHash = parent.Hash,
                Number = parent.Number + 1,
                Timestamp = parent.Header.Timestamp + 1,
                BaseFeePerGas = BaseFee.Next(parent.Header.BaseFeePerGas, parent.Header.GasUsed, parent.Header.GasLimit),
                ExtraData = new byte[Hash256.Size],
            }));
        }

        var liar = network.AddStranger(0);
        liar.Answer = message => message is WireMessage.GetBlockHeaders { Reverse: true } ask
            ? new WireMessage.BlockHeaders(ask.RequestId, [.. Enumerable.Reverse(chain).Take((int)ask.Limit)])
            : null;
        network.Say(liar, new WireMessage.NewBlockHashes([new BlockRef(chain[^1].Number, chain[^1].Hash)]));

        Assert.False(network.RunUntil(() => node.Core.View.Sync is not null, Epoch),
            "headers that anybody can make stopped the validators");
        Assert.NotEmpty(liar.Heard.OfType<WireMessage.GetSidecars>());
        Assert.NotEqual(0, liar.Score);
        Assert.True(node.Core.View.Head.Number >= head.Number + 6,
            $"only {node.Core.View.Head.Number - head.Number} blocks were made in an epoch");
    }

    [Fact]
    public void A_node_that_was_away_performs_no_duties_while_it_catches_up_and_shows_no_more_than_is_verified()
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 73);
        network.Run(2 * Epoch);
        network.Kill(3);
        network.Run(60 * Epoch);
        network.Restart(3);
        var node = network.Nodes[3];

        Assert.True(network.RunUntil(() => node.Core.View.Sync is not null, TimeSpan.FromSeconds(1)));
        Assert.InRange(node.Core.View.Sync!.HighestBlock, node.Core.View.Head.Number, network.Nodes[0].Core.View.Head.Number);
        Assert.True(network.RunUntil(() => node.Core.View.Sync is null && network.IsConverged, Epoch));
        network.Run(4 * Epoch);
        Assert.All(network.Nodes,
            other => Assert.DoesNotContain(other.StakeOf().Validators, validator => validator.Validator.Slashed));
    }

    [Fact]
    public void A_forged_sidecar_costs_its_sender_and_neither_the_leader_nor_the_block()
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 74);
        network.Run(Epoch);
        network.Kill(3);
        network.Run(20 * Epoch);
        var tip = network.Nodes[0].Core.View.Head;
        network.Partition([0, 1, 2], [3]);
        network.Restart(3);
        var store = network.Nodes[0].Store;
        var forger = network.AddStranger(3, answer: message => message is WireMessage.GetSidecars ask
            ? new WireMessage.Sidecars(ask.RequestId,
                [.. ask.Hashes.Select(hash => WithoutSignature(store.GetBlock(hash)!.Sidecar))])
            : null);

        // It does not lead, but offers its help once a session with another has begun.
        network.Heal();
        network.Run(TimeSpan.FromMilliseconds(40));
        network.Say(forger, new WireMessage.BlockRangeUpdate(0, tip.Number, tip.Hash));

        Assert.True(network.RunUntil(() => network.Nodes[3].Core.View.Head.Number >= tip.Number, Epoch));
        Assert.False(forger.IsConnected);
        LyingPeerTests.AssertNobodyElsePays(network, 3, forger);
    }

    [Fact]
    public void Blocks_signed_long_after_their_slots_and_dripped_below_headers_that_nobody_signed_do_not_stop_duties()
    {
        // Node 2 is the attacker's: it holds validator 3 and went on alone while the others were away.
        var network = SimulatedStake.Create(nodes: 3, validators: 16, seed: 76);
        var honest = Enumerable.Range(0, 16).Where(index => index != 3)
            .Select(index => new SimulatedValidator(SimulatedStake.SecretOf(index))).ToList();
        network.SetValidators(0, [.. honest.Take(8)]);
        network.SetValidators(1, [.. honest.Skip(8)]);
        network.SetValidators(2, [new SimulatedValidator(SimulatedStake.SecretOf(3))]);
        network.Run(2 * Epoch);
        network.Kill(0);
        network.Kill(1);
        network.Run(80 * Epoch);
        network.Partition([0, 1], [2]);
        network.Restart(0);
        network.Restart(1);
        var nodes = network.Nodes.Take(2).ToList();
        var shared = nodes[0].Core.View.Head.Number;
        var drips = nodes.Select(node => new SidecarDrip(network, node.Index, network.Nodes[2])).ToList();
        foreach (var drip in drips) drip.Announce();

        // The first answer comes before anybody's turn to propose, the others just before the requests would time out.
        var begun = network.Now;
        network.Run(TimeSpan.FromMilliseconds(100));
        foreach (var drip in drips) drip.Drip();
        Assert.True(network.RunUntil(() => nodes.TrueForAll(node => node.Core.View.Sync is not null), TimeSpan.FromSeconds(1)),
            "the attack does not even begin");
        while (network.Now.Since(begun) < (3 * Epoch).TotalMilliseconds)
        {
            network.Run(TimeSpan.FromMilliseconds(3900));
            foreach (var drip in drips.Where(drip => drip.Peer.IsConnected)) drip.Drip();
        }

        Assert.True(nodes.TrueForAll(node => node.Core.View.Head.Number > shared), "not even one of its blocks was taken");
        Assert.All(nodes, node => Assert.InRange(network.Now.UnixSeconds - node.Core.View.Head.Header.Timestamp, 0UL, 8UL));
        network.Run(4 * Epoch);
        var (asked, finalized) = (drips.Sum(drip => drip.Asked), nodes[0].StakeOf().Finalized.Epoch);
        network.Run(2 * Epoch);
        Assert.Equal(asked, drips.Sum(drip => drip.Asked));
        Assert.All(nodes, node => Assert.True(node.StakeOf().Finalized.Epoch > finalized, "finality stands still"));
    }

    private static ReadOnlyMemory<byte> WithoutSignature(ReadOnlyMemory<byte> sidecar) =>
        new Consensus.Stake.ConsensusSidecar(Consensus.Stake.ConsensusSidecar.Decode(sidecar.Span).Body, default).Encode();
}
