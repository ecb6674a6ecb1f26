namespace Chain.Mining;

/// <summary>A solution, verified with the full hash.</summary>
/// <param name="Job">The job it solves, which may by now be an old one.</param>
/// <param name="Nonce">The nonce that was found.</param>
/// <param name="Engine">The name of the engine that found it.</param>
public readonly record struct FoundNonce(SearchJob Job, ulong Nonce, string Engine);

/// <summary>
/// A search on several threads whose job changes under way: the host sets jobs and gets solutions by callback. All threads draw
/// their ranges from one counter that never goes back, so no nonce is tried twice, whatever jobs come, go and come again. A
/// new job ends running batches at once; what they had found of the old one is still reported.
/// </summary>
public sealed class SearchSession : IDisposable
{
    private readonly SearchSessionOptions _options;
    private readonly Action<FoundNonce> _onFound;
    private readonly HashRateLimiter? _limiter;
    private readonly RateMeter[] _meters;
    private readonly Thread[] _threads;
    private readonly long _startedAt;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private bool _disposed;
    private long _searchTicks;
    private long? _firstJobAt;
    private ulong _nextNonce;
    private Assignment? _assignment;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Starts the threads; they rest until a job is set.</summary>
    /// <param name="options">How to search.</param>
    /// <param name="onFound">Called on a search thread for each solution; it must return quickly and may call
    /// <see cref="SetJob"/>, but not <see cref="Dispose"/>.</param>
    /// <exception cref="ArgumentException">No engine, or a limit that is not above zero.</exception>
    public SearchSession(SearchSessionOptions options, Action<FoundNonce> onFound)
    {
        if (options.Engines.Count == 0) throw new ArgumentException("A search needs at least one engine.", nameof(options));
        if (options.HashesPerSecondLimit is { } limit && !(limit > 0))
            throw new ArgumentException($"The hash rate limit is {limit}; it must be above zero.", nameof(options));

        _options = options;
        _onFound = onFound;
        _nextNonce = options.FirstNonce;
        _startedAt = options.Time.GetTimestamp();
        if (options.HashesPerSecondLimit is { } rate) _limiter = new HashRateLimiter(rate, Elapsed);
        _meters = options.Engines.Select(_ => new RateMeter(Elapsed)).ToArray();
        _threads = options.Engines.Select((engine, i) => new Thread(() => Run(engine, _meters[i]))
        {
            IsBackground = true,
            Name = $"miner {i} ({engine.Name})",
            Priority = ThreadPriority.BelowNormal,
        }).ToArray();
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>All hashes done since the start.</summary>
    public ulong TotalHashes => _meters.Aggregate(0UL, (sum, meter) => sum + meter.Total);

    /// <summary>Hashes a second of all threads over the last five seconds.</summary>
    public double HashesPerSecond => _meters.Sum(meter => meter.HashesPerSecond(Elapsed));

    /// <summary>
    /// The rate of each engine over the last five seconds, threads of the same engine added up, in the order given.
    /// </summary>
    public IReadOnlyList<(string Engine, int Threads, double HashesPerSecond)> Rates =>
        _options.Engines.Zip(_meters)
            .GroupBy(pair => pair.First.Name)
            .Select(group => (group.Key, group.Count(), group.Sum(pair => pair.Second.HashesPerSecond(Elapsed))))
            .ToArray();

    /// <summary>
    /// Of the time that the threads have had since the first job, the share that was spent searching: what is missing to 1 was
    /// spent on handing out ranges, changing jobs, resting after solutions and waiting for a limit. Null before the first job.
    /// </summary>
    public double? SearchShare
    {
        get
        {
            lock (_lock)
            {
                return _firstJobAt is { } began && _options.Time.GetElapsedTime(began) is { Ticks: > 0 } sinceThen
                    ? TimeSpan.FromTicks(Interlocked.Read(ref _searchTicks)) / (sinceThen * _threads.Length)
                    : null;
            }
        }
    }

    private TimeSpan Elapsed => _options.Time.GetElapsedTime(_startedAt);

    /// <summary>Searches this job from now on, also when it is the same as before; null rests.</summary>
    public void SetJob(SearchJob? job)
    {
        Assignment? old;
        TaskCompletionSource changed;
        lock (_lock)
        {
            if (job is not null) _firstJobAt ??= _options.Time.GetTimestamp();
            old = _assignment;
            _assignment = job is { } set ? new Assignment(set) : null;
            (changed, _changed) = (_changed, NewSignal());
        }

        old?.Cancel();
        changed.SetResult();
    }

    /// <summary>
    /// Ends the search, waits for the running batches and reports what they found. Not for two threads at once.
    /// </summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stop.Cancel();
        SetJob(null);
        foreach (var thread in _threads) thread.Join();
        _stop.Dispose();
    }

