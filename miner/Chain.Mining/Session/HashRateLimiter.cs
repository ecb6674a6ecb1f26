namespace Chain.Mining;

/// <summary>
/// Holds the searches of all threads together to a number of hashes a second. Pure: the caller tells the time and does the
/// waiting. A thread that woke late catches up, but at most <see cref="CreditMs"/> of idle time is ever made good.
/// </summary>
/// <param name="hashesPerSecond">The limit; above zero.</param>
/// <param name="now">The time on the caller's clock, from any origin.</param>
internal sealed class HashRateLimiter(double hashesPerSecond, TimeSpan now)
{
    private const double CreditMs = 100;

    private readonly Lock _lock = new();
    private double _freeAtMs = now.TotalMilliseconds;

    /// <summary>Hashes per second that the limit allows.</summary>
    public double HashesPerSecond => hashesPerSecond;

    /// <summary>Books a number of hashes and says how long to wait before they are done.</summary>
    public TimeSpan Reserve(TimeSpan now, ulong hashes)
    {
        lock (_lock)
        {
            var nowMs = now.TotalMilliseconds;
            var startMs = Math.Max(_freeAtMs, nowMs - CreditMs);
            _freeAtMs = startMs + (hashes / hashesPerSecond * 1000);
            return startMs > nowMs ? TimeSpan.FromMilliseconds(startMs - nowMs) : TimeSpan.Zero;
        }
    }
}
