namespace Chain.Host;

/// <summary>
/// When a node that has little to do is worth a collection of everything: soon after its heap has grown, and then ever more
/// rarely while collecting brings little.
/// </summary>
internal sealed class CollectionPlan
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const long Megabyte = 1024 * 1024;
    private const long SmallHeap = 24 * Megabyte;
    private const long Growth = 16 * Megabyte;
    private const long BusyAllocations = 64 * Megabyte;
    private const long Worthwhile = 4 * Megabyte;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private TimeSpan _pause = Interval;
    private TimeSpan _since;
    private long _allocated;
    private long _kept;

    /// <summary>Whether to collect now. Asked once in each interval.</summary>
    /// <param name="allocated">All bytes ever allocated.</param>
    /// <param name="heap">Bytes in the heap, garbage included.</param>
    public bool IsDue(long allocated, long heap)
    {
        var isIdle = allocated - _allocated < BusyAllocations;
        (_allocated, _since) = (allocated, _since + Interval);
        if (heap > _kept + Growth) _pause = Interval;
        return isIdle && heap > SmallHeap && _since >= _pause;
    }

    /// <summary>A collection is over.</summary>
    public void Collected(long heapBefore, long heapAfter)
    {
        var isWorthwhile = heapBefore - heapAfter >= Worthwhile;
        _pause = isWorthwhile ? Interval : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
        (_kept, _since) = (heapAfter, TimeSpan.Zero);
    }
}