    private void Run(INonceSearcher engine, RateMeter meter)
    {
        // A first batch that is short on any machine; from then on batches follow the measured speed.
        var batch = 1024UL;
        while (!_stop.IsCancellationRequested)
        {
            if (!TryWaitForWork(batch, out var assignment, out var first, out var count)) continue;
            var startedAt = _options.Time.GetTimestamp();
            var result = engine.Search(assignment.Job, first, count, assignment.Token);
            var took = _options.Time.GetElapsedTime(startedAt);
            Interlocked.Add(ref _searchTicks, took.Ticks);
            meter.Add(Elapsed, result.HashesDone);
            if (result.HashesDone == count) batch = NextBatch(count, took);
            if (result.Nonces.Count == 0) continue;
            if (!_options.KeepSearching) Rest(assignment);
            foreach (var nonce in result.Nonces) _onFound(new FoundNonce(assignment.Job, nonce, engine.Name));
        }
    }

    // Waits for a job and for the limit, and takes the next range. False: the session ends, or the job went meanwhile.
    private bool TryWaitForWork(ulong batch, out Assignment assignment, out ulong first, out ulong count)
    {
        (assignment, first, count) = (null!, 0, batch);
        Task changed;
        lock (_lock)
        {
            // Looked at under the lock: Dispose sets it before it sends the last signal, which a thread that comes later does not
            // get.
            if (_stop.IsCancellationRequested) return false;
            changed = _changed.Task;
            if (_assignment is not null && _limiter is null) return Take(batch, out assignment, out first);
            if (_assignment is not null) changed = Task.CompletedTask;
        }

        changed.Wait();
        if (_limiter is null || _stop.IsCancellationRequested) return false;

        // The limit is booked for hashes, not for a job: whichever job is set when the wait is over gets them.
        var perThread = _limiter.HashesPerSecond * _options.BatchTime.TotalSeconds / _threads.Length;
        count = Math.Min(batch, (ulong)Math.Max(1, perThread));
        if (!TryDelay(_limiter.Reserve(Elapsed, count))) return false;
        lock (_lock) return Take(count, out assignment, out first);
    }

    // Under the lock.
    private bool Take(ulong count, out Assignment assignment, out ulong first)
    {
        assignment = _assignment!;
        first = _nextNonce;
        if (_assignment is null) return false;
        _nextNonce = unchecked(_nextNonce + count);
        return true;
    }

    private void Rest(Assignment solved)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_assignment, solved)) _assignment = null;
        }

        solved.Cancel();
    }

    private bool TryDelay(TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero) return true;
        try
        {
            Task.Delay(delay, _options.Time, _stop.Token).GetAwaiter().GetResult();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private ulong NextBatch(ulong count, TimeSpan took)
    {
        if (took <= TimeSpan.Zero) return count;
        var wanted = count * (_options.BatchTime / took);
        return (ulong)Math.Clamp(wanted, count / 2.0 + 1, count * 2.0);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One setting of a job: setting the same job again is another assignment. Cancelling it ends the running batches; it is
    // never disposed, since a thread may still look at its token.
    private sealed class Assignment(SearchJob job) : CancellationTokenSource
    {
        public SearchJob Job => job;
    }
}
