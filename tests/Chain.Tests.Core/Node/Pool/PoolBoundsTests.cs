using Chain.Execution;
using Chain.Node;

namespace Chain.Tests;

/// <summary>Who gives way when the pool, or a sender's part of it, is full.</summary>
public sealed class PoolBoundsTests
{
    private const ulong Gwei = Ledger.Gwei;

    private static readonly PoolLimits Small = new()
    {
        Transactions = 40,
        PerAccount = 30,
        Queued = 12,
        QueuedPerAccount = 4,
        Share = 5,
    };

    private readonly PoolScene _scene = new(Small);

    [Fact]
    public void Eight_senders_with_gaps_take_no_place_from_those_that_can_be_mined()
    {
        var scene = new PoolScene();
        for (var sender = 0; sender < 8; sender++)
        {
            for (var nonce = 1UL; nonce <= 300; nonce++) scene.Add(PoolScene.Sign(sender, nonce, tip: 100 * Gwei));
        }

        Assert.Equal((0, 8 * 64), (scene.Totals.Pending, scene.Totals.Queued));
        scene.TakeRun(from: 20, nonce: 0, count: 200, tip: 1);
        Assert.Equal((200, 8 * 64), (scene.Totals.Pending, scene.Totals.Queued));
        Assert.Empty(scene.Changes.Steps);
    }

    [Fact]
    public void However_well_it_pays_a_queued_transaction_pushes_no_pending_one_out_of_a_full_pool()
    {
        for (var sender = 0; sender < 8; sender++) _scene.TakeRun(sender, 0, 5, tip: 1);
        Assert.Equal(Small.Transactions, _scene.Totals.Pending);
        for (var sender = 10; sender < 20; sender++) _scene.Add(PoolScene.Sign(sender, 1, tip: 1000 * Gwei));
        Assert.Equal((Small.Transactions, 10), (_scene.Totals.Pending, _scene.Totals.Queued));
        Assert.Empty(_scene.Changes.Steps);
    }

    [Fact]
    public void One_sender_has_few_places_behind_a_gap_and_keeps_those_nearest_to_their_turn()
    {
        var taken = new ulong[] { 5, 9, 7, 8 }.Select(nonce => PoolScene.Sign(0, nonce)).ToArray();
        _scene.Take(taken);
        Assert.IsType<PoolError.AccountLimit>(_scene.Add(PoolScene.Sign(0, 10)));
        _scene.Take(PoolScene.Sign(0, 3));
        Assert.Equal([3UL, 5, 7, 8], _scene.Queued(0));
        Assert.Contains("earlier nonce", Assert.Single(_scene.StepsOf(taken[1])).Reason);
    }

    [Fact]
    public void The_sender_with_the_most_behind_a_gap_gives_way_to_one_with_few()
    {
        for (var sender = 0; sender < 3; sender++) _scene.TakeRun(sender, 1, 4);
        Assert.Equal(Small.Queued, _scene.Totals.Queued);
        Assert.IsType<PoolError.AccountLimit>(_scene.Add(PoolScene.Sign(0, 5)));

        _scene.Take(PoolScene.Sign(9, 1));

        Assert.Equal(Small.Queued, _scene.Totals.Queued);
        Assert.Equal([1UL], _scene.Queued(9));
        Assert.Equal([1UL, 2, 3], _scene.Queued(2));
        Assert.Contains("wait for an earlier nonce", Assert.Single(_scene.Changes.Steps).Step.Reason);
    }

    [Fact]
    public void However_much_is_offered_behind_gaps_senders_with_many_keep_out_nobody_with_one()
    {
        for (var sender = 0; sender < 3; sender++) _scene.TakeRun(sender, 1, 4, tip: 1000 * Gwei);
        for (var sender = 10; sender < 19; sender++) _scene.Take(PoolScene.Sign(sender, 1, tip: 1));
        Assert.All(Enumerable.Range(10, 9), sender => Assert.Equal([1UL], _scene.Queued(sender)));
        Assert.All(Enumerable.Range(0, 3), sender => Assert.Equal([1UL], _scene.Queued(sender)));
    }

