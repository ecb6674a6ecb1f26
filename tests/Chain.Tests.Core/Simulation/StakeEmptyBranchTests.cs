using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>
/// A branch that all validators have left: nobody proposes on it, nobody votes, and its total stake is the floor that divides by
/// nothing.
/// </summary>
public sealed class StakeEmptyBranchTests
{
    private const int Validators = 12;

    private static readonly ProofOfStakeSettings Settings = new()
    {
        SlotsPerEpoch = 4,
        MaxSeedLookahead = 1,
        ShardCommitteePeriod = 2,
        MinValidatorWithdrawabilityDelay = 2,
        EpochsPerSlashingsVector = 8,
        RandaoOnionLayers = 512,
    };

    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(8);

    [Fact]
    public void A_side_branch_that_everybody_has_left_harms_neither_who_is_on_it_nor_who_hears_of_it()
    {
        // Validator 1 is offline, so that the others, seven of twelve, finalize nothing while node 0 is away with four.
        var network = Create(nodes: 3, seed: 70, new Dictionary<int, Misbehaviour> { [1] = Misbehaviour.Offline });
        network.Run(4 * Epoch);
        network.Partition([0], [1, 2]);
        LeaveAll(network, node: 0);
        Assert.True(network.RunUntil(() => Active(network.Nodes[0]) == 0, 20 * Epoch),
            $"{Active(network.Nodes[0])} validators are left");
        var (alone, head) = (network.Nodes[0], network.Nodes[0].Core.View.Head.Hash);

        network.Run(2 * Epoch);
        Assert.Null(alone.StakeOf().Proposer);
        Assert.Equal(head, alone.Core.View.Head.Hash);
        Assert.Equal(network.Nodes[1].StakeOf().Slot, alone.StakeOf().Slot);
        SayEverything(network, alone);

        // After a restart nobody knows of the wish to leave any more.
        network.Kill(0);
        network.Restart(0);
        network.Run(Epoch);
        Assert.Equal(head, alone.Core.View.Head.Hash);
        var before = network.Nodes[1].StakeOf().Finalized.Epoch;
        network.Heal();
        network.Run(Epoch);

        Assert.All(network.Nodes, node => Assert.NotNull(node.Store.GetBlockRecord(head)));
        Assert.True(network.RunUntil(() => network.IsConverged, Epoch), "no common head");
        Assert.NotEqual(head, alone.Core.View.Head.Hash);
        Assert.True(network.RunUntil(() => network.Nodes.All(node => node.StakeOf().Finalized.Epoch > before + 1), 8 * Epoch),
            "finality does not come back");
        Assert.All(network.Nodes, node => Assert.Equal(Validators, Active(node)));
    }

    [Fact]
    public void A_chain_that_everybody_has_left_ends_and_its_nodes_go_on_answering()
    {
        var network = Create(nodes: 2, seed: 71);
        network.Run(3 * Epoch);
        LeaveAll(network, node: 0);
        Assert.True(network.RunUntil(() => network.Nodes.All(node => Active(node) == 0), 20 * Epoch), "not all have left");
        network.Run(Epoch);
        var head = network.Nodes[0].Core.View.Head.Hash;

        network.Run(20 * Epoch);
        network.Kill(1);
        network.Restart(1);
        network.Run(2 * Epoch);

        foreach (var node in network.Nodes)
        {
            Assert.Equal(head, node.Core.View.Head.Hash);
            Assert.Null(node.StakeOf().Proposer);
            Assert.Null(node.WhyHalted);
            Assert.All(node.StakeOf().Validators,
                item => Assert.Contains(item.StatusAt(node.StakeOf().Epoch), new[] { "exited", "withdrawable", "withdrawn" }));
            SayEverything(network, node);
        }

        Assert.True(network.IsConverged);
    }

    private static SimulatedNetwork Create(int nodes, ulong seed, IReadOnlyDictionary<int, Misbehaviour>? misbehaviours = null) =>
        SimulatedStake.Create(nodes, Validators, seed, Settings, misbehaviours);

    private static int Active(SimulatedNode node) =>
        node.StakeOf() is var stake ? stake.Validators.Count(item => item.Validator.IsActive(stake.Epoch)) : 0;

