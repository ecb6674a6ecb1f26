namespace Chain.Host;

/// <summary>
/// Gives memory that a burst left behind back to the machine. The garbage collector does so only when it runs, and in an idle
/// node it may not run for minutes: until then the process would keep what large messages took.
/// </summary>
internal sealed class IdleMemory(TimeProvider time)
{
    private readonly CollectionPlan _plan = new();
    private long _lookedAt = time.GetTimestamp();

    /// <summary>Looks every few seconds, however often it is called.</summary>
    public void Look()
    {
        if (time.GetElapsedTime(_lookedAt) < CollectionPlan.Interval) return;
        _lookedAt = time.GetTimestamp();
        var heap = GC.GetTotalMemory(forceFullCollection: false);
        if (!_plan.IsDue(GC.GetTotalAllocatedBytes(), heap)) return;

        // What a finalizer holds goes with the second collection.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _plan.Collected(heap, GC.GetTotalMemory(forceFullCollection: false));
    }
}
