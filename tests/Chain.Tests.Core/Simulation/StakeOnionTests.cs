using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>Hash onions of nine epochs: the end of one, with the next announced in time, late, or not at all.</summary>
public sealed class StakeOnionTests
{
    private const ulong Layers = 8;
    private const int Forgetful = 7;

    private static readonly PrivateKey Rich = StakeSample.KeyOf(900);
    private static readonly ProofOfStakeSettings Settings = SimulatedStake.Settings with
    {
        SlotsPerEpoch = 4,
        MaxSeedLookahead = 1,
        RandaoOnionLayers = Layers,
    };

    private readonly SimulatedNetwork _network = SimulatedStake.Create(nodes: 2, validators: 8, seed: 5, Settings,
        alloc: [new(Rich.Address, Ledger.With(Ledger.Ether * 1000))]);
    private ulong _nonce;

    private IEnumerable<string> Skipped =>
        _network.Nodes.SelectMany(node => node.Told.OfType<StakeEvent.DutySkipped>()).Select(skipped => skipped.Message);

    [Fact]
    public void Proposals_go_on_from_one_onion_to_the_next_where_it_was_announced_and_only_there()
    {
        _network.Run(TimeSpan.FromSeconds(10));
        for (var validator = 0; validator < 8; validator++)
        {
            if (validator != Forgetful) Announce(validator, onion: 1);
        }

        RunToEpoch(Layers + 1);
        Assert.Empty(Skipped);
        Assert.True(_network.RunUntil(() => Skipped.Any(), TimeSpan.FromSeconds(40)),
            "the turn of whoever has no onion did not come");
        Assert.Contains($"the RANDAO onion of validator {Forgetful} ended after epoch {Layers}, and none has followed",
            Skipped.First(), StringComparison.Ordinal);
        Assert.Null(StakeOf(Forgetful).Identity.Onion.InEffect(_network.Nodes[0].StakeOf().Epoch, Layers));
        Assert.True(ProposersFrom(Layers + 1) is { Count: > 0 } proposers && !proposers.Contains(Forgetful));

        for (var validator = 0; validator < 8; validator++) Announce(validator, onion: validator == Forgetful ? 1UL : 2UL);
        RunToEpoch((2 * (Layers + 1)) + 2);
        Assert.All(Skipped, why => Assert.Contains($"validator {Forgetful} ended", why, StringComparison.Ordinal));
        Assert.Contains(Forgetful, ProposersFrom(Layers + 1));
        Assert.True(ProposersFrom(2 * (Layers + 1)).Count(proposer => proposer != Forgetful) > 1,
            "nobody proposed from a third onion");
        Assert.All(_network.Nodes,
            node => Assert.True(node.StakeOf().Finalized.Epoch.Number >= 2 * Layers, $"finalized is {node.StakeOf().Finalized}"));
    }

    private Validator StakeOf(int validator) => _network.Nodes[0].StakeOf().Validators[validator].Validator;

    private void Announce(int validator, ulong onion)
    {
        var secret = SimulatedStake.SecretOf(validator);
        var call = DepositCall.Sign(secret.PrivateKey, secret.Commitment(Layers, onion), secret.PrivateKey.Address,
            new StakeDomain(_network.Genesis.Block.Hash));
        var nonce = _nonce++;
        Assert.Null(_network.Submit(0, Ledger.Sign(Rich, transfer => transfer with
        {
            Nonce = nonce,
            To = Settings.DepositAddress,
            Value = Ledger.Ether,
            Data = call.Encode(),
            GasLimit = 150_000,
        })));
    }

    private void RunToEpoch(ulong epoch) =>
        Assert.True(_network.RunUntil(() => _network.Nodes.All(node => node.StakeOf().Epoch.Number >= epoch),
            TimeSpan.FromSeconds(8 * 30)), $"epoch {epoch} did not come");

    private HashSet<int> ProposersFrom(ulong epoch)
    {
        var (store, head) = (_network.Nodes[0].Store, _network.Nodes[0].Core.View.Head.Number);
        var bodies = Enumerable.Range(1, (int)head)
            .Select(number =>
                ConsensusSidecar.Decode(store.GetBlock(store.GetCanonicalHash((ulong)number)!.Value)!.Sidecar.Span).Body);
        return [.. bodies.Where(body => body.Slot.ToEpoch(Settings.SlotsPerEpoch).Number >= epoch).Select(body =>
            body.ProposerIndex)];
    }
}