    private static void LeaveAll(SimulatedNetwork network, int node)
    {
        var (domain, epoch) = (new StakeDomain(network.Genesis.Block.Hash), network.Nodes[node].StakeOf().Epoch);
        for (var index = 0; index < Validators; index++)
        {
            var signature = SimulatedStake.SecretOf(index).PrivateKey.Sign(domain.VoluntaryExitRoot(epoch, index));
            Assert.Null(network.Submit(node, new StakeMessage.Exit(new SignedVoluntaryExit(epoch, index, signature))));
        }
    }

    /// <summary>
    /// A vote, a block, evidence and a wish to leave, as if somebody were left: none of it may bring the node down.
    /// </summary>
    private static void SayEverything(SimulatedNetwork network, SimulatedNode node)
    {
        var (domain, stake, head) = (new StakeDomain(network.Genesis.Block.Hash), node.StakeOf(), node.Core.View.Head);
        Signature Sign(Hash256 root) => SimulatedStake.SecretOf(3).PrivateKey.Sign(root);
        void Say(WireMessage message) => network.Say(network.AddStranger(node.Index), message);
        AttestationData Data(ulong index, Hash256 block) =>
            new(stake.Slot, index, block, stake.Justified, new Checkpoint(stake.Epoch, head.Hash));
        IndexedAttestation Vote(AttestationData data) => new([3], data, [Sign(domain.AttestationRoot(data))]);
        SignedProposal Proposal(ulong root) =>
            new(stake.Slot, 3, Registry.Root(root), Sign(domain.ProposalRoot(stake.Slot, 3, Registry.Root(root))));
        Say(new WireMessage.OfConsensus(new StakeMessage.Votes(Vote(Data(0, head.Hash)))));
        Say(new WireMessage.OfConsensus(new StakeMessage.Votes(Vote(Data(1, head.Hash)))));
        Say(new WireMessage.OfConsensus(new StakeMessage.SlashableVotes(new AttesterSlashing(Vote(Data(0, head.Hash)),
            Vote(Data(0, Registry.Root(1)))))));
        Say(new WireMessage.OfConsensus(new StakeMessage.DoubleProposal(new ProposerSlashing(Proposal(1), Proposal(2)))));
        Say(new WireMessage.OfConsensus(new StakeMessage.Exit(new SignedVoluntaryExit(stake.Epoch, 3,
            Sign(domain.VoluntaryExitRoot(stake.Epoch, 3))))));
        Say(new WireMessage.NewBlockWithSidecar(Block(network, node, Sign, domain), UInt256.Zero));
        network.Run(TimeSpan.FromSeconds(3));
        Assert.Null(node.WhyHalted);
        Assert.True(node.StakeOf().Slot > stake.Slot, "the node stands still");
    }

    /// <summary>A block of this slot on the node's head, good but for the turn, which is nobody's.</summary>
    private static Block Block(SimulatedNetwork network, SimulatedNode node, Func<Hash256, Signature> sign, StakeDomain domain)
    {
        var (head, slot) = (node.Core.View.Head, node.StakeOf().Slot);
        var last = node.Store.GetBlock(head.Hash)!;
        var body = ConsensusSidecar.Decode(last.Sidecar.Span).Body with
        {
            Slot = slot,
            ProposerIndex = 3,
            Attestations = [],
            VoluntaryExits = [],
            ProposerSlashings = [],
            AttesterSlashings = [],
        };
        var header = new SealedHeader(last.Header.Header with
        {
            ParentHash = head.Hash,
            Number = head.Number + 1,
            Timestamp = network.GenesisFile.Timestamp + (slot.Number * Settings.SlotDurationMs / 1000),
            ExtraData = body.ComputeHash().Bytes.ToArray(),
            BaseFeePerGas =
                BaseFee.Next(last.Header.Header.BaseFeePerGas, last.Header.Header.GasUsed, last.Header.Header.GasLimit),
        });
        return new Block(header, last.Body, new ConsensusSidecar(body, sign(domain.ProposalRoot(slot, 3, header.Hash))).Encode());
    }
}
