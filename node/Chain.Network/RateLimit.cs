namespace Chain.Network;

/// <summary>A token bucket: so much at once, so much a second in the long run. For one reader.</summary>
internal sealed class RateLimit(long perSecond, long burst, MonotonicClock clock)
{
    private double _tokens = burst;
    private long _atMs = clock.NowMs;

    /// <summary>Takes tokens, more than there are if need be; the milliseconds to wait before going on, usually 0.</summary>
    public int Take(long tokens = 1)
    {
        var now = clock.NowMs;
        _tokens = Math.Min(burst, _tokens + ((now - _atMs) * perSecond / 1000.0)) - tokens;
        _atMs = now;
        return _tokens >= 0 ? 0 : (int)Math.Min(int.MaxValue, Math.Ceiling(-_tokens * 1000 / perSecond));
    }
}
