using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Programs;
using Chain.Simulation;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>
/// `chain simulate --consensus pos`: seeded histories of a network of validators, and how often `safe` was reverted in them.
/// </summary>
internal static class SimulateStake
{
    public static int Run(ulong first, ulong last, int nodes, int? hostilePercent, bool json, CancellationToken cancellation)
    {
        var results = new List<StakeSimulationResult>();
        var startedAt = TimeProvider.System.GetTimestamp();
        for (var seed = first; ; seed++)
        {
            cancellation.ThrowIfCancellationRequested();
            var result = SimulatedStakeScenario.Run(seed, nodes, hostilePercent);
            results.Add(result);
            if (!json) Print(result);
            if (seed == last) break;
        }

        var failed = results.Count(result => !result.Passed);
        if (json) Console.WriteLine(ToJson(results, failed).ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        else PrintTotals(results, failed, TimeProvider.System.GetElapsedTime(startedAt));
        return failed == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Print(StakeSimulationResult result)
    {
        var finality = result.IsConflictProven
            ? result.Passed
            ? "two histories final, all stopped"
            : "two histories final"
            : result.EpochsToFinality is { } epochs
            ? $"final again after {epochs} epochs"
            : "not final again";
        AnsiConsole.MarkupLine($"seed {result.Seed,-6} {(result.Passed ? "[green]passed[/]" : "[red]FAILED[/]")}  height "
            + $"{result.Height,-5} {finality}; hostile: {result.Hostile}; {result.Slashed} slashed; {result.SafeReverts} safe "
                + $"reverts, deepest {result.DeepestSafeRevert}; trace "
                    + $"{result.Trace.ToShortString()}{(result.Failure is { } why ? $"  {Markup.Escape(why)}" : "")}");
    }

    private static void PrintTotals(List<StakeSimulationResult> results, int failed, TimeSpan elapsed)
    {
        var simulated = TimeSpan.FromTicks(results.Sum(result => result.SimulatedTime.Ticks));
        AnsiConsole.MarkupLine($"{results.Count - failed} passed, {failed} failed; {simulated.TotalSeconds:F0} s of network "
            + $"time in {elapsed.TotalSeconds:F1} s: {simulated / elapsed:F0} times real time");
        AnsiConsole.MarkupLine($"safe was reverted {results.Sum(result => result.SafeReverts)} times in {NodeSlots(results)} "
            + $"slots of nodes: {RevertsPerThousandSlots(results):F2} in a thousand, at most "
                + $"{results.Max(result => result.DeepestSafeRevert)} blocks deep");
    }

    private static JsonObject ToJson(List<StakeSimulationResult> results, int failed) => new()
    {
        ["passed"] = results.Count - failed,
        ["failed"] = failed,
        ["nodeSlots"] = NodeSlots(results),
        ["safeReverts"] = results.Sum(result => result.SafeReverts),
        ["safeRevertsPerThousandSlots"] = RevertsPerThousandSlots(results),
        ["deepestSafeRevert"] = results.Max(result => result.DeepestSafeRevert),
        ["runs"] = new JsonArray([.. results.Select(ToJson)]),
    };

    private static JsonNode ToJson(StakeSimulationResult result) => new JsonObject
    {
        ["seed"] = result.Seed,
        ["trace"] = result.Trace.ToString(),
        ["verdict"] = result.Failure ?? "passed",
        ["height"] = result.Height,
        ["finalizedEpoch"] = result.Finalized,
        ["epochsToFinality"] = result.EpochsToFinality,
        ["conflictProven"] = result.IsConflictProven,
        ["hostile"] = result.Hostile,
        ["slashed"] = result.Slashed,
        ["nodeSlots"] = result.NodeSlots,
        ["safeReverts"] = result.SafeReverts,
        ["deepestSafeRevert"] = result.DeepestSafeRevert,
    };

    private static ulong NodeSlots(List<StakeSimulationResult> results) =>
        results.Aggregate(0UL, (sum, result) => sum + result.NodeSlots);

    private static double RevertsPerThousandSlots(List<StakeSimulationResult> results) =>
        1000.0 * results.Sum(result => result.SafeReverts) / NodeSlots(results);
}
