using System.Collections.Concurrent;
using Chain.Mining;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class SearchSessionTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly UInt256 Unsolvable = UInt256.Zero;

    [Fact]
    public void Reports_a_solution_and_rests_until_the_next_job()
    {
        using var found = new BlockingCollection<FoundNonce>();
        using var session = new SearchSession(Options(1, new RecordingSearcher(NonceSearchers.Best)), found.Add);
        var job = Job(1, UInt256.MaxValue >> 8);
        session.SetJob(job);
        Assert.True(found.TryTake(out var first, Bound));
        Assert.Equal(job, first.Job);
        Assert.True(job.IsSolvedBy(first.Nonce));

        var next = Job(2, UInt256.MaxValue >> 8);
        session.SetJob(next);
        FoundNonce second;
        do Assert.True(found.TryTake(out second, Bound));
        while (second.Job == job);
        Assert.Equal(next, second.Job);
    }

    [Fact]
    public void Every_solution_of_a_batch_is_reported()
    {
        using var found = new BlockingCollection<FoundNonce>();
        var searcher = new RecordingSearcher(NonceSearchers.Best);
        var session = new SearchSession(Options(1, searcher), found.Add);
        session.SetJob(Job(1, UInt256.MaxValue >> 4));
        Assert.True(found.TryTake(out var first, Bound));
        session.Dispose();
        var reported = found.Select(solution => solution.Nonce).Prepend(first.Nonce);
        Assert.Equal(searcher.Calls.SelectMany(call => call.Nonces), reported);
        Assert.True(searcher.Calls.Sum(call => call.Nonces.Count) > 1);
    }

    [Fact]
    public void Several_threads_and_several_jobs_never_try_a_nonce_twice()
    {
        var searchers = Enumerable.Range(0, 4).Select(_ => new RecordingSearcher(NonceSearchers.Best)).ToArray();
        using (var session = new SearchSession(Options(ulong.MaxValue - 500, searchers), _ => { }))
        {
            for (var i = 0; i < 8; i++)
            {
                session.SetJob(Job(i % 2, Unsolvable));
                foreach (var searcher in searchers) searcher.WaitForAnotherCall(Bound);
            }
        }

        // The first nonce stands just below 2^64, so the walk wraps: count from there.
        var ranges = searchers.SelectMany(searcher => searcher.Calls)
            .Select(call => (From: call.First - (ulong.MaxValue - 500), call.Count)).OrderBy(range => range.From).ToArray();
        for (var i = 1; i < ranges.Length; i++) Assert.Equal(ranges[i - 1].From + ranges[i - 1].Count, ranges[i].From);
        Assert.Equal(0UL, ranges[0].From);
    }

    [Fact]
    public void A_new_job_ends_a_running_search()
    {
        using var started = new SemaphoreSlim(0);
        var searcher = new EndlessSearcher(started);
        using var session = new SearchSession(Options(1, searcher), _ => { });
        session.SetJob(Job(1, Unsolvable));
        Assert.True(started.Wait(Bound));
        session.SetJob(Job(2, Unsolvable));
        Assert.True(started.Wait(Bound));
        session.SetJob(null);
        Assert.Equal([Job(1, Unsolvable), Job(2, Unsolvable)], searcher.Jobs);
    }

    [Fact]
    public void Setting_the_same_job_again_resumes_after_a_solution()
    {
        using var found = new BlockingCollection<FoundNonce>();
        using var session = new SearchSession(Options(1, NonceSearchers.Best), found.Add);
        var job = Job(1, UInt256.MaxValue >> 12);
        var nonces = new HashSet<ulong>();
        for (var i = 0; i < 5; i++)
        {
            session.SetJob(job);
            Assert.True(found.TryTake(out var solution, Bound));
            Assert.True(nonces.Add(solution.Nonce));
        }
    }

    [Fact]
    public void Goes_on_after_a_solution_when_told_to()
    {
        using var found = new BlockingCollection<FoundNonce>();
        using var session = new SearchSession(Options(1, NonceSearchers.Best) with { KeepSearching = true }, found.Add);
        session.SetJob(Job(1, UInt256.MaxValue >> 16));
        for (var i = 0; i < 5; i++) Assert.True(found.TryTake(out _, Bound));
    }

    [Fact]
    public void Solutions_found_in_the_last_batch_are_reported_before_dispose_returns()
    {
        var found = new ConcurrentQueue<FoundNonce>();
        var searcher = new RecordingSearcher(NonceSearchers.Best);
        var session = new SearchSession(Options(1, searcher) with { KeepSearching = true }, found.Enqueue);
        session.SetJob(Job(1, UInt256.MaxValue >> 8));
        searcher.WaitForAnotherCall(Bound);
        session.Dispose();
        Assert.Equal(searcher.Calls.SelectMany(call => call.Nonces), found.Select(solution => solution.Nonce));
        Assert.Equal((ulong)searcher.Calls.Sum(call => (long)call.Done), session.TotalHashes);
    }

    [Fact]
    public async Task A_session_ends_wherever_its_threads_are_when_it_is_told_to()
    {
        // Threads that do nothing but come back for more: the end meets them at every step.
        for (var i = 0; i < 1000; i++)
        {
            var session = new SearchSession(Options(1, new TirelessSearcher(), new TirelessSearcher()), _ => { });
            session.SetJob(Job(1, Unsolvable));
            await Task.Run(session.Dispose).WaitAsync(Bound);
        }
    }

    [Fact]
    public void A_session_without_a_job_ends_cleanly()
    {
        var session = new SearchSession(Options(1, NonceSearchers.Best), _ => { });
        session.Dispose();
        Assert.Equal(0UL, session.TotalHashes);
    }

    [Fact]
    public void A_limited_session_asks_for_small_ranges_and_still_finds()
    {
        using var found = new BlockingCollection<FoundNonce>();
        var searcher = new RecordingSearcher(NonceSearchers.Best);
        using var session = new SearchSession(Options(1, searcher) with { HashesPerSecondLimit = 50_000 }, found.Add);
        session.SetJob(Job(1, UInt256.MaxValue >> 8));
        Assert.True(found.TryTake(out _, Bound));
        Assert.All(searcher.Calls, call => Assert.InRange(call.Count, 1UL, 1000UL));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(double.NaN)]
    public void A_limit_that_is_not_above_zero_is_refused(double limit) =>
        Assert.Throws<ArgumentException>(() =>
            new SearchSession(Options(1, NonceSearchers.Best) with { HashesPerSecondLimit = limit }, _ => { }));

    [Fact]
    public void The_time_spent_searching_is_a_share_of_the_time_since_the_first_job()
    {
        using var found = new BlockingCollection<FoundNonce>();
        using var session = new SearchSession(Options(1, NonceSearchers.Best) with { KeepSearching = true }, found.Add);
        Assert.Null(session.SearchShare);
        session.SetJob(Job(1, UInt256.MaxValue >> 8));
        Assert.True(found.TryTake(out _, Bound));
        Assert.InRange(session.SearchShare!.Value, double.Epsilon, 1);
    }

    [Fact]
    public void The_limiter_spaces_bookings_by_the_limit()
    {
        var limiter = new HashRateLimiter(1000, TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, limiter.Reserve(TimeSpan.Zero, 500));
        Assert.Equal(TimeSpan.FromMilliseconds(500), limiter.Reserve(TimeSpan.Zero, 500));
        Assert.Equal(TimeSpan.FromMilliseconds(900), limiter.Reserve(TimeSpan.FromMilliseconds(100), 500));
    }

    [Fact]
    public void The_limiter_makes_good_a_late_wake_up_but_not_a_long_rest()
    {
        var limiter = new HashRateLimiter(1000, TimeSpan.Zero);
        limiter.Reserve(TimeSpan.Zero, 100);
        Assert.Equal(TimeSpan.Zero, limiter.Reserve(TimeSpan.FromMilliseconds(150), 50));
        Assert.Equal(TimeSpan.Zero, limiter.Reserve(TimeSpan.FromMilliseconds(150), 50));
        limiter.Reserve(TimeSpan.FromSeconds(60), 100);
        Assert.Equal(TimeSpan.Zero, limiter.Reserve(TimeSpan.FromSeconds(60), 1000));
        Assert.Equal(TimeSpan.FromSeconds(1), limiter.Reserve(TimeSpan.FromSeconds(60), 1));
    }

    [Fact]
    public void The_meter_counts_the_last_five_seconds()
    {
        var meter = new RateMeter(TimeSpan.Zero);
        for (var tenth = 0; tenth < 100; tenth++) meter.Add(TimeSpan.FromSeconds(tenth / 10.0), 100);
        Assert.Equal(10_000UL, meter.Total);
        Assert.InRange(meter.HashesPerSecond(TimeSpan.FromSeconds(10)), 900, 1100);
        Assert.Equal(0, meter.HashesPerSecond(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void The_meter_is_right_from_the_first_second()
    {
        var meter = new RateMeter(TimeSpan.FromSeconds(100));
        meter.Add(TimeSpan.FromSeconds(100.5), 1000);
        Assert.Equal(2000, meter.HashesPerSecond(TimeSpan.FromSeconds(100.5)), 3);
    }

    private static SearchSessionOptions Options(ulong firstNonce, params INonceSearcher[] engines) =>
        new() { Engines = engines, FirstNonce = firstNonce };

    private static SearchJob Job(int number, UInt256 target) => new(new UInt256((ulong)number).ToHash256(), target);

    private sealed record Call(ulong First, ulong Count, ulong Done, IReadOnlyList<ulong> Nonces);

    private sealed class TirelessSearcher : INonceSearcher
    {
        public string Name => "tireless";

        public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct) => new(count, []);
    }

    // Passes on and remembers.
    private sealed class RecordingSearcher(INonceSearcher inner) : INonceSearcher
    {
        private readonly object _gate = new();

        public ConcurrentQueue<Call> Calls { get; } = new();

        public string Name => inner.Name;

        public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
        {
            var result = inner.Search(job, firstNonce, count, ct);
            Calls.Enqueue(new Call(firstNonce, count, result.HashesDone, result.Nonces));
            lock (_gate) Monitor.PulseAll(_gate);
            return result;
        }

        public void WaitForAnotherCall(TimeSpan bound)
        {
            lock (_gate) Assert.True(Monitor.Wait(_gate, bound));
        }
    }

    // Searches until it is told to stop.
    private sealed class EndlessSearcher(SemaphoreSlim started) : INonceSearcher
    {
        public List<SearchJob> Jobs { get; } = [];

        public string Name => "endless";

        public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
        {
            Jobs.Add(job);
            started.Release();
            ct.WaitHandle.WaitOne();
            return new SearchResult(0, []);
        }
    }
}
