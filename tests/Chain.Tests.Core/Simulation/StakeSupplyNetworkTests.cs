using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests;

public sealed class StakeSupplyNetworkTests
{
    private const int Offender = 5;

    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);
    private static readonly PrivateKey Rich = StakeSample.KeyOf(900);

    [Fact]
    public void All_ether_of_a_network_with_transfers_deposits_withdrawals_and_a_slashing_is_there_at_every_block()
    {
        var network = SimulatedStake.Create(
            nodes: 4,
            validators: 16,
            seed: 21,
            misbehaviours: new Dictionary<int, Misbehaviour> { [Offender] = Misbehaviour.DoubleVote, [6] = Misbehaviour.Offline },
            alloc: [new(Rich.Address, Ledger.With(Ledger.Ether * 1000))]);
        var domain = new StakeDomain(network.Genesis.Block.Hash);
        var settings = SimulatedStake.Settings;
        for (var nonce = 0UL; nonce < 24; nonce++)
        {
            network.Run(Epoch / 2);
            var key = StakeSample.KeyOf(901 + (int)(nonce % 3));
            var data = DepositCall.Sign(key, Keccak256.Hash([1]), key.Address,
                nonce == 5 ? new StakeDomain(Hash256.Zero) : domain).Encode();
            network.Submit(0, Ledger.Sign(Rich, transfer => nonce % 2 == 0
                ? transfer with { Nonce = nonce, Value = Ledger.Ether }
                : transfer with
                {
                    Nonce = nonce,
                    To = settings.DepositAddress,
                    Value = Ledger.Ether * 20,
                    Data = data,
                    GasLimit = 150_000,
                }));
        }

        network.Run(8 * Epoch);

        var store = network.Nodes[0].Store;
        var audit = new StakeAudit((ProofOfStakeSettings)network.Spec.Consensus, network.Genesis.Block.Header, store);
        var (deposits, withdrawals) = (0, 0);
        for (var number = 1UL; number <= network.Nodes[0].Core.View.Head.Number; number++)
        {
            var block = store.GetBlock(store.GetCanonicalHash(number)!.Value)!;
            var receipts = store.GetReceipts(block.Hash)!;
            var error = audit.Next(block, receipts);
            Assert.True(error is null, $"block {number}: {error?.Message}");
            (deposits, withdrawals) = (deposits + new Deposits(settings.DepositAddress).Read(receipts).Count,
                withdrawals + block.Body.Withdrawals!.Count);
        }

        Assert.Equal((11, 19), (deposits, audit.State.ValidatorCount));
        Assert.True(withdrawals > 16 && audit.State.Slashed[Offender] && audit.State.Balances[6].Amount < 32_000_000_000);
        Assert.True(audit.State.ActivationEpochs[16] < audit.State.CurrentEpoch,
            $"the first new validator is to be active from {audit.State.ActivationEpochs[16]}, now it is "
                + $"{audit.State.CurrentEpoch}");
    }
}
