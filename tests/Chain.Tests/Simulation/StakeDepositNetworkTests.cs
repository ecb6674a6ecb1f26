using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Tests;

public sealed class StakeDepositNetworkTests
{
    private static readonly PrivateKey Rich = StakeSample.KeyOf(900);
    private static readonly PrivateKey Key = StakeSample.KeyOf(901);

    private readonly SimulatedNetwork _network = SimulatedStake.Create(nodes: 2, validators: 16, seed: 41, alloc: [new(Rich.Address, Ledger.With(Ledger.Ether * 1000))]);

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
            var sent = Ledger.Sign(Rich, transfer => transfer with { Nonce = nonce++, To = SimulatedStake.Settings.DepositAddress, Value = wei, Data = data, GasLimit = 150_000 });
            Assert.Null(_network.Submit(0, sent));
        }

        _network.Run(TimeSpan.FromSeconds(20));

        var (store, head) = (_network.Nodes[1].Store, _network.Nodes[1].Core.View.Head);
        var receipts = Enumerable.Range(1, (int)head.Number).SelectMany(number => store.GetReceipts(store.GetCanonicalHash((ulong)number)!.Value)!).ToList();
        Assert.Equal(calls.Length, receipts.Count);
        Assert.All(receipts, receipt => Assert.False(receipt.Succeeded));
        Assert.All(receipts, receipt => Assert.Empty(receipt.Logs));
        var left = new WorldState(store, head.Header.StateRoot).GetBalance(Rich.Address);
        Assert.True(left > Ledger.Ether * 999, $"{left} wei left of 1000 ether: more than the fees is gone");
        Assert.Equal(16, _network.Nodes[1].StakeOf().Validators.Count);
    }
}
