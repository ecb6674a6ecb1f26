namespace Chain.Network;

/// <summary>Milliseconds since some instant; unmoved when the wall clock is set.</summary>
internal readonly struct MonotonicClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public TimeProvider Time => time;

    public long NowMs => (long)time.GetElapsedTime(_start).TotalMilliseconds;
}
