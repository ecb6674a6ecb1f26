namespace Chain.Primitives;

/// <summary>A set that forgets its oldest members when it is full.</summary>
public sealed class BoundedSet<T>(int capacity)
    where T : notnull
{
    private readonly HashSet<T> _members = [];
    private readonly Queue<T> _order = new();

    /// <summary>False when it was there already.</summary>
    public bool Add(T member)
    {
        if (!_members.Add(member)) return false;
        _order.Enqueue(member);
        if (_order.Count > capacity) _members.Remove(_order.Dequeue());
        return true;
    }

    public bool Contains(T member) => _members.Contains(member);
}
