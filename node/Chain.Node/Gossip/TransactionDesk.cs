using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// The one door of the pool: transactions of users and of peers go in here, and whatever became executable in a step, by whatever
/// way, goes out to peers and listeners from here.
/// </summary>
internal sealed class TransactionDesk(
    NodeConfig config, TransactionPool pool, BlockImporter importer, PeerSet peers, PendingRequests requests, Outbox outbox)
{
    private const long HousekeepingMs = 10_000;

    private readonly TransactionFetcher _fetcher = new(config.Limits, config.Pool, pool, peers, requests, outbox);
    private readonly TransactionGossip _gossip = new(config.Limits, pool, peers, outbox);
    private At _lastHousekeeping;

    /// <summary>A user's transaction; why it is not taken, or null.</summary>
    public PoolError? Submit(RecoveredTransaction transaction, At now) =>
        pool.Add(transaction, importer.PoolHead(), now, outbox.Pool);

    public void Greet(Peer peer) => _gossip.Greet(peer);

    /// <summary>Call before its open requests are given up.</summary>
    public void OnGone(PeerId peer)
    {
        _fetcher.OnGone(peer);
        _gossip.OnGone(peer);
    }

    public void OnAnnounced(Peer peer, WireMessage.NewPooledTransactionHashes announced, At now) =>
        _fetcher.OnAnnounced(peer, announced, now);

    /// <summary>Transactions that a peer sent unasked.</summary>
    public void OnSent(Peer peer, IReadOnlyList<Transaction> transactions, At now)
    {
        var taken = Take(peer, transactions, now);
        if (!_fetcher.Of(peer.Id).Useless.Add(transactions.Count - taken, taken)) return;
        peers.Punish(peer.Id, new PeerOffence.UselessTransactions(config.Limits.UselessPerPeer));
    }

    /// <summary>The answer to a request of ours.</summary>
    public void OnDelivered(Peer peer, PendingRequest.FetchTransactions request, IReadOnlyList<Transaction> transactions, At now)
    {
        var asked = request.Hashes.ToHashSet();
        var answer = transactions.Where(transaction => asked.Contains(transaction.Hash)).ToList();
        if (answer.Count < transactions.Count)
        {
            peers.Punish(peer.Id, new PeerOffence.UnexpectedAnswer("transactions that were not asked for"));
        }

        Take(peer, answer, now);
        _fetcher.OnDelivered(peer, request, answer);
    }

    public void OnLost(PendingRequest.FetchTransactions request) => _fetcher.OnLost(request);

    public void OnTick(At now)
    {
        _fetcher.OnTick(now);
        _gossip.OnTick(now);
        if (Math.Abs(now.Since(_lastHousekeeping)) < HousekeepingMs) return;
        _lastHousekeeping = now;
        _fetcher.ForgiveHalf();
        pool.Expire(now, outbox.Pool);
    }

    /// <summary>Tells what this step brought and asks for what was announced unless the node is far behind.</summary>
    public void EndStep(At now, bool isFarBehind)
    {
        foreach (var hash in outbox.Pool.Mined) _fetcher.Settle(hash, now);
        foreach (var transaction in outbox.Pool.Queued)
        {
            if (!pool.Contains(transaction.Hash)) continue;
            _fetcher.Settle(transaction.Hash, now);
            outbox.Tell(new NodeEvent.TransactionQueued(transaction));
        }

        foreach (var transaction in outbox.Pool.Entered)
        {
            // It may have left again in the same step.
            if (!pool.Contains(transaction.Hash)) continue;
            _fetcher.Settle(transaction.Hash, now);
            _gossip.Enqueue(transaction.Transaction);
            outbox.Tell(new NodeEvent.TransactionPooled(transaction));
        }

        _gossip.Flush();
        if (!isFarBehind) _fetcher.Pump(now);
    }

    /// <summary>How many of them the pool took.</summary>
    private int Take(Peer peer, IReadOnlyList<Transaction> transactions, At now)
    {
        var taken = 0;
        var executable = outbox.Pool.Entered.Count;
        foreach (var transaction in transactions)
        {
            peer.KnownTransactions.Add(transaction.Hash);
            if (transaction.Recover() is not { } recovered)
            {
                peers.Punish(peer.Id, new PeerOffence.InvalidTransaction(null));
                continue;
            }

            var error = Submit(recovered, now);
            if (error is null) taken++;
            else if (error is not PoolError.AlreadyKnown) peers.Punish(peer.Id, new PeerOffence.InvalidTransaction(error));
            var isEarly = error is PoolError.AccountLimit or PoolError.QueueFull or PoolError.NonceTooFarAhead;
            if (isEarly) _fetcher.SettleForNow(transaction.Hash, now);
            else _fetcher.Settle(transaction.Hash, now);
        }

        // What offers less than the base fee may never be mined, so that it costs nothing to make.
        var baseFee = importer.PoolHead().NextBaseFee;
        var entered = outbox.Pool.Entered.Skip(executable);
        if (entered.Any(transaction => transaction.Transaction.MaxFeePerGas >= baseFee)) outbox.Credit(peer.Id);
        return taken;
    }
}
