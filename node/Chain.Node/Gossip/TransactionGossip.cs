using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Passes transactions on as hashes; whoever lacks one asks for it. Only executable ones are told of. A new peer gets the whole
/// pool in portions, and what has waited long is told to all again from time to time, also to those that knew it once: a peer
/// forgets what its limits dropped, and a message may be lost.
/// </summary>
internal sealed class TransactionGossip(NodeLimits limits, TransactionPool pool, PeerSet peers, Outbox outbox)
{
    private const int HashesPerMessage = 4096;
    private const int GreetedPerTick = 1024;
    private const int ReofferedPerTick = 512;

    private readonly List<Transaction> _fresh = [];
    private readonly SortedDictionary<long, Queue<Hash256>> _untold = [];
    private readonly Queue<Hash256> _reoffers = new();
    private At? _roundBegan;

    /// <summary>Remembers a transaction that became executable in this step.</summary>
    public void Enqueue(Transaction transaction) => _fresh.Add(transaction);

    /// <summary>Tells every peer of what became executable in this step.</summary>
    public void Flush()
    {
        if (_fresh.Count == 0) return;
        foreach (var peer in peers.Ready) AnnounceNews(peer, _fresh);
        _fresh.Clear();
    }

    /// <summary>Begins to tell a new peer of the whole pool.</summary>
    public void Greet(Peer peer)
    {
        var untold = Executable(_ => true);
        if (untold.Count == 0) return;
        _untold[peer.Id.Number] = untold;
        TellMore(peer, untold);
    }

    public void OnGone(PeerId peer) => _untold.Remove(peer.Number);

    public void OnTick(At now)
    {
        foreach (var (number, untold) in _untold.ToList())
        {
            if (peers.Find(new PeerId(number)) is { } peer) TellMore(peer, untold);
        }

        Reoffer(now);
    }

    private void TellMore(Peer peer, Queue<Hash256> untold)
    {
        AnnounceNews(peer, Take(untold, GreetedPerTick));
        if (untold.Count == 0) _untold.Remove(peer.Id.Number);
    }

    private void Reoffer(At now)
    {
        _roundBegan ??= now;
        if (_reoffers.Count == 0)
        {
            // The clock may have jumped either way.
            if (Math.Abs(now.Since(_roundBegan.Value)) < limits.ReofferMs) return;
            _roundBegan = now;
            var waiting = Executable(pooled => Math.Abs(now.Since(pooled.AddedAt)) >= limits.ReofferMs / 2);
            foreach (var hash in waiting) _reoffers.Enqueue(hash);
        }

        var portion = Take(_reoffers, ReofferedPerTick);
        if (portion.Count == 0) return;
        foreach (var peer in peers.Ready)
        {
            foreach (var transaction in portion) peer.KnownTransactions.Add(transaction.Hash);
            Announce(peer, portion);
        }
    }

    /// <summary>The executable transactions, each sender's in nonce order: whoever fetches them in order sees no gaps.</summary>
    private Queue<Hash256> Executable(Func<PooledTransaction, bool> predicate)
    {
        var hashes = new Queue<Hash256>();
        foreach (var account in pool.Snapshot.BySender.Values)
        {
            foreach (var pooled in account.Executable())
            {
                if (predicate(pooled)) hashes.Enqueue(pooled.Recovered.Hash);
            }
        }

        return hashes;
    }

    /// <summary>The next so many that are still in the pool.</summary>
    private List<Transaction> Take(Queue<Hash256> hashes, int count)
    {
        var taken = new List<Transaction>();
        while (taken.Count < count && hashes.TryDequeue(out var hash))
        {
            if (pool.Snapshot.ByHash.TryGetValue(hash, out var pooled)) taken.Add(pooled.Recovered.Transaction);
        }

        return taken;
    }

    private void AnnounceNews(Peer peer, List<Transaction> transactions) =>
        Announce(peer, transactions.Where(transaction => peer.KnownTransactions.Add(transaction.Hash)));

    private void Announce(Peer peer, IEnumerable<Transaction> transactions)
    {
        foreach (var chunk in transactions.Chunk(HashesPerMessage))
        {
            outbox.Send(peer.Id, new WireMessage.NewPooledTransactionHashes(
                [.. chunk.Select(transaction => (byte)transaction.Type)],
                [.. chunk.Select(transaction => transaction.Encoded.Length)],
                [.. chunk.Select(transaction => transaction.Hash)]));
        }
    }
}
