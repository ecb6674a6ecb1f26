using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>The hashes of the transactions that entered the pool last, numbered from zero since the node started.</summary>
internal sealed class AnnouncedTransactions(int capacity = 65_536)
{
    private readonly Lock _gate = new();
    private readonly Hash256[] _ring = new Hash256[capacity];
    private ulong _next;

    public ulong NextOffset
    {
        get
        {
            lock (_gate) return _next;
        }
    }

    public void Add(Hash256 hash)
    {
        lock (_gate) _ring[_next++ % (ulong)capacity] = hash;
    }

    /// <summary>Those from this offset on, as far as they are still known.</summary>
    public List<Hash256> From(ulong offset, out ulong next)
    {
        lock (_gate)
        {
            next = _next;
            var oldest = _next > (ulong)capacity ? _next - (ulong)capacity : 0;
            var hashes = new List<Hash256>();
            for (var i = Math.Max(offset, oldest); i < _next; i++) hashes.Add(_ring[i % (ulong)capacity]);
            return hashes;
        }
    }
}
