namespace Chain.Consensus.Stake;

/// <summary>Remembers the items used last, up to a number of them.</summary>
internal sealed class RecentItems<TKey, TValue>(int capacity)
    where TKey : notnull
    where TValue : class
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _items = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    public TValue? Find(TKey key)
    {
        if (!_items.TryGetValue(key, out var node)) return null;
        _order.Remove(node);
        _order.AddFirst(node);
        return node.Value.Value;
    }

    /// <summary>Adds or replaces; answers the value.</summary>
    public TValue Add(TKey key, TValue value)
    {
        if (_items.Remove(key, out var old)) _order.Remove(old);
        _items.Add(key, _order.AddFirst((key, value)));
        if (_items.Count > capacity)
        {
            _items.Remove(_order.Last!.Value.Key);
            _order.RemoveLast();
        }

        return value;
    }
}
