using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Programs;
using Chain.Simulation;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain simulate`: seeded histories of a network in one process.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var seed = new Option<ulong?>("--seed") { Description = "One seed" };
        var seeds = new Option<string?>("--seeds") { Description = "A range of seeds, as 1..100" };
        var consensus = new Option<string>("--consensus")
        {
            Description = "pow, pos or clique",
            DefaultValueFactory = _ => "pow",
        };
        consensus.AcceptOnlyFromAmong("pow", "pos", "clique");
        var nodes = new Option<int>("--nodes") { Description = "Nodes in the network, 2 to 32", DefaultValueFactory = _ => 5 };
        var hostile = new Option<int?>("--hostile")
        {
            Description = "pos: the percentage of stake that misbehaves, 0 to 50; left out, the seed decides",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        var command = new Command("simulate",
            "Hurt a simulated network, let it heal, and check that it kept its promises; equal seeds give equal histories")
        {
            consensus, seed, seeds, nodes, hostile, json, SimulateDifficultyCommand.Create(),
        };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, () =>
        {
            var (first, last) = Range(parsed.GetValue(seed), parsed.GetValue(seeds));
            var count = parsed.GetValue(nodes);
            if (count is < 2 or > 32) throw new UsageException($"--nodes is from 2 to 32, not {count}.");
            var share = parsed.GetValue(hostile);
            if (share is < 0 or > 50) throw new UsageException($"--hostile is from 0 to 50, not {share}.");
            if (parsed.GetValue(consensus) == "pos")
                return Task.FromResult(SimulateStake.Run(first, last, count, share, parsed.GetValue(json), cancellation));
            if (share is not null) throw new UsageException("--hostile goes with --consensus pos.");
            Func<ulong, int, SimulationResult> scenario =
                parsed.GetValue(consensus) == "clique" ? SimulatedCliqueScenario.Run : SimulationScenario.Run;
            return Task.FromResult(Run(scenario, first, last, count, parsed.GetValue(json), cancellation));
        }));
        return command;
    }

    private static int Run(Func<ulong, int, SimulationResult> scenario, ulong first, ulong last, int nodes, bool json,
        CancellationToken cancellation)
    {
        var runs = new JsonArray();
        var (passed, failed) = (0, 0);
        var simulated = TimeSpan.Zero;
        var startedAt = TimeProvider.System.GetTimestamp();
        for (var seed = first; ; seed++)
        {
            cancellation.ThrowIfCancellationRequested();
            var result = scenario(seed, nodes);
            simulated += result.SimulatedTime;
            if (result.Passed) passed++;
            else failed++;
            runs.Add((JsonNode)new JsonObject
            {
                ["seed"] = seed,
                ["trace"] = result.Trace.ToString(),
                ["verdict"] = result.Failure ?? "passed",
                ["height"] = result.Height,
                ["reorgs"] = result.Reorgs,
                ["deepestReorg"] = result.DeepestReorg,
            });
            if (!json)
                AnsiConsole.MarkupLine($"seed {seed,-6} {(result.Passed ? "[green]passed[/]" : "[red]FAILED[/]")}  height "
                    + $"{result.Height,-5} {result.Reorgs,3} reorgs, deepest {result.DeepestReorg,-3} trace "
                        + $"{result.Trace.ToShortString()}{(result.Failure is { } why ? $"  {Markup.Escape(why)}" : "")}");
            if (seed == last) break;
        }

        var elapsed = TimeProvider.System.GetElapsedTime(startedAt);
        if (json)
            Console.WriteLine(new JsonObject
            {
                ["passed"] = passed,
                ["failed"] = failed,
                ["runs"] = runs
            }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        else
            AnsiConsole.MarkupLine($"{passed} passed, {failed} failed; {simulated.TotalSeconds:F0} s of network time in "
                + $"{elapsed.TotalSeconds:F1} s: {simulated / elapsed:F0} times real time");
        return failed == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static (ulong First, ulong Last) Range(ulong? seed, string? seeds)
    {
        if (seed is { } one && seeds is null) return (one, one);
        if (seed is null && seeds is null) return (1, 1);
        var parts = seeds?.Split("..") ?? [];
        if (seed is null && parts.Length == 2 && ulong.TryParse(parts[0], out var first) && ulong.TryParse(parts[1], out var last)
            && first <= last)
            return (first, last);
        throw new UsageException(seed is null
            ? $"--seeds '{seeds}' is not a range like 1..100." : "Give --seed or --seeds, not both.");
    }
}
