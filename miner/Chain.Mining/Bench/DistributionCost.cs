using Chain.Primitives;

namespace Chain.Mining;

/// <summary>
/// The cost of a session beside its searches, measured with engines that search nothing, so that what is left is the session.
/// </summary>
internal static class DistributionCost
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(20);

    public static DistributionReport Measure(int rounds)
    {
        var batch = Benchmark.Median(Enumerable.Range(0,
            rounds).Select(_ => SecondsPerCall(new IdleEngine(), changeJobs: false)));
        var change =
            Benchmark.Median(Enumerable.Range(0, rounds).Select(_ => SecondsPerCall(new WaitingEngine(), changeJobs: true)));
        var batchTime = new SearchSessionOptions { Engines = [], FirstNonce = 0 }.BatchTime;
        return new DistributionReport(batch * 1e6, change * 1e6, (batch / batchTime.TotalSeconds) + change);
    }

    // Processor time by calls of the engine, a thread on each core.
    private static double SecondsPerCall(CountingEngine engine, bool changeJobs)
    {
        var options = new SearchSessionOptions
        {
            Engines = Enumerable.Repeat(engine, Environment.ProcessorCount).ToArray(),
            FirstNonce = 0,
        };
        using var session = new SearchSession(options, _ => { });
        session.SetJob(default(SearchJob));
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var callsBefore = engine.Calls;
        for (var jobs = 1UL; Environment.CpuUsage.TotalTime - cpuBefore < Slice; jobs++)
        {
            if (changeJobs) session.SetJob(new SearchJob(new UInt256(jobs).ToHash256(), UInt256.Zero));
            Thread.Sleep(1);
        }

        var cpu = Environment.CpuUsage.TotalTime - cpuBefore;
        return cpu.TotalSeconds / Math.Max(1, engine.Calls - callsBefore);
    }

    private abstract class CountingEngine : INonceSearcher
    {
        private long _calls;

        public long Calls => Interlocked.Read(ref _calls);

        public string Name => "none";

        public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
        {
            Interlocked.Increment(ref _calls);
            Pass(ct);
            return new SearchResult(count, []);
        }

        protected abstract void Pass(CancellationToken ct);
    }

    private sealed class IdleEngine : CountingEngine
    {
        protected override void Pass(CancellationToken ct)
        {
        }
    }

    private sealed class WaitingEngine : CountingEngine
    {
        protected override void Pass(CancellationToken ct) => ct.WaitHandle.WaitOne();
    }
}
