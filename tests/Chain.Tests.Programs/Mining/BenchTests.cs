using Chain.Miner;
using Chain.Mining;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class BenchTests
{
    [Fact]
    public void Every_engine_that_runs_here_passes_the_check_before_measuring()
    {
        foreach (var engine in NonceSearchers.Available()) Assert.Null(EngineCheck.Fault(engine, seed: 9));
    }

    [Fact]
    public void The_check_names_the_case_that_a_wrong_engine_fails()
    {
        var fault = EngineCheck.Fault(new DeafSearcher(), seed: 9);
        Assert.NotNull(fault);
        Assert.Contains("deaf, seed 9: seal hash 0x", fault);
    }

    [Fact]
    public void The_body_counts_what_24_rounds_less_the_savings_need()
    {
        var counts = LaneOperations.OfBody();

        // 22 rounds whole; the first has chi but no theta, the last only what lane 0 needs.
        Assert.Equal((23 * 25) + 1, counts.Chi);
        Assert.Equal(23 * 10, counts.Xor3);
        Assert.Equal((22 * 25) + 3, counts.Theta);
        Assert.Equal((22 * 5) + 3, counts.ThetaEffect);
        Assert.Equal((22 * 29) + 5 + 10, counts.Rotate + counts.RotateWholeBytes);
    }

    [Fact]
    public void Wider_vectors_have_a_lower_issue_limit_per_hash()
    {
        var processor = new ProcessorModel("test", new Units(4, 2), new Units(3, 2), new Units(2, 1));
        var counts = LaneOperations.OfBody();
        var cycles = new[] { "scalar", "avx2", "avx512vl", "avx512" }
            .Select(name => IssueLimit.Of(name, counts, processor)!.CyclesPerHash).ToArray();
        Assert.Equal(cycles.OrderDescending(), cycles);
        Assert.Null(IssueLimit.Of("bouncycastle", counts, processor));
    }

    [Fact]
    public void Avx2_has_the_limit_of_the_instructions_that_the_compiler_makes_of_it()
    {
        var processor = new ProcessorModel("test", new Units(4, 2), new Units(3, 2), new Units(2, 1));
        var counts = LaneOperations.OfBody();
        var plain = IssueLimit.Of("avx2", counts, processor)!;
        var folded = IssueLimit.Of("avx2", counts, processor with { CompilerFoldsLogic = true })!;
        Assert.Equal(plain.Instructions - counts.Chi - counts.Xor3, folded.Instructions);
        Assert.Equal(IssueLimit.Of("avx512", counts, processor), IssueLimit.Of("avx512", counts, processor with
        {
            CompilerFoldsLogic = true,
        }));
    }

    [Fact]
    public void A_failed_device_gives_way_to_the_processor_and_loses_no_range()
    {
        var lines = new List<string>();
        var searcher = new FallbackSearcher(new LostDevice(), NonceSearchers.Best, lines.Add);
        var job = new SearchJob(Hash256.Zero, UInt256.MaxValue >> 4);
        Assert.Equal("h200", searcher.Name);
        var result = searcher.Search(job, 0, 500, CancellationToken.None);
        Assert.Equal(NonceSearchers.Available()[^1].Search(job, 0, 500, CancellationToken.None).Nonces, result.Nonces);
        Assert.Equal(NonceSearchers.Best.Name, searcher.Name);
        searcher.Search(job, 0, 500, CancellationToken.None);
        Assert.Equal([$"h200: fell off the bus; {NonceSearchers.Best.Name} takes over."], lines);
    }

    [Fact]
    public void Engines_are_chosen_by_name_or_refused_with_what_they_need()
    {
        var none = new DeviceList([], "none here");
        Assert.Equal(3, Choose("auto", none).Engines.Count);
        Assert.Same(NonceSearchers.Best, Choose("cpu", none).Engines[0]);
        Assert.Equal("scalar", Choose("scalar", none).Engines[0].Name);
        Assert.Equal("There is no usable GPU. none here", Choose("gpu", none).Error);
        Assert.Contains("choose auto, cpu, gpu", Choose("abacus", none).Error);
        foreach (var (name, needs) in NonceSearchers.Unavailable()) Assert.Contains(needs, Choose(name, none).Error);
        Assert.Contains("--threads", EngineChoice.Resolve("auto", 0, () => none, _ => { }).Error);
        Assert.Contains("--threads", EngineChoice.Resolve("auto", 100_000, () => none, _ => { }).Error);
    }

    [Theory]
    [InlineData("run", "--threads", "0")]
    [InlineData("run", "--blocks", "0")]
    [InlineData("run", "--limit", "0")]
    [InlineData("run", "--rpc", "nonsense")]
    [InlineData("bench", "--rounds", "0")]
    public async Task A_command_line_that_makes_no_sense_ends_in_2(params string[] arguments) =>
        Assert.Equal(2, await MinerCommands.RunAsync(arguments));

    [Fact]
    public void A_device_that_opens_is_preferred_and_one_that_does_not_is_left_out_with_a_line()
    {
        var lines = new List<string>();
        var list = new DeviceList(
            [
                new MiningDevice("broken", "cuda", null, () => throw new DeviceException("the kernel does not compile")),
                new MiningDevice("h200", "cuda", null, () => new LostDevice()),
                new MiningDevice("old", "opencl", "too old", null),
            ],
            null);
        var choice = EngineChoice.Resolve("auto", 3, () => list, lines.Add);
        Assert.Equal("h200", Assert.Single(choice.Engines).Name);
        Assert.Equal(["broken: the kernel does not compile; it is left out."], lines);
    }

    [Fact]
    public void An_emulated_device_is_chosen_only_by_its_name_and_said_to_be_slow()
    {
        var lines = new List<string>();
        var emulated = new MiningDevice("emulator", MiningDevice.EmulatedKind, null, () => new LostDevice());
        var list = new DeviceList([emulated], "No GPU: no driver.");
        Assert.Same(NonceSearchers.Best, Choose("auto", list).Engines[0]);
        Assert.Equal("There is no usable GPU. No GPU: no driver.", Choose("gpu", list).Error);

        var choice = EngineChoice.Resolve("ilgpu", 3, () => list, lines.Add);
        Assert.Single(choice.Engines);
        Assert.Contains("emulates a GPU on the processor and is slow. No GPU: no driver.", Assert.Single(lines));
    }

    [Fact]
    public void Ilgpu_is_the_first_device_that_opens_and_opens_no_other()
    {
        var opened = new List<string>();
        var list = new DeviceList([Device("h200", "cuda"), Device("old", "opencl"),
            Device("emulator", MiningDevice.EmulatedKind)], null);
        Assert.Single(Choose("ilgpu", list).Engines);
        Assert.Equal(["h200"], opened);
        Assert.Contains("ILGPU found no usable device", Choose("ilgpu", new DeviceList([], null)).Error);

        MiningDevice Device(string name, string kind) => new(name, kind, null, () =>
        {
            opened.Add(name);
            return new LostDevice();
        });
    }

    [Fact]
    public async Task A_report_never_overwrites_a_file_and_says_so_before_it_measures()
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.Equal(2, await MinerCommands.RunAsync(["bench", "--report", file]));
            Assert.Equal(0, new FileInfo(file).Length);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void What_takes_over_searches_a_range_once_on_all_threads(int threads)
    {
        var searcher = new ParallelSearcher(NonceSearchers.Best, threads);
        var job = new SearchJob(Hash256.Zero, UInt256.MaxValue >> 8);
        var first = unchecked(0UL - 100_000);
        var expected = NonceSearchers.Best.Search(job, first, 300_001, CancellationToken.None);
        var result = searcher.Search(job, first, 300_001, CancellationToken.None);
        Assert.Equal(expected.HashesDone, result.HashesDone);
        Assert.Equal(expected.Nonces, result.Nonces);
        Assert.Equal(0UL, searcher.Search(job, first, 300_001, new CancellationToken(canceled: true)).HashesDone);
    }

    private static EngineChoice Choose(string name, DeviceList devices) => EngineChoice.Resolve(name, 3, () => devices, _ => { });

    private sealed class DeafSearcher : INonceSearcher
    {
        public string Name => "deaf";

        public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct) => new(count, []);
    }

    private sealed class LostDevice : INonceSearcher
    {
        public string Name => "h200";

        public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct) =>
            throw new DeviceException("fell off the bus");
    }
}
