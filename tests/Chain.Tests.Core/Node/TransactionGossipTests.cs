using Chain.Node;

namespace Chain.Tests;

/// <summary>What is told to whom, and when again.</summary>
public sealed class TransactionGossipTests : IDisposable
{
    private readonly CoreScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void What_enters_the_pool_is_told_to_every_peer_but_the_one_that_brought_it()
    {
        var (first, second) = (_scene.Connect(), _scene.Connect());
        var transfer = PoolScene.Sign(0, 0);
        _scene.Send(first, new WireMessage.Transactions([transfer.Transaction]));
        Assert.Empty(_scene.HearAnnounced(first));
        Assert.Equal([transfer.Hash], _scene.HearAnnounced(second));
        Assert.Equal(transfer.Hash, Assert.Single(_scene.Told.OfType<NodeEvent.TransactionPooled>()).Transaction.Hash);
    }

    [Fact]
    public void What_waits_behind_a_gap_is_told_to_peers_once_the_gap_is_closed_in_nonce_order()
    {
        var peer = _scene.Connect();
        var (late, early) = (PoolScene.Sign(0, 1), PoolScene.Sign(0, 0));
        Assert.Null(_scene.Submit(late));
        Assert.Empty(_scene.HearAnnounced(peer));
        Assert.Empty(_scene.Told.OfType<NodeEvent.TransactionPooled>());
        Assert.Equal(late.Hash, Assert.Single(_scene.Told.OfType<NodeEvent.TransactionQueued>()).Transaction.Hash);

        Assert.Null(_scene.Submit(early));
        Assert.Equal([early.Hash, late.Hash], _scene.HearAnnounced(peer));
        var told = _scene.Told.OfType<NodeEvent.TransactionPooled>().Select(pooled => pooled.Transaction.Hash);
        Assert.Equal([early.Hash, late.Hash], told);
    }

    [Fact]
    public void What_a_block_promotes_is_told_to_peers()
    {
        var peer = _scene.Connect();
        using var other = new CoreScene();
        var (early, late) = (PoolScene.Sign(0, 0), PoolScene.Sign(0, 1));
        Assert.Null(_scene.Submit(late));
        Assert.Null(other.Submit(early));
        var receiver = other.Connect();
        other.Hear(receiver);
        other.Mine();
        _scene.Pass(2000);
        _scene.Send(peer, other.Hear(receiver).OfType<WireMessage.NewBlock>().Single());
        Assert.Equal([late.Hash], _scene.HearAnnounced(peer));
    }

    [Fact]
    public void A_new_peer_learns_of_the_whole_pool_in_portions_each_sender_s_in_nonce_order()
    {
        const int PerSender = 50;
        for (var nonce = 0UL; nonce < PerSender; nonce++)
        {
            for (var sender = 0; sender < 64; sender++) Assert.Null(_scene.Submit(PoolScene.Sign(sender, nonce)));
        }

        var peer = _scene.Connect();
        var heard = _scene.HearAnnounced(peer);
        Assert.Equal(1024, heard.Count);
        for (var i = 0; i < 10; i++)
        {
            _scene.Pass(250);
            var portion = _scene.HearAnnounced(peer);
            Assert.InRange(portion.Count, 0, 1024);
            heard.AddRange(portion);
        }

        Assert.Equal(64 * PerSender, heard.Count);
        Assert.Equal(_scene.Core.View.Pool.ByHash.Keys.Order(), heard.Order());
        var pool = _scene.Core.View.Pool;
        foreach (var sender in heard.Select(hash => pool.ByHash[hash].Recovered).GroupBy(transaction => transaction.Sender))
        {
            var nonces = sender.Select(transaction => transaction.Transaction.Nonce).ToList();
            Assert.Equal(nonces.Order(), nonces);
        }
    }

    [Fact]
    public void What_waits_long_is_told_again_also_to_a_peer_that_knew_it()
    {
        var peer = _scene.Connect();
        var (old, fresh) = (PoolScene.Sign(0, 0), PoolScene.Sign(1, 0));
        _scene.Send(peer, new WireMessage.Transactions([old.Transaction]));
        _scene.Pass(50_000);
        Assert.Null(_scene.Submit(fresh));
        Assert.Equal([fresh.Hash], _scene.HearAnnounced(peer));

        _scene.Pass(11_000);
        Assert.Equal([old.Hash], _scene.HearAnnounced(peer));
        _scene.Pass(48_000);
        Assert.Empty(_scene.HearAnnounced(peer));
        _scene.Pass(12_000);
        Assert.Equal(new[] { old.Hash, fresh.Hash }.Order(), _scene.HearAnnounced(peer).Order());
    }

    [Theory]
    [InlineData(-3_600_000)]
    [InlineData(-20_000)]
    [InlineData(3_600_000)]
    public void What_waits_is_told_again_although_the_clock_was_set(long jumpMs)
    {
        _scene.Tick();
        var peer = _scene.Connect();
        var transfer = PoolScene.Sign(0, 0);
        Assert.Null(_scene.Submit(transfer));
        _scene.Hear(peer);

        _scene.Now = _scene.Now.Plus(jumpMs);
        _scene.Pass(2 * _scene.Limits.ReofferMs);

        Assert.Contains(transfer.Hash, _scene.HearAnnounced(peer));
    }

    [Fact]
    public void What_is_told_again_comes_in_small_portions()
    {
        _scene.Tick();
        var peer = _scene.Connect();
        for (var nonce = 0UL; nonce < 20; nonce++)
        {
            for (var sender = 0; sender < 64; sender++) Assert.Null(_scene.Submit(PoolScene.Sign(sender, nonce)));
        }

        _scene.Hear(peer);
        _scene.Pass(59_750);
        Assert.Empty(_scene.HearAnnounced(peer));
        Assert.Equal([512, 512, 256, 0], Enumerable.Range(0, 4).Select(_ =>
        {
            _scene.Pass(250);
            return _scene.HearAnnounced(peer).Count;
        }));
    }

    [Fact]
    public void A_user_s_transaction_that_is_pushed_out_says_so()
    {
        using var scene = new CoreScene(pool: new PoolLimits { Transactions = 1 });
        var (own, better) = (PoolScene.Sign(0, 0, tip: 1), PoolScene.Sign(1, 0, tip: 5 * Ledger.Gwei));
        Assert.Null(scene.Submit(own));
        Assert.Null(scene.Submit(better));
        var changed = Assert.Single(scene.Told.OfType<NodeEvent.TransactionChanged>());
        Assert.Equal((own.Hash, TransactionFate.Dropped), (changed.Hash, changed.Step.Fate));
        Assert.Equal("the pool is full and others pay more", changed.Step.Reason);
    }
}
