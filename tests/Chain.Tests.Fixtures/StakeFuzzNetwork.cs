using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>
/// A network in its sixth epoch with somebody at node 0's door who knows every validator's key and signs whatever it wants.
/// </summary>
internal sealed class StakeFuzzNetwork
{
    public const int Validators = 16;

    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);

    private readonly ulong _finalizedBefore;

    public StakeFuzzNetwork()
    {
        Network = SimulatedStake.Create(nodes: 2, Validators, seed: 50);

        // In the middle of a slot, when its votes are in.
        Network.Run((5 * Epoch) + TimeSpan.FromSeconds(7.5));
        Domain = new StakeDomain(Network.Genesis.Block.Hash);
        _finalizedBefore = Target.StakeOf().Finalized.Epoch.Number;
    }

    public SimulatedNetwork Network { get; }

    public SimulatedNode Target => Network.Nodes[0];

    public StakeDomain Domain { get; }

    public Slot Now => Target.StakeOf().Slot;

    /// <summary>A message from a new peer; the points that it costs, or -1 when the peer was thrown out.</summary>
    public int Say(WireMessage message)
    {
        var stranger = Network.AddStranger(0);
        Network.Say(stranger, message);
        return stranger.IsConnected ? stranger.Score : -1;
    }

    public int Say(StakeMessage message) => Say(new WireMessage.OfConsensus(message));

    public static Signature Sign(int validator, Hash256 root) => SimulatedStake.SecretOf(validator).PrivateKey.Sign(root);

    /// <summary>Votes signed by who they say they are of.</summary>
    public IndexedAttestation Votes(AttestationData data, params int[] validators) =>
        new(validators, data, [.. validators.Select(validator => Sign(validator, Domain.AttestationRoot(data)))]);

    /// <summary>
    /// What an honest vote of this slot says, by a validator whose turn comes later in this epoch or came before.
    /// </summary>
    public AttestationData HonestData()
    {
        var heard = Network.AddStranger(0);
        Network.RunUntil(() => Heard(heard) is not null, Epoch);
        return Heard(heard)!;
    }

    /// <summary>
    /// A validator that has not voted in this epoch yet, by the votes that a peer hears from the epoch's start on.
    /// </summary>
    public int VoterOfALaterSlot()
    {
        var state = new StakeAudit((ProofOfStakeSettings)Network.Spec.Consensus, Network.Genesis.Block.Header, Target.Store);
        for (var number = 1UL; number <= Target.Core.View.Head.Number; number++)
        {
            var block = Target.Store.GetBlock(Target.Store.GetCanonicalHash(number)!.Value)!;
            state.Next(block, Target.Store.GetReceipts(block.Hash)!);
        }

        var lastSlot = (state.State.CurrentEpoch + 1).StartSlot(state.State.Settings.SlotsPerEpoch) - 1;
        return state.State.GetBeaconCommittee(lastSlot, 0)[0];
    }

    /// <summary>Both nodes are on one chain and finality goes on, in spite of everything.</summary>
    public void AssertUnharmed(int slashed = 0)
    {
        Network.Run(4 * Epoch);
        Assert.True(Network.RunUntil(() => Network.IsConverged, Epoch));
        Assert.All(Network.Nodes, node => Assert.Null(node.WhyHalted));
        Assert.All(Network.Nodes,
            node => Assert.True(node.StakeOf().Finalized.Epoch.Number >= _finalizedBefore + 3,
                $"finalized {node.StakeOf().Finalized}, before {_finalizedBefore}"));
        Assert.Equal(slashed, Target.StakeOf().Validators.Count(validator => validator.Validator.Slashed));
    }

    private static AttestationData? Heard(SimulatedStranger stranger) =>
        stranger.Heard.OfType<WireMessage.OfConsensus>()
            .Select(message => message.Message).OfType<StakeMessage.Votes>().FirstOrDefault()?.Attestation.Data;
}
