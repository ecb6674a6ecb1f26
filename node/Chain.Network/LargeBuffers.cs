namespace Chain.Network;

/// <summary>
/// When to collect the large buffers that messages leave behind. Left alone, the garbage collector lets them add up to more than
/// all that is in use, and a flood of heavy messages makes them faster than anything else. Safe from any thread.
/// </summary>
/// <param name="collect">Collects the garbage of the whole process.</param>
internal sealed class LargeBuffers(Action collect)
{
    /// <summary>Bytes of large buffers that are made between two collections.</summary>
    public const long BytesBetween = 64 * 1024 * 1024;

    // Of this length an array is among the large objects, which the frequent collections leave alone.
    private const int Large = 85_000;

    private long _made;

    /// <summary>For a process: one whole collection each time.</summary>
    public static LargeBuffers OfProcess() => new(
        static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false));

    /// <summary>A buffer of this length was made, or several that come to it.</summary>
    public void Made(long bytes)
    {
        if (bytes < Large || Interlocked.Add(ref _made, bytes) < BytesBetween) return;
        if (Interlocked.Exchange(ref _made, 0) >= BytesBetween) collect();
    }
}
