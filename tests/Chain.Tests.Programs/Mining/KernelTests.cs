using Chain.Consensus.Work;
using Chain.Mining;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>The GPU kernel's body and the host's side of it, run thread by thread on the processor.</summary>
public sealed class KernelTests
{
    private static readonly TimeSpan LaunchTime = TimeSpan.FromMilliseconds(20);

    public static TheoryData<string> Rotates() => ["plain", "funnel"];

    [Theory]
    [MemberData(nameof(Rotates))]
    public void The_kernel_passes_the_check_of_the_processor_engines(string rotate)
    {
        foreach (var threads in new[] { 1, 7, 64 })
            Assert.Null(EngineCheck.Fault(new KernelSearcher(new EmulatedDevice(threads, rotate), LaunchTime,
                new SteppingClock(LaunchTime)), seed: 3));
    }

    [Theory]
    [MemberData(nameof(Rotates))]
    public void Several_launches_lose_nothing_and_try_nothing_twice(string rotate)
    {
        var device = new EmulatedDevice(16, rotate);
        var searcher = new KernelSearcher(device, LaunchTime, new SteppingClock(LaunchTime));
        Assert.Equal(16UL, searcher.LaunchSize);
        device.Launches.Clear();
        var job = new SearchJob(Hash256.Zero, UInt256.MaxValue >> 5);
        var result = searcher.Search(job, 100, 1000, CancellationToken.None);
        Assert.Equal(1000UL, result.HashesDone);
        Assert.Equal(Reference(job, 100, 1000), result.Nonces);
        Assert.Equal(63, device.Launches.Count);
        Assert.Equal(Enumerable.Range(0, 63).Select(i => 100 + (16 * (ulong)i)),
            device.Launches.Select(launch => launch.FirstNonce));
        Assert.True(device.MostInFlight == 2, "Two launches shall be in flight.");
    }

    [Fact]
    public void A_search_that_is_cancelled_finishes_what_is_in_flight_and_counts_it()
    {
        using var stop = new CancellationTokenSource();
        var device = new EmulatedDevice(16, "plain");
        var searcher = new KernelSearcher(device, LaunchTime, new SteppingClock(LaunchTime));
        device.OnFinish = launches =>
        {
            if (launches == 3) stop.Cancel();
        };
        var job = new SearchJob(Hash256.Zero, UInt256.MaxValue >> 5);
        var result = searcher.Search(job, 0, ulong.MaxValue, stop.Token);
        Assert.Equal(4UL * 16, result.HashesDone);
        Assert.Equal(Reference(job, 0, result.HashesDone), result.Nonces);
    }

    [Fact]
    public void The_launch_is_tuned_to_the_time_it_shall_take()
    {
        // One tick of this clock a nonce and thread: 1000 nonces fill a launch.
        var device = new EmulatedDevice(2, "plain");
        var clock = new DeviceClock(device, perNonce: LaunchTime / 1000);
        Assert.Equal(2000UL, new KernelSearcher(device, LaunchTime, clock).LaunchSize);
    }

    [Fact]
    public void A_first_launch_that_compiles_the_kernel_does_not_make_the_device_look_slow()
    {
        var device = new EmulatedDevice(2, "plain");
        var clock = new DeviceClock(device, perNonce: LaunchTime / 1000, firstLaunch: LaunchTime * 500);
        Assert.Equal(2000UL, new KernelSearcher(device, LaunchTime, clock).LaunchSize);
    }

    [Fact]
    public void A_device_lost_between_two_launches_of_a_search_loses_no_solution()
    {
        var lines = new List<string>();
        var device = new EmulatedDevice(16, "plain");
        var searcher = new FallbackSearcher(new KernelSearcher(device, LaunchTime, new SteppingClock(LaunchTime)),
            NonceSearchers.Best, lines.Add);
        device.OnFinish = launches =>
        {
            if (launches == 9) throw new DeviceException("a launch did not come back: the context was destroyed");
        };
        var job = new SearchJob(Hash256.Zero, UInt256.MaxValue >> 5);
        Assert.Equal(Reference(job, 5, 1000), searcher.Search(job, 5, 1000, CancellationToken.None).Nonces);
        Assert.Equal([$"emulated: a launch did not come back: the context was destroyed; {NonceSearchers.Best.Name} takes over."],
            lines);
    }

