namespace Chain.Network;

/// <summary>
/// How far one peer's clock is from ours, by asking for its time: an answer is taken to have been true halfway between question
/// and answer. What is remembered is the peer's time against the monotonic clock, so that the offset is right again as soon as
/// our wall clock is set. Safe from any thread.
/// </summary>
internal sealed class PeerClock(MonotonicClock clock, Func<long> unixMs)
{
    /// <summary>An offset is held to a day: a peer may say anything.</summary>
    public const long MaxOffsetMs = 24 * 60 * 60 * 1000;

    // An answer that took longer says little: it may be wrong by half the time it took.
    private const long MaxRoundTripMs = 2000;
    private const long None = long.MinValue;

    private long _askedAtMs = None;
    private long _aheadOfMonotonicMs = None;

    /// <summary>The peer's clock minus the monotonic one, in milliseconds, by the last answer; null before one.</summary>
    public long? AheadOfMonotonicMs => Volatile.Read(ref _aheadOfMonotonicMs) is var ahead && ahead == None ? null : ahead;

    /// <summary>Milliseconds by which the peer's clock is ahead of ours, by the last answer; null before one.</summary>
    public long? OffsetMs => AheadOfMonotonicMs is { } ahead ? Offset(ahead, clock, unixMs) : null;

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
        Volatile.Write(ref _aheadOfMonotonicMs, told + (roundTrip / 2) - clock.NowMs);
        return true;
    }

    /// <summary>What a clock that is so far ahead of the monotonic one is ahead of ours.</summary>
    public static long Offset(long aheadOfMonotonicMs, MonotonicClock clock, Func<long> unixMs) =>
        Math.Clamp(aheadOfMonotonicMs + clock.NowMs - unixMs(), -MaxOffsetMs, MaxOffsetMs);

    /// <summary>
    /// The median, so that a minority of wrong clocks or liars moves nothing; of an even number that of the middle two which is
    /// nearer to our clock, since ours is a voice as well. Null for none.
    /// </summary>
    public static long? Median(IEnumerable<long> offsets)
    {
        long[] sorted = [.. offsets.Order()];
        if (sorted.Length == 0) return null;
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 || Math.Abs(sorted[middle]) < Math.Abs(sorted[middle - 1])
            ? sorted[middle]
            : sorted[middle - 1];
    }
}
