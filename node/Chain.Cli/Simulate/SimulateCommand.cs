using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Plugin;
using Chain.Programs;
using Chain.Rules;
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
        var consensus = RuleChoice.NewOption();
        var nodes = new Option<int>("--nodes") { Description = "Nodes in the network, 2 to 32", DefaultValueFactory = _ => 5 };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        var rules = KnownRules.All.Select(rule => (Rule: rule, Simulation: rule.NewSimulation())).ToList();
        var command = new Command("simulate",
            "Hurt a simulated network, let it heal, and check that it kept its promises; equal seeds give equal histories")
        {
            consensus, seed, seeds, nodes,
        };
        foreach (var option in rules.SelectMany(rule => rule.Simulation.Options)) command.Add(option);
        command.Add(json);
        foreach (var other in rules.SelectMany(rule => rule.Simulation.NewCommands(ChainProgram.GuardAsync))) command.Add(other);
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, () =>
        {
            var (first, last) = Range(parsed.GetValue(seed), parsed.GetValue(seeds));
            var count = parsed.GetValue(nodes);
            if (count is < 2 or > 32) throw new UsageException($"--nodes is from 2 to 32, not {count}.");
            var (_, simulation) = RuleChoice.Of(parsed, parsed.GetValue(consensus)!, rules, part => part.Options);
            var histories = new List<SimulatedHistory>();
            var startedAt = TimeProvider.System.GetTimestamp();
            for (var next = first; ; next++)
            {
                cancellation.ThrowIfCancellationRequested();
                var history = simulation.Run(next, count, parsed);
                histories.Add(history);
                if (!parsed.GetValue(json)) Print(history);
                if (next == last) break;
            }

            if (parsed.GetValue(json)) JsonOutput.Print(ToJson(simulation, histories));
            else PrintTotals(simulation, histories, TimeProvider.System.GetElapsedTime(startedAt));
            return Task.FromResult(histories.TrueForAll(history => history.Passed) ? ExitCodes.Ok : ExitCodes.Failed);
        }));
        return command;
    }

    private static void Print(SimulatedHistory history) =>
        AnsiConsole.MarkupLine($"seed {history.Seed,-6} {(history.Passed ? "[green]passed[/]" : "[red]FAILED[/]")}  height "
            + $"{history.Height,-5} {Markup.Escape(history.Course)}; trace {history.Trace.ToShortString()}"
            + $"{(history.Failure is { } why ? $"  {Markup.Escape(why)}" : "")}");

    private static void PrintTotals(RuleSimulation simulation, List<SimulatedHistory> histories, TimeSpan elapsed)
    {
        var passed = histories.Count(history => history.Passed);
        var simulated = TimeSpan.FromTicks(histories.Sum(history => history.SimulatedTime.Ticks));
        AnsiConsole.MarkupLine($"{passed} passed, {histories.Count - passed} failed; {simulated.TotalSeconds:F0} s of network "
            + $"time in {elapsed.TotalSeconds:F1} s: {simulated / elapsed:F0} times real time");
        if (simulation.Summarize(histories) is { } more) AnsiConsole.MarkupLine(Markup.Escape(more));
    }

    private static JsonObject ToJson(RuleSimulation simulation, List<SimulatedHistory> histories)
    {
        var document = new JsonObject
        {
            ["passed"] = histories.Count(history => history.Passed),
            ["failed"] = histories.Count(history => !history.Passed),
        };
        foreach (var fact in simulation.Totals(histories)) document[fact.Json] = fact.Value;
        document["runs"] = new JsonArray([.. histories.Select(ToJson)]);
        return document;
    }

    private static JsonNode ToJson(SimulatedHistory history)
    {
        var run = new JsonObject
        {
            ["seed"] = history.Seed,
            ["trace"] = history.Trace.ToString(),
            ["verdict"] = history.Failure ?? "passed",
            ["height"] = history.Height,
        };
        foreach (var fact in history.Facts) run[fact.Json] = fact.Value;
        return run;
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