    [Fact]
    public void A_sender_that_pushed_others_out_cannot_take_the_money_from_under_its_own()
    {
        for (var sender = 10; sender < 50; sender++) _scene.Take(PoolScene.Sign(sender, 0, tip: Gwei));
        for (var sender = 0; sender < 8; sender++) _scene.TakeRun(sender, 0, 5, tip: 2 * Gwei);
        var all = PoolScene.Sign(0, 0, tip: 20 * Gwei, transfer => transfer with { Value = Ledger.Ether * 999 });
        Assert.Null(_scene.Add(all));
        var dearer = PoolScene.Sign(1, 0, tip: 20 * Gwei, transfer => transfer with
        {
            Value = (Ledger.Ether * 1000) - (Ledger.Ether / 1000),
        });

        var refused = Assert.IsType<PoolError.Invalid>(_scene.Add(dearer));

        Assert.IsType<TransactionError.InsufficientFunds>(refused.Error);
        Assert.Equal([0UL, 1, 2, 3, 4], _scene.Pending(1));
        Assert.Equal(Small.Transactions, _scene.Totals.Pending);
    }

    [Fact]
    public void Among_equals_behind_gaps_the_one_that_came_first_stays()
    {
        for (var sender = 0; sender < 12; sender++) _scene.Take(PoolScene.Sign(sender, 1));
        Assert.IsType<PoolError.QueueFull>(_scene.Add(PoolScene.Sign(20, 1)));
        Assert.Empty(_scene.Changes.Steps);
    }

    [Fact]
    public void A_full_pool_gives_the_place_of_the_cheapest_to_one_that_pays_more()
    {
        for (var sender = 0; sender < 40; sender++) _scene.Take(PoolScene.Sign(sender, 0, tip: (10 + (ulong)sender) * Gwei));
        var refusal = Assert.IsType<PoolError.Underpriced>(_scene.Add(PoolScene.Sign(50, 0, tip: 10 * Gwei)));
        Assert.Equal((10 * Gwei, (10 * Gwei) + 1), ((ulong)refusal.Offered, (ulong)refusal.Required));

        _scene.Take(PoolScene.Sign(50, 0, tip: (10 * Gwei) + 1));

        Assert.Equal([], _scene.Pending(0));
        Assert.Equal([0UL], _scene.Pending(1));
        Assert.Contains("the pool is full", Assert.Single(_scene.StepsOf(PoolScene.Sign(0, 0, tip: 10 * Gwei))).Reason);
    }

    [Fact]
    public void A_sender_loses_its_last_nonce_never_one_in_front_of_others()
    {
        _scene.Take(PoolScene.Sign(0, 0, tip: Gwei), PoolScene.Sign(0, 1, tip: 9 * Gwei), PoolScene.Sign(0, 2, tip: 9 * Gwei));
        for (var sender = 1; sender <= 37; sender++) _scene.Take(PoolScene.Sign(sender, 0, tip: 5 * Gwei));
        _scene.Take(PoolScene.Sign(50, 0, tip: 2 * Gwei));
        Assert.Equal([0UL, 1], _scene.Pending(0));
        _scene.Take(PoolScene.Sign(51, 0, tip: 2 * Gwei), PoolScene.Sign(52, 0, tip: 2 * Gwei));
        Assert.Equal([], _scene.Pending(0));
        Assert.Equal((40, 0), (_scene.Totals.Pending, _scene.Totals.Queued));
    }

    [Fact]
    public void Few_senders_cannot_fill_the_pool_at_the_price_of_many()
    {
        _scene.TakeRun(0, 0, 30, tip: 2 * Gwei);
        _scene.TakeRun(1, 0, 10, tip: 2 * Gwei);
        for (var sender = 10; sender < 30; sender++) _scene.Take(PoolScene.Sign(sender, 0, tip: Gwei));
        Assert.Equal((40, 10), (_scene.Totals.Pending, _scene.Pending(0).Length));
        Assert.All(Enumerable.Range(10, 20), sender => Assert.Equal([0UL], _scene.Pending(sender)));
        Assert.All(_scene.Changes.Steps, item => Assert.Equal(TransactionFate.Dropped, item.Step.Fate));
    }

    [Fact]
    public void Many_cheap_senders_do_not_push_out_one_that_pays_for_its_many()
    {
        _scene.TakeRun(0, 0, 30, tip: 100 * Gwei);
        for (var sender = 10; sender < 20; sender++) _scene.Take(PoolScene.Sign(sender, 0, tip: Gwei));
        for (var sender = 20; sender < 60; sender++)
        {
            Assert.IsType<PoolError.Underpriced>(_scene.Add(PoolScene.Sign(sender, 0, tip: Gwei)));
        }

        Assert.Equal(30, _scene.Pending(0).Length);
    }

