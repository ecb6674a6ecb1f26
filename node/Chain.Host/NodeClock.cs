using Chain.Primitives;

namespace Chain.Host;

/// <summary>The node's wall clock, with the skew that a test network may give it. Safe from any thread.</summary>
public sealed class NodeClock(TimeProvider time)
{
    private long _skewMs;

    /// <summary>Milliseconds by which the node's clock is ahead of the machine's.</summary>
    public long SkewMs
    {
        get => Interlocked.Read(ref _skewMs);
        set => Interlocked.Exchange(ref _skewMs, value);
    }

    public TimeProvider Time => time;

    public At Now => new(time.GetUtcNow().ToUnixTimeMilliseconds() + SkewMs);
}
