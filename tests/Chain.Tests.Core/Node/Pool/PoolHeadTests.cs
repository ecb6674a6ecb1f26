using Chain.Node;

namespace Chain.Tests;

/// <summary>How the pool follows the head: mined, returned, promoted, demoted, impossible, expired.</summary>
public sealed class PoolHeadTests
{
    private readonly PoolScene _scene = new();

    [Fact]
    public void What_is_mined_leaves_and_the_rest_of_its_sender_stays_executable()
    {
        var run = _scene.TakeRun(0, 0, 5);
        _scene.Changes.Clear();
        _scene.Mine(run[0], run[1]);
        Assert.Equal([2UL, 3, 4], _scene.Pending(0));
        Assert.Empty(_scene.Changes.Steps);
        Assert.Empty(_scene.Entered);
        Assert.Equal([run[0].Hash, run[1].Hash], _scene.Changes.Mined);
    }

    [Fact]
    public void A_rival_in_a_block_says_what_took_the_nonce()
    {
        var (ours, rival) = (PoolScene.Sign(0, 0), PoolScene.Sign(0, 0, tip: 9));
        _scene.Take(ours);
        _scene.Mine(rival);
        var step = Assert.Single(_scene.StepsOf(ours));
        Assert.Equal((TransactionFate.Conflicting, rival.Hash, 0), (step.Fate, step.Other!.Value, _scene.Pool.Count));
    }

    [Fact]
    public void A_block_that_fills_a_gap_promotes_what_waited_behind_it()
    {
        var (second, third) = (PoolScene.Sign(0, 1), PoolScene.Sign(0, 2));
        _scene.Take(second, third);
        _scene.Mine(PoolScene.Sign(0, 0));
        Assert.Equal([1UL, 2], _scene.Pending(0));
        Assert.Equal([second.Hash, third.Hash], _scene.Entered);
    }

    [Fact]
    public void What_a_reorganization_returns_enters_like_anything_new_and_nothing_else_does()
    {
        var run = _scene.TakeRun(0, 0, 6);
        _scene.Mine(run[..3]);
        _scene.Changes.Clear();

        var (returned, conflicting) = _scene.Move(run[..3], []);

        Assert.Equal((3, 0), (returned, conflicting));
        Assert.Equal([0UL, 1, 2, 3, 4, 5], _scene.Pending(0));
        Assert.Equal(run[..3].Select(transaction => transaction.Hash), _scene.Entered);
        Assert.Equal([TransactionFate.Orphaned, TransactionFate.Pending], _scene.StepsOf(run[0]).Select(step => step.Fate));
    }

    [Fact]
    public void What_is_mined_again_on_the_new_branch_does_not_come_back()
    {
        var run = _scene.TakeRun(0, 0, 2);
        _scene.Mine(run);
        _scene.Changes.Clear();
        Assert.Equal((1, 0), _scene.Move(run, [run[0]]));
        Assert.Equal([1UL], _scene.Pending(0));
        Assert.Equal([TransactionFate.Orphaned, TransactionFate.Mined], _scene.StepsOf(run[0]).Select(step => step.Fate));
    }

    [Fact]
    public void A_rival_on_the_new_branch_ends_what_the_old_one_had()
    {
        var run = _scene.TakeRun(0, 0, 2);
        _scene.Mine(run);
        var rival = PoolScene.Sign(0, 0, tip: 1);
        Assert.Equal((1, 1), _scene.Move(run, [rival]));
        Assert.Equal(rival.Hash, _scene.StepsOf(run[0]).Last().Other);
    }

    [Fact]
    public void A_gap_that_a_reorganization_opens_makes_the_rest_wait_within_the_queue_s_bounds()
    {
        var dear = PoolScene.Sign(0, 0, change: transfer => transfer with { Value = Ledger.Ether * 900 });
        _scene.Take(dear);
        _scene.Mine(dear);
        _scene.TakeRun(0, 1, 100);
        _scene.SetAccount(0, 1, Ledger.Ether * 500);
        _scene.Changes.Clear();

        // On the other branch the account never had the money, so that the first one cannot come back.
        Assert.Equal((0, 0), _scene.Move([dear], []));

        Assert.Equal((0, 64), (_scene.Totals.Pending, _scene.Totals.Queued));
        Assert.Equal(Enumerable.Range(1, 64).Select(nonce => (ulong)nonce), _scene.Queued(0));
        Assert.Equal([TransactionFate.Orphaned, TransactionFate.Dropped], _scene.StepsOf(dear).Select(step => step.Fate));
        const string Why = "its sender has too many transactions that wait for an earlier nonce";
        Assert.Equal(36, _scene.Changes.Steps.Count(item => item.Step.Reason == Why));
    }

