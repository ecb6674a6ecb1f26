using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Which announced transactions are asked for, of whom, and what it costs a peer not to have them.</summary>
public sealed class TransactionFetchTests : IDisposable
{
    private readonly CoreScene _scene = new();
    private readonly PeerId _first;
    private readonly PeerId _second;

    public TransactionFetchTests() => (_first, _second) = (_scene.Connect(), _scene.Connect());

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_liar_with_8192_hashes_that_answers_nothing_is_thrown_out_within_a_few_requests()
    {
        _scene.Send(_first, Announced.Bogus(0, 8192));
        var answered = AnswerEmpty(_first);
        Assert.Contains(_first, _scene.Gone);
        Assert.InRange(answered, 1, 40);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void However_much_a_liar_announces_an_honest_peer_s_transactions_are_asked_for_at_once(bool liarAnswers)
    {
        for (var i = 0; i < 4; i++) _scene.Send(_first, Announced.Bogus(i * 8192, 8192));
        for (var i = 0; i < 20; i++)
        {
            var transfer = PoolScene.Sign(i, 0);
            _scene.Send(_second, Announced.Of(transfer));
            var request = Assert.Single(_scene.HearRequests(_second));
            Assert.Equal([transfer.Hash], request.Hashes);
            _scene.Send(_second, new WireMessage.PooledTransactions(request.RequestId, [transfer.Transaction]));
            if (liarAnswers) AnswerEmpty(_first);
        }

        Assert.Equal((20, 0), (_scene.Core.View.Pool.Totals.Pending, _scene.ScoreOf(_second)));
    }

    [Fact]
    public void What_is_asked_of_one_peer_at_once_has_a_bound_in_messages_and_in_hashes()
    {
        for (var i = 0; i < 300; i++) _scene.Send(_first, Announced.Bogus(i, 1));
        Assert.Equal(8, _scene.HearRequests(_first).Count);
        _scene.Send(_second, Announced.Bogus(1000, 8192));
        Assert.InRange(_scene.HearAsked(_second).Count, 256, 1024);
    }

    [Fact]
    public void When_the_first_does_not_deliver_the_next_that_announced_it_is_asked()
    {
        var transfer = PoolScene.Sign(0, 0);
        _scene.Send(_first, Announced.Of(transfer));
        _scene.Send(_second, Announced.Of(transfer));
        var request = Assert.Single(_scene.HearRequests(_first));
        Assert.Empty(_scene.HearRequests(_second));

        _scene.Send(_first, new WireMessage.PooledTransactions(request.RequestId, []));

        Assert.Equal([transfer.Hash], _scene.HearAsked(_second));
        Assert.Equal(0, _scene.ScoreOf(_first));
    }

    [Fact]
    public void What_one_did_not_deliver_is_asked_of_another_although_the_first_of_the_rest_is_busy_with_something_else()
    {
        var third = _scene.Connect();
        var (wanted, delivered, elsewhere) = (PoolScene.Sign(0, 0), PoolScene.Sign(1, 0), PoolScene.Sign(2, 0));
        _scene.Send(third, Announce(delivered));
        var earlier = Assert.Single(_scene.HearRequests(third));
        _scene.Send(third, new WireMessage.PooledTransactions(earlier.RequestId, [delivered.Transaction]));

        _scene.Send(_second, Announce(wanted));
        var request = Assert.Single(_scene.HearRequests(_second));
        _scene.Send(_first, Announce(wanted));
        _scene.Send(third, Announce(wanted));
        _scene.Send(_first, Announce(elsewhere));
        Assert.Equal([elsewhere.Hash], _scene.HearAsked(_first));
        _scene.Send(_second, new WireMessage.PooledTransactions(request.RequestId, []));

        Assert.Equal([wanted.Hash], _scene.HearAsked(third));

        static WireMessage.NewPooledTransactionHashes Announce(RecoveredTransaction transaction) =>
            new([2], [transaction.Transaction.Encoded.Length], [transaction.Hash]);
    }

    [Fact]
    public void Many_that_announce_first_and_keep_silent_hold_up_one_transaction_and_not_those_after_it()
    {
        List<PeerId> silent = [_first, _second, .. Enumerable.Range(0, 10).Select(_ => _scene.Connect())];
        var honest = _scene.Connect();
        Assert.InRange(WaitFor(PoolScene.Sign(0, 0)), 1_000, silent.Count * 1_000);
        for (var sender = 1; sender < 6; sender++) Assert.InRange(WaitFor(PoolScene.Sign(sender, 0)), 0, 1_000);

        long WaitFor(RecoveredTransaction transfer)
        {
            foreach (var peer in silent.Append(honest)) _scene.Send(peer, Announced.Of(transfer));
            var announced = _scene.Now;
            while (true)
            {
                if (_scene.HearRequests(honest) is [var request])
                {
                    _scene.Send(honest, new WireMessage.PooledTransactions(request.RequestId, [transfer.Transaction]));
                    return _scene.Now.Since(announced);
                }

                Assert.True(_scene.Now.Since(announced) <= 60_000, "the honest peer is never asked");
                _scene.Pass(250);
            }
        }
    }

    [Fact]
    public void A_peer_that_keeps_silent_holds_a_transaction_up_for_a_second_where_another_has_it()
    {
        var transfer = PoolScene.Sign(0, 0);
        _scene.Send(_first, Announced.Of(transfer));
        _scene.Send(_second, Announced.Of(transfer));
        _scene.Pass(750);
        Assert.Empty(_scene.HearAsked(_second));
        _scene.Pass(250);
        Assert.Equal([transfer.Hash], _scene.HearAsked(_second));
    }

    [Fact]
    public void A_run_of_one_sender_that_two_peers_announce_is_fetched_in_the_order_of_its_nonces()
    {
        RecoveredTransaction[] run = [.. Enumerable.Range(0, 1500).Select(i => PoolScene.Sign(0, (ulong)i))];
        var byHash = run.ToDictionary(transfer => transfer.Hash, transfer => transfer.Transaction);
        _scene.Send(_first, Announced.Of(run));
        _scene.Send(_second, Announced.Of(run));
        var requests = new Queue<(PeerId Peer, WireMessage.GetPooledTransactions Request)>();
        do
        {
            // The second one's answers overtake the first one's.
            foreach (var request in _scene.HearRequests(_second)) Answer(_second, request);
            foreach (var request in _scene.HearRequests(_first)) requests.Enqueue((_first, request));
            if (requests.TryDequeue(out var next)) Answer(next.Peer, next.Request);
        }
        while (requests.Count > 0);

        Assert.Equal(1500, _scene.Core.View.Pool.Totals.Pending);

        void Answer(PeerId peer, WireMessage.GetPooledTransactions request)
        {
            var items = request.Hashes.Select(hash => byHash[hash]);
            _scene.Send(peer, new WireMessage.PooledTransactions(request.RequestId, [.. items]));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void What_waits_behind_the_useless_transactions_of_peers_that_deliver_is_asked_of_another_after_a_second(int liars)
    {
        var honest = _scene.Connect();
        var transfer = PoolScene.Sign(0, 0);
        var useless = new Dictionary<Hash256, Transaction>();
        var they = Enumerable.Range(0, liars).Select(_ => _scene.Connect()).ToList();
        foreach (var liar in they)
        {
            // Nobody knows these senders, so that they have no funds.
            var theirs = Enumerable.Range(useless.Count, 2000).Select(i => PoolScene.Sign(1000 + (i % 10), (ulong)i)).ToList();
            foreach (var item in theirs) useless.Add(item.Hash, item.Transaction);
            _scene.Send(liar, Announced.Of(theirs));
            _scene.Send(liar, Announced.Of(transfer));
        }

        _scene.Send(honest, Announced.Of(transfer));
        Assert.Empty(_scene.HearAsked(honest));
        _scene.Pass(750);
        foreach (var liar in they)
        {
            foreach (var request in _scene.HearRequests(liar))
            {
                _scene.Send(liar,
                    new WireMessage.PooledTransactions(request.RequestId, [.. request.Hashes.Select(hash => useless[hash])]));
            }
        }

        _scene.Pass(500);

        Assert.Equal([transfer.Hash], _scene.HearAsked(honest));
    }

    [Theory]
    [InlineData("empty answers")]
    [InlineData("silence")]
    [InlineData("leaves")]
    public void What_waits_to_be_asked_of_a_peer_that_does_not_deliver_is_asked_of_another_that_has_it(string how)
    {
        _scene.Send(_first, Announced.Bogus(0, 2000));
        var transfer = PoolScene.Sign(0, 0);
        _scene.Send(_first, Announced.Of(transfer));
        _scene.Send(_second, Announced.Of(transfer));
        Assert.Empty(_scene.HearAsked(_second));

        if (how == "silence") _scene.Pass(1000);
        else if (how == "leaves") _scene.Disconnect(_first);
        else _scene.Send(_first, new WireMessage.PooledTransactions(_scene.HearRequests(_first)[0].RequestId, []));

        Assert.Equal([transfer.Hash], _scene.HearAsked(_second));
    }

    [Fact]
    public void What_found_no_place_behind_a_gap_is_asked_for_again_a_moment_later()
    {
        RecoveredTransaction[] late = [.. Enumerable.Range(1, 65).Select(i => PoolScene.Sign(0, (ulong)i))];
        _scene.Send(_first, new WireMessage.Transactions([.. late.Select(transfer => transfer.Transaction)]));
        Assert.Equal(64, _scene.Core.View.Pool.Totals.Queued);
        Assert.Null(_scene.Submit(PoolScene.Sign(0, 0)));
        _scene.Send(_second, Announced.Of(late[^1]));
        Assert.Empty(_scene.HearAsked(_second));
        _scene.Pass(1250);
        _scene.Send(_second, Announced.Of(late[^1]));
        Assert.Equal([late[^1].Hash], _scene.HearAsked(_second));
    }

    [Fact]
    public void When_the_peer_that_was_asked_is_gone_the_next_is_asked_at_once()
    {
        var transfer = PoolScene.Sign(0, 0);
        _scene.Send(_first, Announced.Of(transfer));
        _scene.Send(_second, Announced.Of(transfer));
        _scene.Disconnect(_first);
        Assert.Equal([transfer.Hash], _scene.HearAsked(_second));
    }

    [Fact]
    public void A_transaction_that_nobody_delivered_is_asked_for_again_when_it_is_announced_again()
    {
        var transfer = PoolScene.Sign(0, 0);
        for (var i = 0; i < 3; i++)
        {
            _scene.Send(_first, Announced.Of(transfer));
            var request = Assert.Single(_scene.HearRequests(_first));
            _scene.Send(_first, new WireMessage.PooledTransactions(request.RequestId, []));
        }

        Assert.Equal(0, _scene.ScoreOf(_first));
    }

    [Fact]
    public void What_a_peer_announced_and_did_not_have_is_announced_to_it_when_it_is_here()
    {
        var transfer = PoolScene.Sign(0, 0);
        _scene.Send(_first, Announced.Of(transfer));
        _scene.Send(_first, new WireMessage.PooledTransactions(Assert.Single(_scene.HearRequests(_first)).RequestId, []));
        Assert.Null(_scene.Submit(transfer));
        Assert.Equal([transfer.Hash], _scene.HearAnnounced(_first));
    }

    [Fact]
    public void What_the_limit_of_a_peer_left_out_is_asked_for_when_it_is_announced_again()
    {
        using var scene = new CoreScene(limits: new NodeLimits { AnnouncedPerPeer = 4 });
        var peer = scene.Connect();
        var transfers = Enumerable.Range(0, 10).Select(i => PoolScene.Sign(i, 0)).ToDictionary(transfer => transfer.Hash);
        foreach (var expected in new[] { 4, 4, 2, 0 })
        {
            scene.Send(peer, Announced.Of(transfers.Values));
            var requests = scene.HearRequests(peer);
            Assert.Equal(expected, requests.Sum(request => request.Hashes.Count));
            foreach (var request in requests)
            {
                var asked = request.Hashes.Select(hash => transfers[hash].Transaction);
                scene.Send(peer, new WireMessage.PooledTransactions(request.RequestId, [.. asked]));
            }
        }

        Assert.Equal(10, scene.Core.View.Pool.Totals.Pending);
    }

    [Fact]
    public void What_came_another_way_meanwhile_is_not_held_against_the_peer_that_was_asked()
    {
        for (var round = 0; round < 40; round++)
        {
            RecoveredTransaction[] run = [.. Enumerable.Range(0, 64).Select(i => PoolScene.Sign(i, (ulong)round))];
            _scene.Send(_first, Announced.Of(run));
            foreach (var transfer in run) _scene.Submit(transfer);
            foreach (var request in _scene.HearRequests(_first))
            {
                _scene.Send(_first, new WireMessage.PooledTransactions(request.RequestId, []));
            }
        }

        Assert.Equal(0, _scene.ScoreOf(_first));
    }

    [Fact]
    public void What_was_mined_meanwhile_is_neither_held_against_a_peer_nor_asked_for_again()
    {
        var transfer = PoolScene.Sign(0, 0);
        Assert.Null(_scene.Submit(transfer));
        _scene.Mine();
        Assert.Equal(0, _scene.Core.View.Pool.Totals.Pending);
        _scene.Hear(_first);
        _scene.Send(_first, Announced.Of(transfer));
        Assert.Empty(_scene.HearAsked(_first));
    }

    [Fact]
    public void What_a_limit_of_the_pool_refused_is_asked_for_again_later_and_not_at_once()
    {
        using var scene = new CoreScene(pool: new PoolLimits { Transactions = 1 });
        var peer = scene.Connect();
        Assert.Null(scene.Submit(PoolScene.Sign(0, 0, tip: 5 * Ledger.Gwei)));
        var refused = PoolScene.Sign(1, 0, tip: Ledger.Gwei);
        Deliver(scene, peer, refused);
        Assert.False(scene.Core.View.Pool.ByHash.ContainsKey(refused.Hash));

        scene.Send(peer, Announced.Of(refused));
        Assert.Empty(scene.HearAsked(peer));
        scene.Mine();
        scene.Pass(60_000);
        Deliver(scene, peer, refused);
        Assert.True(scene.Core.View.Pool.ByHash.ContainsKey(refused.Hash));
    }

    [Fact]
    public void An_answer_with_what_nobody_asked_for_costs_and_brings_nothing()
    {
        var (asked, other) = (PoolScene.Sign(0, 0), PoolScene.Sign(1, 0));
        _scene.Send(_first, Announced.Of(asked));
        var request = Assert.Single(_scene.HearRequests(_first));
        _scene.Send(_first, new WireMessage.PooledTransactions(request.RequestId, [asked.Transaction, other.Transaction]));
        Assert.Equal(10, _scene.ScoreOf(_first));
        Assert.Equal([asked.Hash], _scene.Core.View.Pool.ByHash.Keys);
    }

    [Fact]
    public void An_answer_that_comes_too_late_still_brings_its_transactions()
    {
        var transfer = PoolScene.Sign(0, 0);
        _scene.Send(_first, Announced.Of(transfer));
        var request = Assert.Single(_scene.HearRequests(_first));
        _scene.Pass(10_000);
        _scene.Send(_first, new WireMessage.PooledTransactions(request.RequestId, [transfer.Transaction]));
        Assert.Equal(1, _scene.Core.View.Pool.Totals.Pending);
    }

    [Fact]
    public void A_size_beyond_the_pool_s_is_not_asked_for()
    {
        var transfer = PoolScene.Sign(0, 0);
        _scene.Send(_first, new WireMessage.NewPooledTransactionHashes([2], [128 * 1024 + 1], [transfer.Hash]));
        Assert.Empty(_scene.HearAsked(_first));
    }

    [Theory]
    [InlineData("stale", 0)]
    [InlineData("no funds", 0)]
    [InlineData("another chain", 10)]
    [InlineData("too little gas", 10)]
    public void What_no_node_could_hold_costs_its_sender_and_what_is_stale_does_not(string what, int points)
    {
        Assert.Null(_scene.Submit(PoolScene.Sign(0, 0)));
        _scene.Mine();
        var transaction = what switch
        {
            "stale" => PoolScene.Sign(0, 0, tip: 9 * Ledger.Gwei),
            "no funds" => PoolScene.Sign(1, 0, change: transfer => transfer with { Value = Ledger.Ether * 5000 }),
            "another chain" => PoolScene.Sign(1, 0, change: transfer => transfer with { ChainId = 5 }),
            _ => PoolScene.Sign(1, 0, change: transfer => transfer with { GasLimit = 20_000 }),
        };
        _scene.Send(_first, new WireMessage.Transactions([transaction.Transaction]));
        Assert.Equal(points, _scene.ScoreOf(_first));
    }

    [Fact]
    public void A_flood_of_useless_transactions_ends_the_connection_and_as_many_spread_over_a_day_do_not()
    {
        var known = PoolScene.Sign(0, 0);
        Assert.Null(_scene.Submit(known));
        var flood = new WireMessage.Transactions([.. Enumerable.Repeat(known.Transaction, 1024)]);
        for (var i = 0; i < 8; i++) _scene.Send(_first, flood);
        Assert.Contains(_first, _scene.Gone);

        for (var i = 0; i < 8; i++)
        {
            _scene.Send(_second, flood);
            _scene.Pass(30_000);
        }

        Assert.Equal(0, _scene.ScoreOf(_second));
    }

    private static void Deliver(CoreScene scene, PeerId peer, RecoveredTransaction transaction)
    {
        scene.Send(peer, Announced.Of(transaction));
        var request = Assert.Single(scene.HearRequests(peer));
        scene.Send(peer, new WireMessage.PooledTransactions(request.RequestId, [transaction.Transaction]));
    }

    /// <summary>Answers every request with nothing until none comes or the peer is thrown out; how many there were.</summary>
    private int AnswerEmpty(PeerId peer)
    {
        var answered = 0;
        while (!_scene.Gone.Contains(peer) && _scene.HearRequests(peer) is { Count: > 0 } requests)
        {
            foreach (var request in requests)
            {
                if (_scene.Gone.Contains(peer)) break;
                _scene.Send(peer, new WireMessage.PooledTransactions(request.RequestId, []));
                answered++;
            }
        }

        return answered;
    }
}
