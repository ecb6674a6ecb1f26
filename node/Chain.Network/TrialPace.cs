namespace Chain.Network;

/// <summary>
/// The pace at which heavy messages are written to peers that have not earned a place, all of them together, one after the
/// other. Each new connection would otherwise bring a fresh share of the processor with it. A peer that is gone before its turn
/// has taken nothing.
/// </summary>
internal sealed class TrialPace(long bytesPerSecond, long burst, MonotonicClock clock) : IDisposable
{
    /// <summary>Messages from this length on are heavy.</summary>
    public const int Heavy = 32 * 1024;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly RateLimit _bytes = new(bytesPerSecond, burst, clock);

    /// <summary>Waits until a heavy message may be written.</summary>
    public async ValueTask WaitAsync(long bytes, CancellationToken stopping)
    {
        await _turn.WaitAsync(stopping).ConfigureAwait(false);
        try
        {
            var waitMs = _bytes.Take(bytes);
            if (waitMs > 0) await Task.Delay(TimeSpan.FromMilliseconds(waitMs), clock.Time, stopping).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
