namespace Chain.Mining;

/// <summary>
/// Searches ranges on a kernel device: cuts them into launches of a few milliseconds, keeps two in flight, so that the device
/// never waits for the host, and searches the nonces of every thread that saw a candidate again on the processor. So each
/// solution is verified, none is lost however many a launch has, and the device needs no atomics and no list of hits.
/// </summary>
public sealed class KernelSearcher : INonceSearcher
{
    private const int Slots = 2;
    private const int MaxNoncesPerThread = 1 << 16;
    private const int TuningLaunches = 3;

    private readonly IKernelDevice _device;
    private readonly INonceSearcher _processor;
    private readonly int _tunedNoncesPerThread;
    private readonly Lock _lock = new();

    /// <summary>
    /// Tunes the launch by trying: nonces per thread are doubled until a launch takes <paramref name="launchTime"/>.
    /// </summary>
    /// <param name="device">The device, which this searcher has to itself from now on.</param>
    /// <param name="launchTime">10 to 35 ms: long enough to drown the cost of a launch, short enough that a new job need not
    /// wait.</param>
    /// <param name="time">What the launches are timed with.</param>
    public KernelSearcher(IKernelDevice device, TimeSpan launchTime, TimeProvider time)
    {
        _device = device;
        _processor = NonceSearchers.Best;
        _tunedNoncesPerThread = Tune(launchTime, time);
    }

    public string Name => _device.Name;

    /// <summary>Nonces in one launch.</summary>
    public ulong LaunchSize => (ulong)_device.Threads * (ulong)_tunedNoncesPerThread;

    public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
    {
        // A device runs one search at a time; several would only queue behind each other.
        lock (_lock) return SearchAlone(job, firstNonce, count, ct);
    }

    private SearchResult SearchAlone(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
    {
        var midstate = new Midstate(job);
        var inFlight = new Queue<(int Slot, ulong Offset, ulong Count, KernelJob Launch)>(Slots);
        var found = new List<ulong>();
        var started = 0UL;
        var slot = 0;
        while (true)
        {
            while (inFlight.Count < Slots && started < count && !ct.IsCancellationRequested)
            {
                var size = Math.Min(LaunchSize, count - started);
                var launch = new KernelJob(midstate, job.TargetTop, unchecked(firstNonce + started), NoncesPerThread(size));
                _device.Start(slot, launch);
                inFlight.Enqueue((slot, started, size, launch));
                started += size;
                slot = (slot + 1) % Slots;
            }

            if (!inFlight.TryDequeue(out var oldest)) return new SearchResult(started, found);
            foreach (var thread in _device.Finish(oldest.Slot))
                SearchThreadAgain(job, oldest.Launch, thread, oldest.Count, found);
        }
    }

    // A short range is spread over all threads; those past its end have nothing that counts.
    private int NoncesPerThread(ulong size) => (int)((size + (ulong)_device.Threads - 1) / (ulong)_device.Threads);

    private void SearchThreadAgain(SearchJob job, KernelJob launch, int thread, ulong launchCount, List<ulong> found)
    {
        var offset = (ulong)thread * (ulong)launch.NoncesPerThread;
        if (offset >= launchCount) return;
        var count = Math.Min((ulong)launch.NoncesPerThread, launchCount - offset);
        found.AddRange(_processor.Search(job, unchecked(launch.FirstNonce + offset), count, CancellationToken.None).Nonces);
    }

    private int Tune(TimeSpan launchTime, TimeProvider time)
    {
        // A driver may compile and load the kernel at its first launch, which must not be taken for the speed of the device.
        Time(1, time);
        for (var nonces = 1; ; nonces *= 2)
        {
            var took = Time(nonces, time);
            if (took >= launchTime / 2 || nonces >= MaxNoncesPerThread)
                return (int)Math.Clamp(nonces * (launchTime / took), 1, MaxNoncesPerThread);
        }
    }

    // The best of a few: an interruption only ever makes the device look slower.
    private TimeSpan Time(int noncesPerThread, TimeProvider time)
    {
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < TuningLaunches; i++)
        {
            var startedAt = time.GetTimestamp();
            _device.Start(0, new KernelJob(new Midstate(default), bound: 0, firstNonce: 0, noncesPerThread));
            _device.Finish(0);
            var took = time.GetElapsedTime(startedAt);
            if (took < best) best = took;
        }

        return best;
    }
}