    [Fact]
    public void A_transaction_that_its_sender_cannot_pay_any_more_goes_and_those_behind_it_wait()
    {
        var scene = new PoolScene(new PoolLimits { QueuedPerAccount = 3 });
        var dear = PoolScene.Sign(0, 1, change: transfer => transfer with { Value = Ledger.Ether * 900 });
        scene.Take(PoolScene.Sign(0, 0), dear);
        scene.TakeRun(0, 2, 6);
        scene.SetAccount(0, 0, Ledger.Ether * 500);
        scene.Changes.Clear();

        scene.Move([], [], isReorganization: true);

        Assert.Equal("0 | 2 3 4", scene.NoncesOf(0));
        Assert.Contains("can no longer pay", Assert.Single(scene.StepsOf(dear)).Reason);
        Assert.Equal(4, scene.Changes.Steps.Count);

        // The gap closes: what waited is executable again and is no news to anybody.
        scene.Take(PoolScene.Sign(0, 1));
        Assert.Equal([0UL, 1, 2, 3, 4], scene.Pending(0));
        Assert.Single(scene.Entered);
    }

    [Fact]
    public void A_reorganization_of_empty_blocks_takes_rewards_back_and_what_they_paid_for_goes()
    {
        var spends = PoolScene.Sign(0, 0, change: transfer => transfer with { Value = Ledger.Ether * 2 });
        _scene.SetAccount(0, 0, Ledger.Ether * 3);
        _scene.Take(spends);
        _scene.SetAccount(0, 0, Ledger.Ether);
        _scene.Move([], [], isReorganization: true);
        Assert.Equal(0, _scene.Pool.Count);
        Assert.Contains("can no longer pay", Assert.Single(_scene.StepsOf(spends)).Reason);
    }

    [Fact]
    public void Blocks_with_less_gas_end_transactions_that_want_more()
    {
        var big = PoolScene.Sign(0, 0, change: transfer => transfer with { GasLimit = 30_000_000 });
        _scene.Mine();
        _scene.Take(big, PoolScene.Sign(0, 1), PoolScene.Sign(1, 0));
        _scene.GasLimit = 29_970_000;
        _scene.Mine();
        Assert.Equal((" | 1", "0 | "), (_scene.NoncesOf(0), _scene.NoncesOf(1)));
        Assert.Contains("29970000", Assert.Single(_scene.StepsOf(big)).Reason);
    }

    [Fact]
    public void What_returns_to_a_full_pool_competes_for_its_place_and_says_so_when_it_loses()
    {
        var scene = new PoolScene(new PoolLimits { Transactions = 4 });
        var cheap = PoolScene.Sign(0, 0, tip: 1);
        var dear = PoolScene.Sign(1, 0, tip: 9 * Ledger.Gwei);
        scene.Take(cheap, dear);
        scene.Mine(cheap, dear);
        scene.Take([.. Enumerable.Range(10, 4).Select(sender => PoolScene.Sign(sender, 0, tip: Ledger.Gwei))]);
        scene.Changes.Clear();

        Assert.Equal((1, 0), scene.Move([cheap, dear], []));

        Assert.Equal(4, scene.Totals.Pending);
        Assert.Equal([dear.Hash], scene.Entered);
        Assert.Equal(
            [TransactionFate.Orphaned, TransactionFate.Pending, TransactionFate.Dropped],
            scene.StepsOf(cheap).Select(step => step.Fate));
    }

    [Fact]
    public void What_waits_behind_a_gap_expires_sooner()
    {
        var (pending, queued) = (PoolScene.Sign(0, 0), PoolScene.Sign(0, 2));
        _scene.Take(pending, queued);
        _scene.Now = _scene.Now.Plus(_scene.Limits.QueuedLifetimeMs);
        _scene.Pool.Expire(_scene.Now, _scene.Changes);
        Assert.Equal(2, _scene.Pool.Count);

        _scene.Now = _scene.Now.Plus(1);
        _scene.Pool.Expire(_scene.Now, _scene.Changes);
        Assert.Equal("0 | ", _scene.NoncesOf(0));
        Assert.Contains("earlier nonce for more than 30 minutes", Assert.Single(_scene.StepsOf(queued)).Reason);
    }

    [Fact]
    public void When_one_expires_those_behind_it_wait_from_then_on()
    {
        var first = PoolScene.Sign(0, 0);
        _scene.Take(first);
        _scene.Now = _scene.Now.Plus(_scene.Limits.LifetimeMs);
        _scene.TakeRun(0, 1, 100);
        _scene.Now = _scene.Now.Plus(1);
        _scene.Pool.Expire(_scene.Now, _scene.Changes);

        Assert.Contains("more than 180 minutes", Assert.Single(_scene.StepsOf(first)).Reason);
        Assert.Equal((0, 64), (_scene.Totals.Pending, _scene.Totals.Queued));
        Assert.Equal(1 + 36, _scene.Changes.Steps.Count);
        _scene.Now = _scene.Now.Plus(_scene.Limits.QueuedLifetimeMs);
        _scene.Pool.Expire(_scene.Now, _scene.Changes);
        Assert.Equal(64, _scene.Totals.Queued);
    }
}
