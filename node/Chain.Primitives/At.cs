namespace Chain.Primitives;

/// <summary>
/// An instant as the host or a simulation gives it: milliseconds since 1970-01-01 UTC. The pure projects know no other clock.
/// </summary>
public readonly record struct At(long UnixMs) : IComparable<At>
{
    /// <summary>Whole seconds since 1970-01-01 UTC, rounded down: what a header's timestamp holds.</summary>
    public ulong UnixSeconds => UnixMs <= 0 ? 0 : (ulong)UnixMs / 1000;

    public At Plus(long milliseconds) => new(UnixMs + milliseconds);

    /// <summary>Milliseconds from the other instant to this one.</summary>
    public long Since(At earlier) => UnixMs - earlier.UnixMs;

    public int CompareTo(At other) => UnixMs.CompareTo(other.UnixMs);

    public static bool operator <(At left, At right) => left.UnixMs < right.UnixMs;
    public static bool operator >(At left, At right) => left.UnixMs > right.UnixMs;
    public static bool operator <=(At left, At right) => left.UnixMs <= right.UnixMs;
    public static bool operator >=(At left, At right) => left.UnixMs >= right.UnixMs;
}
