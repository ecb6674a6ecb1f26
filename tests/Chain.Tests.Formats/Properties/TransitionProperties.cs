using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Random blocks: no ether appears or vanishes, and how a block is executed does not matter.</summary>
public sealed class TransitionProperties
{
    private static readonly PrivateKey[] Keys = [.. Enumerable.Range(1, 12).Select(i => Ledger.KeyOf((byte)i))];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void All_balances_plus_what_was_burned_less_what_was_created_stay_the_same(int seed)
    {
        var random = new Random(seed);
        var ledger = new Ledger { Natives = new NativeContracts([new CountingContract()]) };
        var before = Supply(ledger);
        UInt256 created = 0, burned = 0;
        for (var block = 0; block < 8; block++)
        {
            var reward = new BalanceCredit(Ledger.Miner, (ulong)random.Next(1_000));
            var withdrawal = new Withdrawal(0, 0, Keys[random.Next(Keys.Length)].Address, (ulong)random.Next(1_000));
            var outcome = ledger.Try(RandomBlock(ledger, random), [withdrawal], reward).Value;
            created += reward.Wei + ((UInt256)withdrawal.AmountGwei * Ledger.Gwei);
            burned += outcome.BurnedWei;
            Assert.Equal(outcome.BurnedWei, (UInt256)outcome.GasUsed * ledger.BaseFee);
            Assert.Equal(before + created, Supply(ledger) + burned);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_shared_cache_and_blocks_tried_in_vain_change_no_result(int seed)
    {
        var random = new Random(seed);
        var ledger = new Ledger { Natives = new NativeContracts([new CountingContract()]) };
        var cache = new TrieNodeCache(random.Next(2, 60));
        for (var block = 0; block < 6; block++)
        {
            var transactions = RandomBlock(ledger, random);
            StateTransition.Apply(new WorldState(ledger.Store, ledger.Root, cache), ledger.Block(), RandomBlock(ledger, random),
                null, [], ledger.Natives);
            var cached = StateTransition.Apply(new WorldState(ledger.Store, ledger.Root, cache), ledger.Block(), transactions,
                null, [], ledger.Natives).Value;
            var fresh = ledger.Try(transactions).Value;

            Assert.Equal(fresh.State.Root, cached.State.Root);
            Assert.Equal(fresh.ReceiptsRoot, cached.ReceiptsRoot);
            Assert.Equal(fresh.State.Nodes.Select(node => node.Key), cached.State.Nodes.Select(node => node.Key));
        }
    }

    private static List<RecoveredTransaction> RandomBlock(Ledger ledger, Random random)
    {
        var builder = new BlockBuilder(ledger.Open(), ledger.Block(), ledger.Natives);
        for (var i = 0; i < 30; i++)
        {
            var key = Keys[random.Next(Keys.Length)];
            var tip = (ulong)random.Next(0, 3) * Ledger.Gwei;
            builder.TryAdd(Ledger.Sign(key, tx => tx with
            {
                Type = (TransactionType)random.Next(3),
                Nonce = (ulong)builder.Included.Count(included => included.Sender == key.Address)
                + ledger.Open().GetNonce(key.Address),
                MaxPriorityFeePerGas = tip,
                MaxFeePerGas = tip + Ledger.Gwei,
                GasLimit = (ulong)random.Next(21_000, 60_000),
                To = random.Next(3) == 0 ? CountingContract.At : Keys[random.Next(Keys.Length)].Address,
                Value = random.Next(4) == 0 ? 0 : Ledger.Ether * (ulong)random.Next(1_000) / 100,
                Data = random.Next(2) == 0 ? ReadOnlyMemory<byte>.Empty : new byte[] { (byte)random.Next(3) },
            } switch
            {
                { Type: TransactionType.DynamicFee } dynamic => dynamic,
                var older => older with { MaxPriorityFeePerGas = older.MaxFeePerGas },
            }));
        }

        return [.. builder.Included];
    }

    private static UInt256 Supply(Ledger ledger)
    {
        Assert.DoesNotContain(new MerklePatriciaTrie(ledger.Store, ledger.Root).Entries(),
            entry => Account.Decode(entry.Value).IsEmpty);
        return StateWalker.TotalBalance(ledger.Store, ledger.Root);
    }
}
