namespace Chain.Mining;

/// <summary>Hashes done, and hashes a second over the last five seconds. Pure: the caller tells the time.</summary>
/// <param name="start">The time on the caller's clock, from any origin.</param>
internal sealed class RateMeter(TimeSpan start)
{
    private const double SlotMs = 250;
    private const int Slots = 20;

    private readonly Lock _lock = new();
    private readonly ulong[] _hashes = new ulong[Slots];
    private long _slot = SlotOf(start);
    private ulong _total;

    /// <summary>All hashes since the start.</summary>
    public ulong Total
    {
        get
        {
            lock (_lock) return _total;
        }
    }

    public void Add(TimeSpan now, ulong hashes)
    {
        lock (_lock)
        {
            Advance(SlotOf(now));
            _hashes[_slot % Slots] += hashes;
            _total += hashes;
        }
    }

    /// <summary>Hashes per second over the last five seconds, or since the start while that is shorter.</summary>
    public double HashesPerSecond(TimeSpan now)
    {
        lock (_lock)
        {
            Advance(SlotOf(now));
            var sum = 0UL;
            foreach (var hashes in _hashes) sum += hashes;

            // The window ends now, inside the newest slot, and begins with the oldest slot that is kept.
            var windowStartMs = Math.Max(start.TotalMilliseconds, (_slot - Slots + 1) * SlotMs);
            var windowMs = now.TotalMilliseconds - windowStartMs;
            return windowMs > 0 ? sum / windowMs * 1000 : 0;
        }
    }

    private void Advance(long slot)
    {
        if (slot - _slot >= Slots) Array.Clear(_hashes);
        else for (var passed = _slot + 1; passed <= slot; passed++) _hashes[passed % Slots] = 0;
        _slot = Math.Max(_slot, slot);
    }

    private static long SlotOf(TimeSpan time) => (long)(time.TotalMilliseconds / SlotMs);
}
