namespace Chain.Node.Host;

/// <summary>
/// Gives memory that a burst left behind back to the machine. The garbage collector does so only when it runs, and in an idle node
/// it may not run for minutes: until then the process would keep what large messages took.
/// </summary>
internal sealed class IdleMemory(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // A collection of everything is a pause: it must be worth one, and come when nothing much goes on.
    private const long Growth = 24 * 1024 * 1024;
    private const long BusyAllocations = 64 * 1024 * 1024;

    private long _lookedAt = time.GetTimestamp();
    private long _allocated = GC.GetTotalAllocatedBytes();
    private long _kept;

    /// <summary>Looks every few seconds, however often it is called.</summary>
    public void Look()
    {
        if (time.GetElapsedTime(_lookedAt) < Interval) return;
        var allocated = GC.GetTotalAllocatedBytes();
        var isIdle = allocated - _allocated < BusyAllocations;
        (_lookedAt, _allocated) = (time.GetTimestamp(), allocated);
        if (!isIdle || !IsWorthIt(GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes, _kept)) return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _kept = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
    }

    /// <summary>Whether so much memory has come since the last time that giving it back is worth the pause.</summary>
    /// <param name="committed">Bytes that the collector holds now.</param>
    /// <param name="kept">Bytes that it could not give back the last time.</param>
    internal static bool IsWorthIt(long committed, long kept) => committed > kept + (kept / 2) + Growth;
}
