using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Consensus.Work;
using Chain.Plugin;
using Chain.Programs;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Rules.Work;

/// <summary>
/// `chain simulate difficulty`: the curve of the difficulty when the hash rate jumps and falls back. Fails when it never settles.
/// </summary>
internal static class DifficultyCommand
{
    private const int BarWidth = 40;

    public static Command Create(CommandGuard guard)
    {
        var seed = new Option<ulong>("--seed") { Description = "Equal seeds give equal curves", DefaultValueFactory = _ => 1 };
        var change = new Option<double>("--change")
        {
            Description = "By how much the hash rate is multiplied, and later divided",
            DefaultValueFactory = _ => 1000,
        };
        var blockTime = new Option<string>("--block-time")
        {
            Description = "Time between blocks, 2s or more",
            DefaultValueFactory = _ => "2s",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        var command = new Command("difficulty", "Show how the difficulty follows a hash rate that jumps and falls back") { seed,
            change, blockTime, json };
        command.SetAction((parsed, _) => guard(parsed, () =>
        {
            var times = parsed.GetValue(change);
            if (times is not (>= 1 and <= 1e6)) throw new UsageException($"--change is from 1 to 1000000, not {times}.");
            var time = Durations.Parse(parsed.GetValue(blockTime)!, allowNegative: false);
            if (time < TimeSpan.FromSeconds(2) || time.Ticks % TimeSpan.TicksPerSecond != 0)
                throw new UsageException($"--block-time is in whole seconds, 2s or more, not {parsed.GetValue(blockTime)}: "
                    + $"header time has whole seconds.");
            var blockSeconds = (ulong)time.TotalSeconds;
            var history = DifficultySimulation.Run(parsed.GetValue(seed), times, blockSeconds);
            if (parsed.GetValue(json)) PrintJson(history, blockSeconds);
            else Print(history, blockSeconds);
            return Task.FromResult(history.Phases.All(phase => phase.SettledAfterSeconds is not null)
                ? ExitCodes.Ok : ExitCodes.Failed);
        }));
        return command;
    }

    private static void PrintJson(DifficultyHistory history, ulong blockSeconds)
    {
        var phases = history.Phases.Select(phase => (JsonNode)new JsonObject
        {
            ["hashesPerSecond"] = phase.HashesPerSecond,
            ["startsAtSeconds"] = phase.StartsAtSeconds,
            ["settledAfterSeconds"] = phase.SettledAfterSeconds,
            ["longestGapSeconds"] = phase.LongestGapSeconds,
            ["settledBlockSeconds"] = double.IsNaN(phase.SettledBlockSeconds) ? null : phase.SettledBlockSeconds,
            ["blocks"] = phase.Blocks,
        });
        var curve = history.Curve.Select(point => (JsonNode)new JsonObject
        {
            ["seconds"] = point.Seconds,
            ["difficulty"] = point.Difficulty.ToQuantity(),
        });
        var document = new JsonObject
        {
            ["blockTimeSeconds"] = blockSeconds,
            ["halfLifeSeconds"] = Asert.HalfLifeBlocks * blockSeconds,
            ["phases"] = new JsonArray([.. phases]),
            ["curve"] = new JsonArray([.. curve]),
        };
        Console.WriteLine(document.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    // A line a half-life; the bar is the logarithm of the difficulty, from the lowest to the highest of the whole curve.
    private static void Print(DifficultyHistory history, ulong blockSeconds)
    {
        var halfLife = (double)(Asert.HalfLifeBlocks * blockSeconds);
        var logs = history.Curve.Select(point => Math.Log2((double)point.Difficulty)).ToArray();
        var (lowest, highest) = (logs.Min(), logs.Max());
        var next = 0;
        foreach (var phase in history.Phases)
        {
            var settled = phase.SettledAfterSeconds is { } after
                ? $"settled after {after:F0} s ({after / halfLife:F1} half-lives), then a block every "
                    + $"{phase.SettledBlockSeconds:F2} s"
                : "not settled";
            var course = $"{phase.Blocks} blocks, {settled}; longest gap {phase.LongestGapSeconds:F0} s";
            AnsiConsole.MarkupLineInterpolated(
                $"[bold]{phase.HashesPerSecond / 1e6:0.###} MH/s[/] from {phase.StartsAtSeconds:F0} s: {course}");
            for (var begin = phase.StartsAtSeconds; begin < phase.StartsAtSeconds
                + (2 * DifficultySimulation.HalfLivesToSettle * halfLife); begin += halfLife)
            {
                var first = next;
                while (next < logs.Length && history.Curve[next].Seconds <= begin + halfLife) next++;
                var bar = next == 0
                    ? 0
                    : (int)Math.Round(BarWidth * (logs[next - 1] - lowest) / Math.Max(1e-9, highest - lowest));
                AnsiConsole.MarkupLineInterpolated(
                    $"{begin,7:F0} s {next - first,4} blocks  2^{(next == 0 ? 0 : logs[next - 1]),-4:F1} {new string('█', bar)}");
            }

            while (next < logs.Length && history.Curve[next].Seconds <= phase.StartsAtSeconds + history.Phases[1].StartsAtSeconds)
                next++;
        }
    }
}