    [Theory]
    [InlineData("a launch failed: out of memory")]
    [InlineData("the kernel cannot run on it: ptxas fatal")]
    public void A_device_that_fails_while_it_is_opened_is_left_out_and_all_threads_of_the_processor_take_over(string problem)
    {
        var lines = new List<string>();
        var device = new EmulatedDevice(16, "plain") { OnStart = () => throw new DeviceException(problem) };
        var devices = new DeviceList([new MiningDevice("emulated", "cuda", null,
            () => new KernelSearcher(device, LaunchTime, new SteppingClock(LaunchTime)))], null);
        var choice = EngineChoice.Resolve("auto", 3, () => devices, lines.Add);
        Assert.Equal(Enumerable.Repeat(NonceSearchers.Best, 3), choice.Engines);
        Assert.Equal([$"emulated: {problem}; it is left out."], lines);
        Assert.Contains("failed to open", EngineChoice.Resolve("gpu", 3, () => devices, _ => { }).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Both_ways_to_write_a_rotate_rotate()
    {
        var random = new Random(1);
        for (var count = 1; count < 64; count++)
        {
            var x = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            Assert.Equal(ulong.RotateLeft(x, count), default(PlainRotate).Left(x, count));
            Assert.Equal(ulong.RotateLeft(x, count), default(FunnelRotate).Left(x, count));
        }
    }

    private static IEnumerable<ulong> Reference(SearchJob job, ulong first, ulong count) =>
        Enumerable.Range(0, (int)count).Select(i => first + (ulong)i)
            .Where(nonce => KeccakSeal.PowHash(job.SealHash, nonce).ToUInt256() <= job.Target);

    private readonly struct TableConstants : IRoundConstants
    {
        public ulong Of(int round) => KeccakF1600.RoundConstants[round];
    }

    /// <summary>Runs a launch's threads one after the other when it is waited for.</summary>
    private sealed class EmulatedDevice(int threads, string rotate) : IKernelDevice
    {
        private readonly KernelJob?[] _slots = new KernelJob?[2];
        private int _finished;

        public List<KernelJob> Launches { get; } = [];

        public int MostInFlight { get; private set; }

        public Action OnStart { get; init; } = () => { };

        public Action<int> OnFinish { get; set; } = _ => { };

        public string Name => "emulated";

        public int Threads => threads;

        public void Start(int slot, KernelJob job)
        {
            OnStart();
            Assert.Null(_slots[slot]);
            _slots[slot] = job;
            Launches.Add(job);
            MostInFlight = Math.Max(MostInFlight, _slots.Count(running => running is not null));
        }

        public IReadOnlyList<int> Finish(int slot)
        {
            var job = _slots[slot]!.Value;
            _slots[slot] = null;
            if (job.Bound > 0) OnFinish(++_finished);
            return Enumerable.Range(0, threads).Where(thread => rotate == "plain"
                ? KeccakKernel.Search<PlainRotate, TableConstants>(job, thread, default)
                : KeccakKernel.Search<FunnelRotate, TableConstants>(job, thread, default)).ToArray();
        }
    }

    /// <summary>Each look at it finds it further by the same step.</summary>
    private sealed class SteppingClock(TimeSpan step) : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += step.Ticks;
    }

    /// <summary>Advances with the nonces that a device was given.</summary>
    private sealed class DeviceClock(EmulatedDevice device, TimeSpan perNonce, TimeSpan firstLaunch = default) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() =>
            (device.Launches.Sum(launch => launch.NoncesPerThread) * perNonce.Ticks)
            + (device.Launches.Count > 0 ? firstLaunch.Ticks : 0);
    }
}
