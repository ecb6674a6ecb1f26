using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

public sealed class StakeDepositNetworkTests
{
    private static readonly PrivateKey Rich = StakeSample.KeyOf(900);
    private static readonly PrivateKey Key = StakeSample.KeyOf(901);

    private readonly SimulatedNetwork _network =
        SimulatedStake.Create(nodes: 2, validators: 16, seed: 41, alloc: [new(Rich.Address, Ledger.With(Ledger.Ether * 1000))]);

    [Fact]
    public void Deposits_with_wrong_payloads_proofs_or_amounts_are_mined_with_status_0_and_keep_their_value()
    {
        var good = DepositCall.Sign(Key, Registry.Root(1), Key.Address, new StakeDomain(_network.Genesis.Block.Hash));
        var calls = new (UInt256 Wei, byte[] Data)[]
        {
            (Ledger.Ether * 32, []),
            (Ledger.Ether * 32, new byte[4]),
            (Ledger.Ether * 32, good.Encode()[..^1]),
            (Ledger.Ether * 32, [.. good.Encode(), 0]),
            (Ledger.Ether * 32, (good with { RandaoCommitment = Registry.Root(2) }).Encode()),
            (Ledger.Ether * 32, (good with { WithdrawalAddress = Rich.Address }).Encode()),
            (Ledger.Ether * 32, (good with { Key = new ValidatorKey(Rich.PublicKey) }).Encode()),
            (Ledger.Ether * 32, (good with { Signature = default }).Encode()),
            (Ledger.Ether * 32, DepositCall.Sign(Key, Registry.Root(1), Key.Address, new StakeDomain(Hash256.Zero)).Encode()),
            ((Ledger.Ether * 32) + 1, good.Encode()),
            (Ledger.Ether / 2, good.Encode()),
            (UInt256.Zero, good.Encode()),
        };
        _network.Run(TimeSpan.FromSeconds(3));
        var nonce = 0UL;
        foreach (var (wei, data) in calls)
        {
            var sent = Ledger.Sign(Rich, transfer => transfer with
            {
                Nonce = nonce++,
                To = SimulatedStake.Settings.DepositAddress,
                Value = wei,
                Data = data,
                GasLimit = 150_000,
            });
            Assert.Null(_network.Submit(0, sent));
        }

        _network.Run(TimeSpan.FromSeconds(20));

        var (store, head) = (_network.Nodes[1].Store, _network.Nodes[1].Core.View.Head);
        var receipts = Enumerable.Range(1, (int)head.Number)
            .SelectMany(number => store.GetReceipts(store.GetCanonicalHash((ulong)number)!.Value)!).ToList();
        Assert.Equal(calls.Length, receipts.Count);
        Assert.All(receipts, receipt => Assert.False(receipt.Succeeded));
        Assert.All(receipts, receipt => Assert.Empty(receipt.Logs));
        var left = new WorldState(store, head.Header.StateRoot).GetBalance(Rich.Address);
        Assert.True(left > Ledger.Ether * 999, $"{left} wei left of 1000 ether: more than the fees is gone");
        Assert.Equal(16, _network.Nodes[1].StakeOf().Validators.Count);
    }

    [Fact]
    public void A_vote_under_a_newcomers_index_for_a_branch_that_is_not_here_may_be_somebody_elses_and_costs_nothing()
    {
        var domain = new StakeDomain(_network.Genesis.Block.Hash);
        var deposit = DepositCall.Sign(Key, Registry.Root(1), Key.Address, domain);
        _network.Run(TimeSpan.FromSeconds(3));
        Assert.Null(_network.Submit(0, Ledger.Sign(Rich, transfer => transfer with
        {
            Nonce = 0,
            To = SimulatedStake.Settings.DepositAddress,
            Value = Ledger.Ether * 32,
            Data = deposit.Encode(),
            GasLimit = 150_000,
        })));
        var node = _network.Nodes[0];
        Assert.True(_network.RunUntil(() => node.StakeOf().Validators.Count == 17, TimeSpan.FromSeconds(20)));
        var joined = node.StakeOf().Epoch;
        Assert.True(_network.RunUntil(() => node.StakeOf().Finalized.Epoch > joined, TimeSpan.FromSeconds(100)));
        var stake = node.StakeOf();
        var data = new AttestationData(stake.Slot, 0, Registry.Root(1), stake.Justified,
            new Checkpoint(stake.Epoch, Registry.Root(2)));
        IndexedAttestation Votes(PrivateKey third, int index) => new(
            [3, index], data,
            [SimulatedStake.SecretOf(3).PrivateKey.Sign(domain.AttestationRoot(data)), third.Sign(domain.AttestationRoot(data))]);

        var (stranger, forger) = (_network.AddStranger(0), _network.AddStranger(0));
        _network.Say(forger, new WireMessage.OfConsensus(new StakeMessage.Votes(Votes(StakeSample.KeyOf(902), 4))));
        _network.Say(stranger, new WireMessage.OfConsensus(new StakeMessage.Votes(Votes(StakeSample.KeyOf(902), 16))));
        _network.Run(TimeSpan.FromSeconds(32));

        // Everybody knows validator 4; the vote of 3, which it signs again on the chain, was heard from the other.
        Assert.False(forger.IsConnected);
        Assert.Equal((0, true), (stranger.Score, stranger.IsConnected));
        Assert.Equal([3], node.Told.OfType<StakeEvent.OffenceFound>().Select(found => found.Validator));
    }
}