    [Fact]
    public void What_waits_behind_a_transaction_that_pays_less_than_the_base_fee_is_the_first_to_go()
    {
        _scene.Take(PoolScene.Sign(0, 0, tip: 1, transfer => transfer with { MaxFeePerGas = 1 }));
        _scene.TakeRun(0, 1, 29, tip: 1000 * Gwei);
        for (var sender = 10; sender < 20; sender++) _scene.Take(PoolScene.Sign(sender, 0, tip: 1));
        for (var sender = 20; sender < 50; sender++) _scene.Take(PoolScene.Sign(sender, 0, tip: 0));
        Assert.Equal((40, 0), (_scene.Totals.Pending, _scene.Pending(0).Length));
    }

    [Fact]
    public void A_base_fee_that_rises_changes_who_goes_first()
    {
        for (var sender = 0; sender < 40; sender++)
        {
            var (tip, fee) = sender < 20 ? (5 * Gwei, 6 * Gwei) : (Gwei, 100 * Gwei);
            _scene.Take(PoolScene.Sign(sender, 0, tip, transfer => transfer with { MaxFeePerGas = fee }));
        }

        Assert.IsType<PoolError.Underpriced>(_scene.Add(PoolScene.Sign(50, 0, tip: Gwei)));
        _scene.BaseFee = 10 * Gwei;
        _scene.Mine();
        _scene.Take(PoolScene.Sign(50, 0, tip: Gwei));
        Assert.Equal(19, Enumerable.Range(0, 20).Count(sender => _scene.Pending(sender).Length == 1));
    }

    [Fact]
    public void One_sender_has_a_bound_of_its_own()
    {
        _scene.TakeRun(0, 0, Small.PerAccount);
        Assert.IsType<PoolError.AccountLimit>(_scene.Add(PoolScene.Sign(0, (ulong)Small.PerAccount, tip: 1000 * Gwei)));
        Assert.Empty(_scene.Changes.Steps);
    }

    [Fact]
    public void What_is_promoted_into_a_full_pool_gives_way_from_the_end()
    {
        for (var sender = 0; sender < 39; sender++) _scene.Take(PoolScene.Sign(sender, 0, tip: 5 * Gwei));
        _scene.TakeRun(50, 1, 3, tip: 5 * Gwei);
        _scene.Take(PoolScene.Sign(50, 0, tip: 5 * Gwei));
        Assert.Equal("0 | ", _scene.NoncesOf(50));
        Assert.Equal(40, _scene.Totals.Pending);
        Assert.Equal(39, Enumerable.Range(0, 39).Count(sender => _scene.Pending(sender).Length == 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Bytes_have_bounds_as_places_have(bool behindAGap)
    {
        var scene = new PoolScene(new PoolLimits
        {
            Bytes = 10_000,
            BytesPerAccount = 4_000,
            QueuedBytes = 10_000,
            QueuedBytesPerAccount = 4_000,
        });
        var first = behindAGap ? 1UL : 0;
        for (var sender = 0; sender < 3; sender++)
        {
            scene.Take(PoolScene.SignBig(sender, first, 1_500), PoolScene.SignBig(sender, first + 1, 1_500));
            Assert.IsType<PoolError.AccountLimit>(scene.Add(PoolScene.SignBig(sender, first + 2, 1_500)));
        }

        // Behind a gap no price counts, and who has fewer comes first.
        if (!behindAGap) Assert.NotNull(scene.Add(PoolScene.SignBig(9, first, 1_500, tip: Gwei)));
        Assert.Empty(scene.Changes.Steps);
        Assert.Null(scene.Add(PoolScene.SignBig(9, first, 1_500)));
        Assert.Single(scene.Changes.Steps);
        Assert.InRange(behindAGap ? scene.Totals.QueuedBytes : scene.Totals.PendingBytes, 1, 10_000);
    }

    [Fact]
    public void A_large_transaction_pushes_out_nobody_unless_it_is_worth_more_than_all_that_would_have_to_go()
    {
        var scene = new PoolScene(new PoolLimits { Bytes = 3_000 });
        scene.Take([.. Enumerable.Range(0, 20).Select(sender => PoolScene.Sign(sender, 0, tip: sender < 10 ? Gwei : 10 * Gwei))]);
        var before = scene.Totals;
        Assert.IsType<PoolError.Underpriced>(scene.Add(PoolScene.SignBig(50, 0, 2_500, tip: 5 * Gwei)));
        Assert.Equal(before, scene.Totals);
        Assert.Empty(scene.Changes.Steps);
    }
}
