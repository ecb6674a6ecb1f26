namespace Chain.Primitives;

/// <summary>A set that forgets its oldest members when it is full.</summary>
public sealed class BoundedSet<T>(int capacity)
    where T : notnull
{
    // A member that was removed stays in the order until its turn comes; its number tells it from one that was added again.
    private readonly Dictionary<T, ulong> _members = [];
    private readonly Queue<(T Member, ulong Number)> _order = new();
    private ulong _nextNumber;

    /// <summary>False when it was there already.</summary>
    public bool Add(T member)
    {
        if (!_members.TryAdd(member, _nextNumber)) return false;
        _order.Enqueue((member, _nextNumber++));
        if (_order.Count <= capacity) return true;
        var (oldest, number) = _order.Dequeue();
        if (_members.TryGetValue(oldest, out var current) && current == number) _members.Remove(oldest);
        return true;
    }

    public bool Contains(T member) => _members.ContainsKey(member);

    /// <summary>False when it was not there.</summary>
    public bool Remove(T member) => _members.Remove(member);
}
