using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class StateTransitionTests
{
    private static readonly Address Alice = Ledger.Alice.Address;
    private static readonly Address Carol = Ledger.Carol.Address;

    [Fact]
    public void A_transfer_moves_value_burns_the_base_fee_and_pays_the_tip()
    {
        var ledger = new Ledger();

        var outcome = ledger.Execute(Ledger.Sign(Ledger.Alice, tx => tx with { Value = Ledger.Ether }));

        var state = ledger.Open();
        Assert.Equal(Ledger.Ether, state.GetBalance(Carol));
        Assert.Equal((UInt256)21_000 * 2 * Ledger.Gwei, state.GetBalance(Ledger.Miner));
        Assert.Equal((Ledger.Ether * 9) - ((UInt256)21_000 * 3 * Ledger.Gwei), state.GetBalance(Alice));
        Assert.Equal(1UL, state.GetNonce(Alice));
        Assert.Equal((UInt256)21_000 * Ledger.Gwei, outcome.BurnedWei);
        Assert.Equal(21_000UL, outcome.GasUsed);
        var receipt = Assert.Single(outcome.Receipts);
        Assert.True(receipt.Succeeded);
        Assert.Equal(21_000UL, receipt.CumulativeGasUsed);
        Assert.Equal(Roots.ReceiptsRoot(outcome.Receipts), outcome.ReceiptsRoot);
    }

    [Fact]
    public void An_empty_block_changes_nothing()
    {
        var ledger = new Ledger();
        var before = ledger.Root;

        var outcome = ledger.Execute();

        Assert.Equal((before, 0UL, BlockHeader.EmptyTrieRoot, Bloom.Empty),
            (outcome.State.Root, outcome.GasUsed, outcome.ReceiptsRoot, outcome.LogsBloom));
        Assert.Empty(outcome.State.Nodes);
    }

    [Fact]
    public void A_legacy_transaction_pays_its_whole_gas_price()
    {
        var ledger = new Ledger();

        ledger.Execute(Ledger.Sign(Ledger.Alice, tx => tx with
        {
            Type = TransactionType.Legacy,
            MaxPriorityFeePerGas = 10 * Ledger.Gwei,
        }));

        Assert.Equal((UInt256)21_000 * 9 * Ledger.Gwei, ledger.Open().GetBalance(Ledger.Miner));
        Assert.Equal((Ledger.Ether * 10) - ((UInt256)21_000 * 10 * Ledger.Gwei) - 1, ledger.Open().GetBalance(Alice));
    }

    [Fact]
    public void The_tip_is_what_the_fee_cap_leaves_above_the_base_fee()
    {
        var ledger = new Ledger { BaseFee = 9 * Ledger.Gwei };

        ledger.Execute(Ledger.Sign(Ledger.Alice));

        Assert.Equal((UInt256)21_000 * Ledger.Gwei, ledger.Open().GetBalance(Ledger.Miner));
    }

    [Fact]
    public void Gas_that_is_not_used_is_paid_back()
    {
        var ledger = new Ledger();

        var outcome = ledger.Execute(Ledger.Sign(Ledger.Alice, tx => tx with { GasLimit = 500_000, Data = new byte[] { 0, 1 } }));

        Assert.Equal(21_020UL, outcome.GasUsed);
        Assert.Equal((Ledger.Ether * 10) - ((UInt256)21_020 * 3 * Ledger.Gwei) - 1, ledger.Open().GetBalance(Alice));
    }

    [Fact]
    public void A_transfer_to_oneself_costs_the_fee_only()
    {
        var ledger = new Ledger();

        ledger.Execute(Ledger.Sign(Ledger.Alice, tx => tx with { To = Alice, Value = Ledger.Ether }));

        Assert.Equal((Ledger.Ether * 10) - ((UInt256)21_000 * 3 * Ledger.Gwei), ledger.Open().GetBalance(Alice));
    }

    [Fact]
    public void Transactions_of_one_block_see_each_other()
    {
        var ledger = new Ledger();

        var outcome = ledger.Execute(
            Ledger.Sign(Ledger.Alice, tx => tx with { Value = Ledger.Ether }),
            Ledger.Sign(Ledger.Carol, tx => tx with { To = Alice, Value = Ledger.Ether / 2 }),
            Ledger.Sign(Ledger.Alice, tx => tx with { Nonce = 1 }));

        Assert.Equal([21_000UL, 42_000UL, 63_000UL], outcome.Receipts.Select(receipt => receipt.CumulativeGasUsed));
        Assert.Equal(2UL, ledger.Open().GetNonce(Alice));
    }

    [Fact]
    public void A_transfer_of_nothing_makes_no_account_and_deletes_an_empty_one()
    {
        var ledger = new Ledger((Carol, Ledger.With(0)));

        ledger.Execute(Ledger.Sign(Ledger.Alice, tx => tx with { Value = 0, MaxPriorityFeePerGas = 0 }));

        Assert.Null(ledger.Open().GetAccount(Carol));
        Assert.Null(ledger.Open().GetAccount(Ledger.Miner));
    }

    [Fact]
    public void A_sender_that_spent_all_stays_for_its_nonce()
    {
        var ledger = new Ledger();
        var fee = (UInt256)21_000 * 10 * Ledger.Gwei;

        ledger.Execute(Ledger.Sign(Ledger.Alice, tx => tx with
        {
            MaxPriorityFeePerGas = 10 * Ledger.Gwei,
            Value = (Ledger.Ether * 10) - fee,
        }));

        Assert.Equal(Account.Empty with { Nonce = 1 }, ledger.Open().GetAccount(Alice));
    }

    public static TheoryData<string> InvalidTransactions => [.. Invalid.Keys];

    private static readonly byte[] Code = [0x60];

    private static readonly Dictionary<string, (Func<UnsignedTransaction, UnsignedTransaction> Change,
        Type Error)> Invalid = new()
        {
            ["nonce too low"] = (tx => tx with { Nonce = 0 }, typeof(TransactionError.NonceTooLow)),
            ["nonce too high"] = (tx => tx with { Nonce = 2 }, typeof(TransactionError.NonceTooHigh)),
            ["nonce at max"] = (tx => tx with { Nonce = ulong.MaxValue }, typeof(TransactionError.NonceAtMax)),
            ["poor"] = (tx => tx with { Value = Ledger.Ether * 10 }, typeof(TransactionError.InsufficientFunds)),
            ["too little gas"] = (tx => tx with { Data = new byte[1] }, typeof(TransactionError.IntrinsicGas)),
            ["cap below base fee"] = (tx => tx with { MaxFeePerGas = Ledger.Gwei - 1, MaxPriorityFeePerGas = 0 },
            typeof(TransactionError.FeeCapBelowBaseFee)),
            ["tip above cap"] =
                (tx => tx with { MaxPriorityFeePerGas = 11 * Ledger.Gwei }, typeof(TransactionError.TipAboveFeeCap)),
            ["more gas than is left"] = (tx => tx with { GasLimit = 80_000 }, typeof(TransactionError.GasLimitExceedsBlock)),
            ["another chain"] = (tx => tx with { ChainId = 1 }, typeof(TransactionError.WrongChainId)),
            ["creation"] = (tx => tx with { To = null, GasLimit = 60_000 }, typeof(TransactionError.NeedsEvm)),
            ["call of a precompiled contract"] =
                (tx => tx with { To = Address.Parse("0x0000000000000000000000000000000000000004") },
            typeof(TransactionError.NeedsEvm)),
            ["call of a contract"] = (tx => tx with { To = Ledger.Bob.Address }, typeof(TransactionError.NeedsEvm)),
        };

    [Theory]
    [MemberData(nameof(InvalidTransactions))]
    public void One_transaction_that_breaks_a_rule_makes_the_block_invalid_and_changes_nothing(string name)
    {
        var (change, expected) = Invalid[name];
        var ledger = new Ledger((Ledger.Bob.Address, Ledger.With(0, nonce: 1, Code))) { GasLimit = 100_000 };
        var state = ledger.Open();
        var good = Ledger.Sign(Ledger.Alice);
        var bad = Ledger.Sign(Ledger.Alice, tx => change(tx with { Nonce = 1 }));

        var verdict = StateTransition.Apply(state, ledger.Block(), [good, bad], null, [], NativeContracts.None);

        var error = Assert.IsType<BlockExecutionError.InvalidTransaction>(verdict.Error);
        Assert.Equal((1, bad.Hash, expected), (error.Index, error.TransactionHash, error.Error.GetType()));
        Assert.Contains(error.Error.Message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0UL, state.GetNonce(Alice));
        Assert.Equal(ledger.Root, state.Commit().Root);
    }

    [Fact]
    public void A_contract_cannot_be_the_sender()
    {
        var ledger = new Ledger((Alice, Ledger.With(Ledger.Ether, code: Code)));

        var error = Assert.IsType<BlockExecutionError.InvalidTransaction>(ledger.Try([Ledger.Sign(Ledger.Alice)]).Error);
        Assert.IsType<TransactionError.SenderNotEoa>(error.Error);
    }

    [Fact]
    public void Rewards_and_withdrawals_come_after_the_transactions()
    {
        var ledger = new Ledger();
        var withdrawals = new[] { new Withdrawal(0, 0, Carol, 3), new Withdrawal(1, 1, Carol, 4),
            new Withdrawal(2, 1, Ledger.Bob.Address, 0) };

        // Carol has nothing before her withdrawal, so she cannot spend it in the same block.
        Assert.NotNull(ledger.Try([Ledger.Sign(Ledger.Carol, tx => tx with { To = Alice })],
            [new Withdrawal(0, 0, Carol, Ledger.Gwei)]).Error);
        Assert.Null(ledger.Try([], withdrawals, new BalanceCredit(Ledger.Miner, 2 * Ledger.Ether)).Error);

        Assert.Equal((UInt256)7 * Ledger.Gwei, ledger.Open().GetBalance(Carol));
        Assert.Equal(2 * Ledger.Ether, ledger.Open().GetBalance(Ledger.Miner));
    }

    [Fact]
    public void A_withdrawal_of_nothing_makes_no_account()
    {
        var ledger = new Ledger();
        var before = ledger.Root;

        ledger.Try([], [new Withdrawal(0, 0, Carol, 0)]);

        Assert.Equal(before, ledger.Root);
    }

    [Fact]
    public void A_native_contract_runs_keeps_its_state_and_logs()
    {
        var ledger = new Ledger { Natives = new NativeContracts([new CountingContract()]) };

        var outcome = ledger.Execute(Call(0, [], value: 9), Call(1, [], value: 1));

        Assert.All(outcome.Receipts, receipt => Assert.True(receipt.Succeeded));
        Assert.Equal(2 * (21_000 + CountingContract.Gas), outcome.GasUsed);
        var log = Assert.Single(outcome.Receipts[0].Logs);
        Assert.Equal(CountingContract.At, log.Address);
        Assert.Equal(Alice.ToArray(), log.Data.ToArray());
        Assert.True(outcome.LogsBloom.MayContain(CountingContract.Topic.Bytes));
        Assert.Equal((UInt256)2, ledger.Open().GetStorage(CountingContract.At, Hash256.Zero));
        Assert.Equal((UInt256)10, ledger.Open().GetBalance(CountingContract.At));
    }

    [Fact]
    public void A_native_contract_that_fails_takes_all_back_but_nonce_and_fee()
    {
        var ledger = new Ledger { Natives = new NativeContracts([new CountingContract()]) };

        var outcome = ledger.Execute(Call(0, [1], value: Ledger.Ether));

        var receipt = Assert.Single(outcome.Receipts);
        Assert.False(receipt.Succeeded);
        Assert.Empty(receipt.Logs);
        Assert.Equal(21_016 + CountingContract.Gas, outcome.GasUsed);
        Assert.Equal(1UL, ledger.Open().GetNonce(Alice));
        Assert.Equal((Ledger.Ether * 10) - ((UInt256)outcome.GasUsed * 3 * Ledger.Gwei), ledger.Open().GetBalance(Alice));
        Assert.Null(ledger.Open().GetAccount(CountingContract.At));
    }

    [Fact]
    public void A_native_contract_that_needs_more_gas_than_there_is_uses_all_and_fails()
    {
        var ledger = new Ledger { Natives = new NativeContracts([new CountingContract()]) };

        var outcome = ledger.Execute(Call(0, [2], value: 0));

        Assert.Equal((false, 100_000UL), (outcome.Receipts[0].Succeeded, outcome.GasUsed));
        Assert.Null(ledger.Open().GetAccount(CountingContract.At));
    }

    [Fact]
    public void Two_native_contracts_cannot_share_an_address() =>
        Assert.Throws<ArgumentException>(() => new NativeContracts([new CountingContract(), new CountingContract()]));

    [Fact]
    public void Block_production_skips_what_does_not_fit_and_says_why()
    {
        var ledger = new Ledger { GasLimit = 50_000 };
        var builder = new BlockBuilder(ledger.Open(), ledger.Block(), NativeContracts.None);
        var fits = Ledger.Sign(Ledger.Alice);

        Assert.IsType<TransactionError.NonceTooHigh>(builder.TryAdd(Ledger.Sign(Ledger.Bob, tx => tx with { Nonce = 1 })));
        Assert.Null(builder.TryAdd(fits));
        Assert.IsType<TransactionError.NonceTooLow>(builder.TryAdd(fits));
        Assert.IsType<TransactionError.GasLimitExceedsBlock>(builder.TryAdd(Ledger.Sign(Ledger.Alice, tx => tx with
        {
            Nonce = 1,
            GasLimit = 29_001,
        })));
        Assert.Equal(29_000UL, builder.GasLeft);
        Assert.Equal([fits], builder.Included);
        var built = builder.Finish(null, []);

        Assert.Equal(ledger.Execute(fits).State.Root, built.State.Root);
    }

    private static RecoveredTransaction Call(ulong nonce, byte[] data, UInt256 value) =>
        Ledger.Sign(Ledger.Alice, tx => tx with
        {
            Nonce = nonce,
            To = CountingContract.At,
            Data = data,
            Value = value,
            GasLimit = 100_000,
        });
}
