using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Chain.Primitives;

namespace Chain.Mining;

/// <summary>
/// Measures engines in interleaved rounds: each round runs all of them for a moment, so that whatever else the machine does hits
/// all alike, and only ratios within one round are compared. A processor engine's rate is by the processor time that it got, so a
/// busy machine measures nearly what an idle one does; a device's is by the wall clock.
/// </summary>
public sealed class Benchmark(IReadOnlyList<INonceSearcher> engines, IReadOnlyList<INonceSearcher> devices, int rounds)
{
    private const int SettledSlices = 12;

    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan LongSlice = TimeSpan.FromMilliseconds(300);
    private static readonly SearchJob Unsolvable = new(Hash256.Zero, UInt256.Zero);

    private readonly BouncyCastleSearcher _reference = new();

    public BenchReport Run(Action<string> progress)
    {
        INonceSearcher[] all = [.. devices, .. engines, _reference];
        progress("warming up");
        var counts = all.Select(WarmUp).ToArray();
        var rates = all.Select(_ => new double[rounds]).ToArray();
        var clocks = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            progress($"round {round + 1} of {rounds}");
            clocks[round] = ClockHz();
            for (var i = 0; i < all.Length; i++) rates[i][round] = Rate(all[i], counts[i], byCpuTime: i >= devices.Count);
        }

