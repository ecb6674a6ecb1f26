using Chain.Primitives;

namespace Chain.Node;

/// <summary>What one peer announced and what is asked of it; its trust as a deliverer.</summary>
internal sealed class PeerFetches(PeerId peer, NodeLimits limits)
{
    private const int LeastAllowance = 16;

    private readonly Dictionary<Hash256, bool> _announced = [];
    private readonly Queue<Hash256> _ready = new();

    public PeerId Peer { get; } = peer;

    /// <summary>Transactions that may be asked of it at once: doubles when it delivers, halves when it does not.</summary>
    public int Allowance { get; private set; } = limits.TransactionsInFlightPerPeer / 2;

    /// <summary>Transactions asked of it.</summary>
    public int InFlight { get; set; }

    public int OpenRequests { get; set; }

    /// <summary>What it announced and did not deliver.</summary>
    public Debt Undelivered { get; } = new(limits.UndeliveredPerPeer);

    /// <summary>What it sent unasked and was of no use.</summary>
    public Debt Useless { get; } = new(limits.UselessPerPeer);

    public bool HasReady => _ready.Count > 0;

    /// <summary>Whether it has left a request unanswered for long.</summary>
    public bool IsSlow { get; set; }

    /// <summary>Whether the last answer held less than half of what was asked.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether it is about to deliver, as far as one can tell.</summary>
    public bool IsDelivering => OpenRequests > 0 && !IsSlow && !HasFailed;

    /// <summary>What it announced and is not asked of it. For removal only: the order means nothing.</summary>
    public IEnumerable<Hash256> Announced => _announced.Keys;

    public bool IsFull => _announced.Count >= limits.AnnouncedPerPeer;

    /// <summary>False when it has announced the transaction already.</summary>
    public bool TryAnnounce(Hash256 hash)
    {
        if (!_announced.TryAdd(hash, true)) return false;
        _ready.Enqueue(hash);
        return true;
    }

    /// <summary>Whether the transaction waits to be asked of it.</summary>
    public bool IsReady(Hash256 hash) => _announced.TryGetValue(hash, out var isReady) && isReady;

    /// <summary>The transaction may be asked of this peer now.</summary>
    public void MakeReady(Hash256 hash)
    {
        if (_announced[hash]) return;
        _announced[hash] = true;
        _ready.Enqueue(hash);
    }

    /// <summary>The next one to ask for; it may be under way elsewhere.</summary>
    public bool TryTakeReady(out Hash256 hash)
    {
        while (_ready.TryDequeue(out hash))
        {
            // What was withdrawn is still in the queue.
            if (!_announced.TryGetValue(hash, out var isReady) || !isReady) continue;
            _announced[hash] = false;
            return true;
        }

        return false;
    }

    /// <summary>All that may be asked of it; none may any more.</summary>
    public List<Hash256> TakeAllReady()
    {
        var all = new List<Hash256>();
        while (TryTakeReady(out var hash)) all.Add(hash);
        return all;
    }

    public void Withdraw(Hash256 hash) => _announced.Remove(hash);

    public void Judge(int asked, int missing)
    {
        HasFailed = missing * 2 > asked;
        if (HasFailed) Allowance = Math.Max(LeastAllowance, Allowance / 2);
        else if (missing == 0) Allowance = Math.Min(limits.TransactionsInFlightPerPeer, Allowance * 2);
    }
}

/// <summary>What a peer owes: forgiven with time, and with what it does well.</summary>
internal sealed class Debt(int limit)
{
    private int _owed;

    /// <summary>Adds to it; true when the limit is reached, and then it begins anew.</summary>
    public bool Add(int bad, int good)
    {
        _owed = Math.Max(0, _owed + bad - good);
        if (_owed < limit) return false;
        _owed -= limit;
        return true;
    }

    public void Halve() => _owed /= 2;
}
