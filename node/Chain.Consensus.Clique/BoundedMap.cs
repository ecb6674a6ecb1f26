using System.Diagnostics.CodeAnalysis;

namespace Chain.Consensus.Clique;

/// <summary>A map that forgets its oldest entries when it is full.</summary>
internal sealed class BoundedMap<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, TValue> _entries = [];
    private readonly Queue<TKey> _order = new();

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => _entries.TryGetValue(key, out value);

    /// <summary>Adding a key again changes nothing.</summary>
    public void Add(TKey key, TValue value)
    {
        if (!_entries.TryAdd(key, value)) return;
        _order.Enqueue(key);
        if (_order.Count > capacity) _entries.Remove(_order.Dequeue());
    }
}
