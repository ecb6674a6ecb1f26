using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Hashes that came up lately; each is forgotten after a time, by a clock that may jump either way, and the oldest when there are
/// too many.
/// </summary>
internal sealed class RecentHashes(int capacity, long lifetimeMs)
{
    private readonly Dictionary<Hash256, At> _seen = [];
    private readonly Queue<(Hash256 Hash, At At)> _order = new();

    public bool Contains(Hash256 hash, At now) => _seen.TryGetValue(hash, out var at) && Math.Abs(now.Since(at)) <= lifetimeMs;

    public void Add(Hash256 hash, At now)
    {
        _seen[hash] = now;
        _order.Enqueue((hash, now));
        while (_order.TryPeek(out var oldest) && (_order.Count > capacity || Math.Abs(now.Since(oldest.At)) > lifetimeMs))
        {
            _order.Dequeue();
            if (_seen.TryGetValue(oldest.Hash, out var last) && last == oldest.At) _seen.Remove(oldest.Hash);
        }
    }
}
