using Chain.Primitives;

namespace Chain.Node;

/// <summary>Passes transactions on as hashes; whoever lacks one asks for it. What is announced here and lacking is fetched.</summary>
internal sealed class TransactionGossip(NodeLimits limits, TransactionPool pool, PeerSet peers, PendingRequests requests, Outbox outbox)
{
    private const int HashesPerMessage = 4096;
    private const int HashesPerRequest = 256;

    // What is under way, and who else has announced it: the next to ask when the first does not deliver.
    private readonly Dictionary<Hash256, List<PeerId>> _inFlight = [];
    private readonly List<Transaction> _fresh = [];

    /// <summary>Remembers a transaction that entered the pool in this step.</summary>
    public void Enqueue(Transaction transaction) => _fresh.Add(transaction);

    /// <summary>Tells every peer of what entered the pool in this step.</summary>
    public void Flush()
    {
        if (_fresh.Count == 0) return;
        foreach (var peer in peers.Ready) Announce(peer, _fresh);
        _fresh.Clear();
    }

    /// <summary>Tells a new peer of the whole pool, in order of arrival.</summary>
    public void Greet(Peer peer) =>
        Announce(peer, [.. pool.Snapshot.ByHash.Values.OrderBy(pooled => pooled.Sequence).Take(HashesPerMessage).Select(pooled => pooled.Recovered.Transaction)]);

    public void OnAnnounced(Peer peer, IReadOnlyList<Hash256> hashes, At now)
    {
        var wanted = new List<Hash256>();
        foreach (var hash in hashes)
        {
            peer.KnownTransactions.Add(hash);
            if (pool.Contains(hash)) continue;
            if (_inFlight.TryGetValue(hash, out var others))
            {
                if (others.Count < 4 && !others.Contains(peer.Id)) others.Add(peer.Id);
            }
            else if (_inFlight.Count < limits.TransactionsInFlight)
            {
                _inFlight[hash] = [];
                wanted.Add(hash);
            }
        }

        Request(peer.Id, wanted, now);
    }

    /// <summary>An answer has come; what it should have held and did not is asked of somebody else.</summary>
    public void OnDelivered(PendingRequest.FetchTransactions request, IReadOnlyList<Transaction> items, At now)
    {
        var delivered = items.Select(item => item.Hash).ToHashSet();
        foreach (var hash in delivered) _inFlight.Remove(hash);
        AskOthers(request.Hashes.Where(hash => !delivered.Contains(hash)), now);
    }

    public void OnLost(PendingRequest.FetchTransactions request, At now) => AskOthers(request.Hashes, now);

    private void AskOthers(IEnumerable<Hash256> hashes, At now)
    {
        var byPeer = new SortedDictionary<long, List<Hash256>>();
        foreach (var hash in hashes)
        {
            if (!_inFlight.TryGetValue(hash, out var others)) continue;
            var next = others.FindIndex(id => peers.Find(id) is not null);
            if (next < 0)
            {
                _inFlight.Remove(hash);
                continue;
            }

            if (!byPeer.TryGetValue(others[next].Number, out var list)) byPeer.Add(others[next].Number, list = []);
            list.Add(hash);
            others.RemoveRange(0, next + 1);
        }

        foreach (var (peer, list) in byPeer) Request(new PeerId(peer), list, now);
    }

    private void Request(PeerId peer, List<Hash256> hashes, At now)
    {
        foreach (var chunk in hashes.Chunk(HashesPerRequest))
        {
            var id = requests.Open(new PendingRequest.FetchTransactions(peer, now, chunk));
            outbox.Send(peer, new WireMessage.GetPooledTransactions(id, chunk));
        }
    }

    private void Announce(Peer peer, IReadOnlyList<Transaction> transactions)
    {
        var lacking = transactions.Where(transaction => peer.KnownTransactions.Add(transaction.Hash));
        foreach (var chunk in lacking.Chunk(HashesPerMessage))
        {
            outbox.Send(peer.Id, new WireMessage.NewPooledTransactionHashes(
                [.. chunk.Select(transaction => (byte)transaction.Type)],
                [.. chunk.Select(transaction => transaction.Encoded.Length)],
                [.. chunk.Select(transaction => transaction.Hash)]));
        }
    }
}