        var processor = ProcessorModel.Here();
        var operations = LaneOperations.OfBody();
        progress("all cores");
        var best = engines.MaxBy(engine => Median(rates[Array.IndexOf(all, engine)]))!;
        var allCores = AllCores(best, rounds);
        progress("distribution of work");
        var distribution = DistributionCost.Measure(rounds);
        return new BenchReport(
            new MachineReport(processor.Name, Environment.ProcessorCount, Median(clocks) / 1e9),
            all.Select((engine, i) =>
                Report(engine.Name, rates[i], rates[^1], clocks, IssueLimit.Of(engine.Name, operations, processor))).ToArray(),
            allCores,
            distribution,
            Assumptions(processor));
    }

    private static EngineReport Report(string name, double[] rates, double[] reference, double[] clocks,
        IssueLimit? limit) => new(
        name,
        Median(rates),
        Median(rates.Zip(reference, (rate, unit) => rate / unit)),
        limit is null ? null : Median(clocks) / limit.CyclesPerHash,
        limit is null ? null : Median(rates.Zip(clocks, (rate, clock) => rate * limit.CyclesPerHash / clock)),
        limit?.Instructions);

    private static string[] Assumptions(ProcessorModel processor) =>
    [
        $"Processor taken for {processor.Name}: logic/shift units {Text(processor.Scalar)} scalar, {Text(processor.Vector)} at "
        + $"128 and 256 bits, {Text(processor.Wide)} at 512 bits.",
        "The limit counts the logic, shift, rotate and shuffle instructions of one vector as if they filled the units without "
        + "a gap; loads, stores, register moves, the loop and the comparison are free in it.",
        .. processor.CompilerFoldsLogic
            ? ["The just-in-time compiler has AVX-512VL here and turns avx2's pairs of logic instructions into ternary ones; "
                + "its limit counts those."]
            : Array.Empty<string>(),
        "The clock is measured by a chain of dependent one-cycle instructions on one core, so turbo and a throttled virtual "
            + "machine are in it.",
        "Rates of processor engines are by the processor time of one core that they used, rates of devices by the wall clock.",
        "Distribution of work is measured with engines that do no work: the processor time of one batch and of one job change, "
        + "set against batches of 20 ms and a new template every second.",
        "Ratios and shares are medians of the ratios within each round; rates are medians on their own.",
    ];

    private static string Text(Units units) => $"{units.Logic}/{units.Shift}";

    // How many nonces fill a slice, once the runtime has compiled the engine for good. It compiles the reference anew after that
    // has run for a while, and to measure it before would flatter the others.
    private static ulong WarmUp(INonceSearcher engine)
    {
        var count = Size(engine);
        var best = 0.0;
        for (var unchanged = 0; unchanged < SettledSlices; unchanged++)
        {
            // The compiler's thread wants a core as well.
            Thread.Sleep(Slice / 2);
            var rate = Rate(engine, count, byCpuTime: false);
            if (rate <= best * 1.05) continue;
            (best, unchanged) = (rate, -1);
        }

        return Size(engine);
    }

    private static ulong Size(INonceSearcher engine)
    {
        var count = 2048UL;
        while (true)
        {
            var startedAt = Stopwatch.GetTimestamp();
            engine.Search(Unsolvable, 0, count, CancellationToken.None);
            var took = Stopwatch.GetElapsedTime(startedAt);
            if (took >= Slice / 2) return (ulong)(count * (Slice / took));
            count *= 2;
        }
    }

    private static double Rate(INonceSearcher engine, ulong count, bool byCpuTime)
    {
        var (perSecond, perCpuSecond) = Measure(() => engine.Search(Unsolvable, 0, count, CancellationToken.None).HashesDone);
        return byCpuTime ? perCpuSecond : perSecond;
    }

    private static AllCoresReport AllCores(INonceSearcher engine, int rounds)
    {
        var cores = Environment.ProcessorCount;
        var wall = new double[rounds];
        var cpu = new double[rounds];
        var rates = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var one = Measure(() => SearchFor(engine, 1, LongSlice));
            var all = Measure(() => SearchFor(engine, cores, LongSlice));
            rates[round] = all.PerSecond;
            wall[round] = all.PerSecond / (cores * one.PerSecond);
            cpu[round] = all.PerCpuSecond / one.PerCpuSecond;
        }

        return new AllCoresReport(engine.Name, cores, Median(rates), Median(wall), Median(cpu));
    }

    private static (double PerSecond, double PerCpuSecond) Measure(Func<ulong> search)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var cpuBefore = Environment.CpuUsage.TotalTime;
        var hashes = search();
        var cpu = Environment.CpuUsage.TotalTime - cpuBefore;
        return (hashes / Stopwatch.GetElapsedTime(startedAt).TotalSeconds, hashes / cpu.TotalSeconds);
    }

    private static ulong SearchFor(INonceSearcher engine, int threads, TimeSpan time)
    {
        using var stop = new CancellationTokenSource();
        var done = new ulong[threads];
        var running = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            done[i] = engine.Search(Unsolvable, (ulong)i << 48, ulong.MaxValue, stop.Token).HashesDone;
        })).ToArray();
        foreach (var thread in running) thread.Start();
        stop.CancelAfter(time);
        foreach (var thread in running) thread.Join();
        return done.Aggregate(0UL, (sum, hashes) => sum + hashes);
    }

    // Each rotate waits for the xor before it and each xor for the rotate: two cycles a pair on every processor this runs on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static ulong Chain(ulong x, int turns)
    {
        for (var i = 0; i < turns; i++)
        {
            x = BitOperations.RotateLeft(x, 7) ^ (ulong)i;
            x = BitOperations.RotateLeft(x, 11) ^ (ulong)i;
            x = BitOperations.RotateLeft(x, 13) ^ (ulong)i;
            x = BitOperations.RotateLeft(x, 17) ^ (ulong)i;
            x = BitOperations.RotateLeft(x, 19) ^ (ulong)i;
            x = BitOperations.RotateLeft(x, 23) ^ (ulong)i;
            x = BitOperations.RotateLeft(x, 29) ^ (ulong)i;
            x = BitOperations.RotateLeft(x, 31) ^ (ulong)i;
        }

        return x;
    }

    // The best of a few: an interruption only ever makes the clock look slower.
    private static double ClockHz()
    {
        const int Turns = 200_000;
        const int CyclesPerTurn = 16;
        var best = 0.0;
        for (var i = 0; i < 5; i++)
        {
            var startedAt = Stopwatch.GetTimestamp();
            GC.KeepAlive(Chain((ulong)startedAt, Turns));
            best = Math.Max(best, Turns * CyclesPerTurn / Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
        }

        return best;
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1
            ? sorted[sorted.Length / 2]
            : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
