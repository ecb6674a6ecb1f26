using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// Decoded trie nodes by hash, shared by the blocks of one owner (one thread at a time). Content addressed, so it never goes
/// stale, whatever fork it is used on. Bounded by two generations: what was not used while the younger one filled is forgotten.
/// </summary>
public sealed class TrieNodeCache
{
    private readonly int _generationSize;
    private Dictionary<Hash256, TrieNode> _young = [];
    private Dictionary<Hash256, TrieNode> _old = [];

    /// <param name="capacity">The most nodes kept; a node takes 0.1 to 1 KB.</param>
    public TrieNodeCache(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 2);
        _generationSize = capacity / 2;
    }

    /// <summary>Nodes held now.</summary>
    public int Count => _young.Count + _old.Count;

    internal TrieNode? Find(Hash256 hash)
    {
        if (_young.TryGetValue(hash, out var node)) return node;
        if (!_old.Remove(hash, out node)) return null;
        Add(hash, node);
        return node;
    }

    internal void Add(Hash256 hash, TrieNode node)
    {
        _young[hash] = node;
        if (_young.Count < _generationSize) return;
        (_old, _young) = (_young, _old);
        _young.Clear();
    }
}
