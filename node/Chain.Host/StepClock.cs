using Chain.Rpc;

namespace Chain.Host;

/// <summary>
/// Watches the core's steps from outside, so that a core that does not come back from one is seen. One writer, any readers.
/// </summary>
internal sealed class StepClock(TimeProvider time)
{
    private long _count;
    private long _longestTicks;
    private long _lastTicks;
    private long _startedAt = time.GetTimestamp();
    private long _endedAt = time.GetTimestamp();
    private int _isInside;

    public void Begin()
    {
        Volatile.Write(ref _startedAt, time.GetTimestamp());
        Volatile.Write(ref _isInside, 1);
    }

    public void End()
    {
        var now = time.GetTimestamp();
        var took = now - Volatile.Read(ref _startedAt);
        Volatile.Write(ref _lastTicks, took);
        if (took > Volatile.Read(ref _longestTicks)) Volatile.Write(ref _longestTicks, took);
        Volatile.Write(ref _endedAt, now);
        Volatile.Write(ref _isInside, 0);
        Interlocked.Increment(ref _count);
    }

    /// <summary>How the steps go.</summary>
    /// <param name="waiting">Inputs in the inbox.</param>
    public StepHealth Read(int waiting) => new(
        Interlocked.Read(ref _count),
        time.GetElapsedTime(0, Volatile.Read(ref _lastTicks)),
        time.GetElapsedTime(0, Volatile.Read(ref _longestTicks)),
        time.GetElapsedTime(Volatile.Read(ref _endedAt)),
        waiting + Volatile.Read(ref _isInside));
}
