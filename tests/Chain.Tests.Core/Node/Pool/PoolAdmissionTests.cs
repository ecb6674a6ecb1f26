using Chain.Execution;
using Chain.Node;

namespace Chain.Tests;

/// <summary>What the pool takes, what it refuses, and what a replacement has to pay.</summary>
public sealed class PoolAdmissionTests
{
    private readonly PoolScene _scene = new();

    public static TheoryData<string, Type> Refusals => new()
    {
        { "another chain", typeof(TransactionError.WrongChainId) },
        { "tip above the fee", typeof(TransactionError.TipAboveFeeCap) },
        { "too little gas", typeof(TransactionError.IntrinsicGas) },
        { "more gas than a block", typeof(TransactionError.GasLimitExceedsBlock) },
        { "a nonce used up", typeof(TransactionError.NonceTooLow) },
        { "no funds", typeof(TransactionError.InsufficientFunds) },
        { "a contract", typeof(TransactionError.NeedsEvm) },
        { "too large", typeof(PoolError.TooLarge) },
        { "a nonce far ahead", typeof(PoolError.NonceTooFarAhead) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_can_never_be_mined_is_refused_and_leaves_no_trace(string what, Type error)
    {
        _scene.SetAccount(0, nonce: 5, Ledger.Ether);
        var refused = what switch
        {
            "another chain" => PoolScene.Sign(0, 5, change: transfer => transfer with { ChainId = 1 }),
            "tip above the fee" => PoolScene.Sign(0, 5, change: transfer => transfer with { MaxFeePerGas = 1 }),
            "too little gas" => PoolScene.Sign(0, 5, change: transfer => transfer with { GasLimit = 20_999 }),
            "more gas than a block" => PoolScene.Sign(0, 5, change: transfer => transfer with { GasLimit = 30_000_001 }),
            "a nonce used up" => PoolScene.Sign(0, 4),
            "no funds" => PoolScene.Sign(0, 5, change: transfer => transfer with { Value = Ledger.Ether }),
            "a contract" => PoolScene.Sign(0, 5, change: transfer => transfer with { To = null, GasLimit = 100_000 }),
            "too large" => PoolScene.SignBig(0, 5, 128 * 1024),
            _ => PoolScene.Sign(0, 5 + 4097),
        };

        var refusal = _scene.Add(refused);

        Assert.Equal(error, refusal is PoolError.Invalid { Error: var inner } ? inner.GetType() : refusal?.GetType());
        Assert.Equal((0, default(PoolTotals)), (_scene.Pool.Count, _scene.Totals));
        Assert.Empty(_scene.Changes.Steps);
        Assert.Empty(_scene.Changes.Entered);
    }

    [Fact]
    public void The_same_transaction_is_taken_once()
    {
        _scene.Take(PoolScene.Sign(0, 0));
        Assert.IsType<PoolError.AlreadyKnown>(_scene.Add(PoolScene.Sign(0, 0)));
    }

    [Theory]
    [InlineData(100, 110, true)]
    [InlineData(100, 109, false)]
    [InlineData(0, 1, false)]
    public void A_replacement_pays_a_tenth_more_on_both_fees(ulong oldTip, ulong newTip, bool isTaken)
    {
        var old = PoolScene.Sign(0, 0, oldTip, transfer => transfer with { MaxFeePerGas = 1000 });
        var better = PoolScene.Sign(0, 0, newTip, transfer => transfer with { MaxFeePerGas = isTaken ? 1100UL : 1099UL });
        _scene.BaseFee = 1;
        _scene.Take(old);

        Assert.Equal(isTaken, _scene.Add(better) is null);

        Assert.Equal(1, _scene.Pool.Count);
        Assert.Equal(isTaken, _scene.Pool.Contains(better.Hash));
        if (!isTaken) return;
        var step = Assert.Single(_scene.StepsOf(old));
        Assert.Equal((TransactionFate.Replaced, better.Hash), (step.Fate, step.Other));
        Assert.Equal([old.Hash, better.Hash], _scene.Entered);
    }

    [Fact]
    public void The_balance_covers_all_of_a_sender_together()
    {
        var cost = TransactionRules.UpfrontCost(PoolScene.Sign(0, 0).Transaction.Unsigned)!.Value;
        _scene.SetAccount(0, 0, cost * 2);
        _scene.Take(PoolScene.Sign(0, 0), PoolScene.Sign(0, 1));
        foreach (var more in new[] { PoolScene.Sign(0, 2), PoolScene.Sign(0, 7), PoolScene.Sign(0, 0, 4 * Ledger.Gwei) })
        {
            Assert.IsType<TransactionError.InsufficientFunds>(Assert.IsType<PoolError.Invalid>(_scene.Add(more)).Error);
        }
    }

    [Fact]
    public void What_waits_behind_a_gap_gives_its_money_to_what_can_be_mined()
    {
        var cost = TransactionRules.UpfrontCost(PoolScene.Sign(0, 0).Transaction.Unsigned)!.Value;
        _scene.SetAccount(0, 0, cost * 2);
        var late = PoolScene.Sign(0, 9);
        _scene.Take(PoolScene.Sign(0, 5), late, PoolScene.Sign(0, 0));

        Assert.Equal("0 | 5", _scene.NoncesOf(0));
        Assert.Equal(TransactionFate.Dropped, Assert.Single(_scene.StepsOf(late)).Fate);
    }

    [Fact]
    public void A_transaction_behind_a_gap_is_queued_and_enters_when_the_gap_closes()
    {
        var (first, second, third) = (PoolScene.Sign(0, 0), PoolScene.Sign(0, 1), PoolScene.Sign(0, 2));
        _scene.Take(third, second);

        Assert.Equal(" | 1 2", _scene.NoncesOf(0));
        Assert.Equal([third.Hash, second.Hash], _scene.Changes.Queued.Select(transaction => transaction.Hash));
        Assert.Empty(_scene.Entered);
        Assert.Equal(0UL, _scene.Snapshot.BySender[PoolScene.AddressOf(0)].NextNonce);

        _scene.Take(first);

        Assert.Equal("0 1 2 | ", _scene.NoncesOf(0));
        Assert.Equal([first.Hash, second.Hash, third.Hash], _scene.Entered);
        Assert.Equal(3UL, _scene.Snapshot.BySender[PoolScene.AddressOf(0)].NextNonce);
        Assert.Equal([first.Hash, second.Hash, third.Hash], _scene.Pool.Best(0).Select(transaction => transaction.Hash));
    }
}
