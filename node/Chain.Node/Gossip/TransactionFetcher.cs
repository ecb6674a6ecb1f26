using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Gets what peers announced and is not here: each transaction from one peer at a time, from the next one that announced it when
/// the first does not deliver or is slow. Each peer has a queue and a share of its own, so that none keeps the others' from being
/// fetched. What a peer that delivers has announced first is left to it for a moment, so that a sender's nonces come in order. A
/// transaction that nobody delivered is forgotten, and asked for again when it is announced again.
/// </summary>
internal sealed class TransactionFetcher(
    NodeLimits limits, PoolLimits poolLimits, TransactionPool pool, PeerSet peers, PendingRequests requests, Outbox outbox)
{
    private const int HashesPerRequest = 256;
    private const int BytesPerRequest = 1024 * 1024;
    private const int RequestsPerPeer = 8;
    private const int HashesRemembered = 16_384;

    private readonly Dictionary<Hash256, Wanted> _wanted = [];
    private readonly SortedDictionary<long, PeerFetches> _fetches = [];
    private readonly List<PendingRequest.FetchTransactions> _open = [];

    // What is left to the first that announced it, in the order in which it was.
    private readonly Queue<(Hash256 Hash, Wanted Wanted)> _left = new();
    private readonly RecentHashes _settled = new(HashesRemembered, limits.RefusalMemoryMs);
    private readonly RecentHashes _early = new(HashesRemembered, limits.SlowAnswerMs);

    /// <summary>Transactions that peers announced and that are not here.</summary>
    public int WantedCount => _wanted.Count;

    public PeerFetches Of(PeerId peer)
    {
        if (_fetches.TryGetValue(peer.Number, out var known)) return known;
        var fetches = new PeerFetches(peer, limits);
        _fetches.Add(peer.Number, fetches);
        return fetches;
    }

    public void OnAnnounced(Peer peer, WireMessage.NewPooledTransactionHashes announced, At now)
    {
        var fetches = Of(peer.Id);
        for (var i = 0; i < announced.Hashes.Count; i++)
        {
            var (hash, size) = (announced.Hashes[i], announced.Sizes[i]);
            peer.KnownTransactions.Add(hash);
            if (fetches.IsFull || size > poolLimits.TransactionBytes) continue;
            if (pool.Contains(hash) || _settled.Contains(hash, now) || _early.Contains(hash, now)) continue;
            var isWanted = _wanted.TryGetValue(hash, out var wanted);
            if (isWanted && wanted!.AskedOf == peer.Id || !fetches.TryAnnounce(hash)) continue;
            if (!isWanted)
            {
                _wanted.Add(hash, wanted = new Wanted(size, now));
                _left.Enqueue((hash, wanted));
            }

            wanted!.Announcers.Add(fetches);
        }
    }

    /// <summary>Asks for as much as the peers' shares allow.</summary>
    public void Pump(At now)
    {
        foreach (var fetches in BestFirst(_fetches.Values.Where(fetches => fetches.HasReady)))
        {
            while (fetches.HasReady && fetches.OpenRequests < RequestsPerPeer && fetches.InFlight < fetches.Allowance)
            {
                var batch = NextBatch(fetches);
                if (batch.Count == 0) break;
                Ask(fetches, batch, now);
            }
        }
    }

    /// <summary>The pool had no place for it behind a gap: worth another try when those in front of it may be here.</summary>
    public void SettleForNow(Hash256 hash, At now)
    {
        _early.Add(hash, now);
        Unwant(hash);
    }

    /// <summary>An answer has come, and its transactions went to the pool; what it lacks is asked of somebody else.</summary>
    public void OnDelivered(Peer peer, PendingRequest.FetchTransactions request, IReadOnlyList<Transaction> items)
    {
        var missing = 0;
        foreach (var hash in request.Hashes)
        {
            // What came another way meanwhile, or was mined, is not held against the peer.
            if (!_wanted.TryGetValue(hash, out var wanted)) continue;
            missing++;
            peer.KnownTransactions.Remove(hash);
            AskAnother(hash, wanted, request.Peer);
        }

        var fetches = Of(request.Peer);
        Close(request, fetches);
        Judge(fetches, request, missing);
        if (!fetches.Undelivered.Add(missing, items.Count)) return;
        peers.Punish(peer.Id, new PeerOffence.UndeliveredTransactions(limits.UndeliveredPerPeer));
    }

    /// <summary>No answer came in time, or the peer is gone.</summary>
    public void OnLost(PendingRequest.FetchTransactions request)
    {
        if (_fetches.TryGetValue(request.Peer.Number, out var fetches))
        {
            Close(request, fetches);
            Judge(fetches, request, request.Hashes.Count);
        }

        foreach (var hash in request.Hashes)
        {
            if (_wanted.TryGetValue(hash, out var wanted)) AskAnother(hash, wanted, request.Peer);
        }
    }

    /// <summary>Call before its open requests are given up.</summary>
    public void OnGone(PeerId peer)
    {
        if (!_fetches.Remove(peer.Number, out var fetches)) return;
        _open.RemoveAll(request => request.Peer == peer);
        var waiting = fetches.TakeAllReady();
        foreach (var hash in fetches.Announced)
        {
            var wanted = _wanted[hash];
            wanted.Announcers.Remove(fetches);
            if (wanted.Announcers.Count == 0 && wanted.AskedOf is null) _wanted.Remove(hash);
        }

        foreach (var hash in waiting)
        {
            if (_wanted.TryGetValue(hash, out var wanted) && wanted.AskedOf is null) wanted.Announcers[0].MakeReady(hash);
        }
    }

    /// <summary>The transaction is not wanted any more: it is in the pool, was refused, or was mined.</summary>
    public void Settle(Hash256 hash, At now)
    {
        if (!pool.Contains(hash)) _settled.Add(hash, now);
        Unwant(hash);
    }

    /// <summary>Does not wait for slow peers where another has the same.</summary>
    public void OnTick(At now)
    {
        while (_left.TryPeek(out var left) && Math.Abs(now.Since(left.Wanted.Since)) >= limits.SlowAnswerMs)
        {
            _left.Dequeue();
            left.Wanted.IsForAll = true;
            if (left.Wanted.AskedOf is null && _wanted.GetValueOrDefault(left.Hash) == left.Wanted)
                MakeReady(left.Hash, left.Wanted);
        }

        foreach (var request in _open)
        {
            if (now.Since(request.SentAt) < limits.SlowAnswerMs) break;
            foreach (var hash in request.Hashes)
            {
                if (!_wanted.TryGetValue(hash, out var wanted) || wanted.Announcers.Count == 0) continue;
                AskAnother(hash, wanted, request.Peer);
            }

            if (!_fetches.TryGetValue(request.Peer.Number, out var fetches) || fetches.IsSlow) continue;
            fetches.IsSlow = true;
            HandOver(fetches);
        }
    }

    public void ForgiveHalf()
    {
        foreach (var fetches in _fetches.Values)
        {
            fetches.Undelivered.Halve();
            fetches.Useless.Halve();
        }
    }

    private List<Hash256> NextBatch(PeerFetches fetches)
    {
        var batch = new List<Hash256>();
        var most = Math.Min(HashesPerRequest, fetches.Allowance - fetches.InFlight);
        var bytes = 0;
        while (batch.Count < most && bytes < BytesPerRequest && fetches.TryTakeReady(out var hash))
        {
            var wanted = _wanted[hash];
            var first = wanted.Announcers[0];
            if (wanted.AskedOf is not null || (first != fetches && !wanted.IsForAll && first.IsDelivering && first.IsReady(hash)))
                continue;
            wanted.AskedOf = fetches.Peer;
            wanted.Announcers.Remove(fetches);
            fetches.Withdraw(hash);
            bytes += wanted.Bytes;
            batch.Add(hash);
        }

        return batch;
    }

    private void Ask(PeerFetches fetches, List<Hash256> batch, At now)
    {
        var request = new PendingRequest.FetchTransactions(fetches.Peer, now, batch);
        _open.Add(request);
        fetches.OpenRequests++;
        fetches.InFlight += batch.Count;
        outbox.Send(fetches.Peer, new WireMessage.GetPooledTransactions(requests.Open(request), batch));
    }

    private void Close(PendingRequest.FetchTransactions request, PeerFetches fetches)
    {
        fetches.IsSlow = false;
        _open.RemoveAt(_open.FindIndex(open => ReferenceEquals(open, request)));
        fetches.OpenRequests--;
        fetches.InFlight -= request.Hashes.Count;
    }

    private void Judge(PeerFetches fetches, PendingRequest.FetchTransactions request, int missing)
    {
        fetches.Judge(request.Hashes.Count, missing);
        if (fetches.HasFailed) HandOver(fetches);
    }

    private void Unwant(Hash256 hash)
    {
        if (!_wanted.Remove(hash, out var wanted)) return;
        foreach (var announcer in wanted.Announcers) announcer.Withdraw(hash);
    }

    /// <summary>The peer does not deliver: what waits to be asked of it may be asked of all that have it.</summary>
    private void HandOver(PeerFetches fetches)
    {
        foreach (var hash in fetches.TakeAllReady()) MakeReady(hash, _wanted[hash]);
    }

    private static void MakeReady(Hash256 hash, Wanted wanted)
    {
        foreach (var announcer in wanted.Announcers) announcer.MakeReady(hash);
    }

    /// <summary>
    /// The peer that was asked does not deliver: next is the one that delivers best of all that announced it, and once it has
    /// waited long whichever has room first.
    /// </summary>
    private void AskAnother(Hash256 hash, Wanted wanted, PeerId failed)
    {
        if (wanted.AskedOf != failed) return;
        wanted.AskedOf = null;
        if (wanted.IsForAll && wanted.Announcers.Count > 0)
        {
            MakeReady(hash, wanted);
            return;
        }

        if (BestFirst(wanted.Announcers).FirstOrDefault() is { } best) best.MakeReady(hash);
        else _wanted.Remove(hash);
    }

    /// <summary>
    /// The order in which peers are asked for what several of them have: many that each keep silent for a moment must not hold up
    /// one transaction after the other.
    /// </summary>
    private List<PeerFetches> BestFirst(IEnumerable<PeerFetches> fetches) =>
    [
        .. fetches.OrderBy(one => one.IsSlow || one.HasFailed)
            .ThenBy(one => peers.Find(one.Peer)?.Score ?? 0)
            .ThenByDescending(one => one.Allowance),
    ];

    private sealed class Wanted(int bytes, At since)
    {
        public int Bytes { get; } = bytes;

        public At Since { get; } = since;

        /// <summary>Whether it has waited long, so that it is left to nobody.</summary>
        public bool IsForAll { get; set; }

        /// <summary>Null while it is asked of nobody.</summary>
        public PeerId? AskedOf { get; set; }

        /// <summary>Who else has it, in the order in which they said so.</summary>
        public List<PeerFetches> Announcers { get; } = [];
    }
}
