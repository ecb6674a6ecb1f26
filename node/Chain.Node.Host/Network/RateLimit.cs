namespace Chain.Node.Host.Network;

/// <summary>A token bucket: so many at once, so many a second in the long run. For one reader.</summary>
internal sealed class RateLimit(int perSecond, int burst, MonotonicClock clock)
{
    private double _tokens = burst;
    private long _atMs = clock.NowMs;

    /// <summary>Takes a token; the milliseconds to wait before going on, usually 0.</summary>
    public int Take()
    {
        var now = clock.NowMs;
        _tokens = Math.Min(burst, _tokens + ((now - _atMs) * perSecond / 1000.0)) - 1;
        _atMs = now;
        return _tokens >= 0 ? 0 : (int)Math.Ceiling(-_tokens * 1000 / perSecond);
    }
}
