using System.Collections.Concurrent;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// The trie nodes written or read last, for all readers of a store. Content addressed, so never stale. Two generations bound
/// it: when the younger is full the older is forgotten, and what is still used has moved to the younger by then.
/// </summary>
internal sealed class TrieNodeBytesCache(int capacityBytes)
{
    // What an entry takes beside the node itself: key, array header, table entry.
    private const int EntryOverhead = 120;

    private readonly Lock _turnover = new();
    private volatile ConcurrentDictionary<Hash256, byte[]> _young = new();
    private volatile ConcurrentDictionary<Hash256, byte[]> _old = new();
    private int _youngBytes;

    public byte[]? Find(Hash256 hash)
    {
        if (_young.TryGetValue(hash, out var node)) return node;
        if (!_old.TryGetValue(hash, out node)) return null;
        Add(hash, node);
        return node;
    }

    public void Add(Hash256 hash, byte[] node)
    {
        if (!_young.TryAdd(hash, node)) return;
        if (Interlocked.Add(ref _youngBytes, node.Length + EntryOverhead) < capacityBytes / 2) return;
        lock (_turnover)
        {
            if (_youngBytes < capacityBytes / 2) return;
            _old = _young;
            _young = new ConcurrentDictionary<Hash256, byte[]>();
            _youngBytes = 0;
        }
    }

    public void Clear()
    {
        lock (_turnover)
        {
            _old = new ConcurrentDictionary<Hash256, byte[]>();
            _young = new ConcurrentDictionary<Hash256, byte[]>();
            _youngBytes = 0;
        }
    }
}
