using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Miner;
using Chain.Mining;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>What scripts read of the miner: names here are fixed, fields may only be added.</summary>
public sealed class MinerOutputTests
{
    private static readonly SearchJob Job = new(new UInt256(7).ToHash256(), UInt256.MaxValue >> 8);

    [Fact]
    public void Bench_prints_engines_with_name_rate_and_ratio()
    {
        var report = new BenchReport(
            new MachineReport("some", 2, 3.5),
            [new EngineReport("avx2", 8e6, 5.5, 12e6, 0.66, 4182), new EngineReport("bouncycastle", 1e6, 1, null, null, null)],
            new AllCoresReport("avx2", 2, 16e6, 0.99, 1.0),
            new DistributionReport(1, 50, 0.0001),
            ["assumed"]);
        var json = JsonNode.Parse(JsonSerializer.Serialize(report, MinerJson.Default.BenchReport))!;
        var first = json["engines"]![0]!;
        Assert.Equal("avx2", first["name"]!.GetValue<string>());
        Assert.Equal(8e6, first["hashesPerSecond"]!.GetValue<double>());
        Assert.Equal(5.5, first["ratio"]!.GetValue<double>());
        Assert.Null(json["engines"]![1]!["limitHashesPerSecond"]);
    }

    [Fact]
    public void Devices_are_listed_with_the_reason_why_one_does_not_run()
    {
        var report =
            DevicesCommand.Report(new DeviceList([new MiningDevice("old card", "opencl", "its driver is too old", null)], null));
        Assert.Equal("scalar", report.Engines.Last(engine => engine.Available).Name);
        Assert.Single(report.Engines, engine => engine.Chosen);
        Assert.All(report.Engines.Where(engine => !engine.Available),
            engine => Assert.StartsWith("needs ", engine.Problem, StringComparison.Ordinal));
        Assert.Equal(new DeviceEntry("old card", "opencl", false, "its driver is too old"), Assert.Single(report.Devices));
    }

    [Fact]
    public void Run_prints_one_json_object_a_line_for_each_event()
    {
        var solution = new FoundNonce(Job, 0xab, "avx2");
        var lines = Lines(
            new MinerEvent.Connected(NodeUrl.Parse("http://127.0.0.1:8545"), Pushed: true),
            new MinerEvent.NewWork(new MiningWork(Job, 12)),
            new MinerEvent.Found(solution),
            new MinerEvent.Submitted(solution, new SubmitOutcome.Rejected("too late")),
            new MinerEvent.Disconnected(NodeUrl.Parse("http://127.0.0.1:8545"), "gone", TimeSpan.FromSeconds(0.25)));
        Assert.Equal(["connected", "work", "found", "submitted", "disconnected"],
            lines.Select(line => line["event"]!.GetValue<string>()));
        Assert.True(lines[0]["pushed"]!.GetValue<bool>());
        Assert.Equal(12UL, lines[1]["blockNumber"]!.GetValue<ulong>());
        Assert.Equal(Job.SealHash.ToString(), lines[1]["sealHash"]!.GetValue<string>());
        Assert.Equal("0x00000000000000ab", lines[2]["nonce"]!.GetValue<string>());
        Assert.Equal("rejected", lines[3]["outcome"]!.GetValue<string>());
        Assert.Equal("too late", lines[3]["reason"]!.GetValue<string>());
        Assert.Equal(0.25, lines[4]["retrySeconds"]!.GetValue<double>());
        Assert.Null(lines[4]["nonce"]);
    }

    [Fact]
    public void What_a_node_says_is_one_line_of_text_and_no_command_to_the_terminal()
    {
        const string evil = "\u001b[2J\u202e\nnonce 0x00: accepted";
        using var output = new StringWriter();
        var lines = new PlainLines(output);
        lines.Happened(new MinerEvent.Disconnected(NodeUrl.Parse("http://127.0.0.1:8545"), evil, TimeSpan.Zero));
        lines.Happened(new MinerEvent.Submitted(new FoundNonce(Job, 0xab, "avx2"), new SubmitOutcome.Rejected(evil)));
        lines.DeviceNews(evil);
        Assert.Equal(3, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(3, output.ToString().Split(@"\u001b[2J\u202e\u000anonce 0x00: accepted").Length - 1);
        var json = Assert.Single(Lines(new MinerEvent.Disconnected(NodeUrl.Parse("http://127.0.0.1:8545"), evil, TimeSpan.Zero)));
        Assert.Equal(evil, json["reason"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(999, "999 H/s")]
    [InlineData(1500, "1.50 kH/s")]
    [InlineData(7_800_000, "7.80 MH/s")]
    [InlineData(4.05e9, "4.05 GH/s")]
    public void Rates_are_written_with_the_unit_that_fits(double rate, string text) => Assert.Equal(text, Describe.Rate(rate));

    [Fact]
    public void Every_outcome_has_a_word_and_a_counter()
    {
        SubmitOutcome[] outcomes =
        [
            new SubmitOutcome.Accepted(), new SubmitOutcome.Stale(), new SubmitOutcome.Duplicate(),
            new SubmitOutcome.Rejected("r"), new SubmitOutcome.Lost("l"),
        ];
        var counters = outcomes.Aggregate(default(MinerCounters), (sum, outcome) => sum.With(outcome));
        Assert.Equal(new MinerCounters(0, 0, 1, 1, 1, 1, 1), counters);
        Assert.Equal(["accepted", "stale", "duplicate", "rejected", "lost"], outcomes.Select(Describe.Outcome));
    }

    private static JsonNode[] Lines(params MinerEvent[] events)
    {
        using var output = new StringWriter();
        var lines = new JsonLines(output, TimeProvider.System);
        foreach (var happened in events) lines.Happened(happened);
        return output.ToString()
            .Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToArray();
    }
}
