namespace Chain.Node.Host.Network;

/// <summary>
/// How far one peer's clock is from ours, by asking for its time: an answer is taken to have been true halfway between question
/// and answer. Safe from any thread.
/// </summary>
internal sealed class PeerClock(MonotonicClock clock, Func<long> unixMs)
{
    /// <summary>An offset is held to a day: a peer may say anything.</summary>
    public const long MaxOffsetMs = 24 * 60 * 60 * 1000;

    // An answer that took longer says little: it may be wrong by half the time it took.
    private const long MaxRoundTripMs = 2000;
    private const long None = long.MinValue;

    private long _askedAtMs = None;
    private long _offsetMs = None;

    /// <summary>Milliseconds by which the peer's clock was ahead of ours at the last answer; null before one.</summary>
    public long? OffsetMs => Volatile.Read(ref _offsetMs) is var offset && offset == None ? null : offset;

    /// <summary>Notes that the question goes out now; false while another waits for its answer.</summary>
    public bool Ask() => Interlocked.CompareExchange(ref _askedAtMs, clock.NowMs, None) == None;

    /// <summary>Takes the peer's answer.</summary>
    /// <returns>False when nothing was asked.</returns>
    public bool Answer(ulong peerUnixMs)
    {
        var askedAt = Interlocked.Exchange(ref _askedAtMs, None);
        if (askedAt == None) return false;
        var roundTrip = clock.NowMs - askedAt;
        if (roundTrip > MaxRoundTripMs) return true;
        var told = (long)Math.Min(peerUnixMs, long.MaxValue / 2);
        Volatile.Write(ref _offsetMs, Math.Clamp(told + (roundTrip / 2) - unixMs(), -MaxOffsetMs, MaxOffsetMs));
        return true;
    }

    /// <summary>
    /// The median, so that a minority of wrong clocks or liars moves nothing; of an even number that of the middle two which is
    /// nearer to our clock, since ours is a voice as well. Null for none.
    /// </summary>
    public static long? Median(IEnumerable<long> offsets)
    {
        long[] sorted = [.. offsets.Order()];
        if (sorted.Length == 0) return null;
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 || Math.Abs(sorted[middle]) < Math.Abs(sorted[middle - 1]) ? sorted[middle] : sorted[middle - 1];
    }
}
