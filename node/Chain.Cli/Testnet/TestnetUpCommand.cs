using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Plugin;
using Chain.Programs;
using Chain.Rules;
using Chain.Terminal;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain testnet up`.</summary>
internal static class TestnetUpCommand
{
    public static Command Create(Option<DirectoryInfo> dir, Option<bool> json)
    {
        var wishes = new WishOptions();
        var detach = new Option<bool>("--detach", "-d") { Description = "Return when every node answers; the network goes on" };
        var timings = new Option<bool>("--timings")
        {
            Description = "Measure the start: every RPC answering, first block everywhere, first finality where votes decide it",
        };
        var command = new Command("up",
            "Start a network, or resume the one in the folder; without --detach, watch it until Ctrl-C, which stops it")
        {
            detach, timings,
        };
        wishes.AddTo(command);
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var startedAt = Stopwatch.GetTimestamp();
            var folder = new TestnetFolder(parsed.GetValue(dir)!.FullName);
            var quiet = parsed.GetValue(json);
            var resumed = folder.HasNetwork;
            var known = resumed ? TestnetRunner.Open(folder, KnownRules.Networks) : null;
            if (known is not null) wishes.CheckResumes(parsed, known);
            var asked = known is null ? wishes.Read(parsed) : null;
            if (parsed.GetValue(timings) && !(known?.Rule.SealsByItself(known.Manifest) ?? asked!.Rule.SealsByItself))
                throw new UsageException("--timings waits for the first block, and none comes by itself in this network: a block "
                    + "is sealed when there is a transaction for it.");
            var runner = known ?? new TestnetRunner(folder, TestnetPlan.Create(folder, asked!), asked!.Rule.Rule);
            var (manifest, rule) = (runner.Manifest, KnownRules.Of(runner));
            if (resumed && !quiet)
                AnsiConsole.MarkupLine($"Resuming the network of {manifest.Nodes.Count} nodes in {Shown.Line(folder.Path)}; "
                    + $"its settings are those it was made with.");
            var started = await runner.StartAllAsync(cancellation);
            var answering = Stopwatch.GetElapsedTime(startedAt);
            var genesis = resumed ? null : runner.Rule.UntilGenesis(manifest, TimeProvider.System.GetUtcNow());
            if (genesis is { } wait && !quiet && rule.GenesisNote(manifest, wait) is { } note) AnsiConsole.MarkupLine(note);
            StartTimings? measured = null;
            if (parsed.GetValue(timings))
                measured = await StartTimings.MeasureAsync(runner, startedAt, answering, genesis, cancellation);
            if (quiet || parsed.GetValue(detach))
            {
                if (quiet) JsonOutput.Print(Document(runner, measured));
                else Announce(runner, answering, measured);
                return ExitCodes.Ok;
            }

            // Whoever joins a network that runs already only looks on.
            var isOwner = started.Count == manifest.Nodes.Count;
            if (isOwner) Announce(runner, answering, measured);
            else
                AnsiConsole.MarkupLine($"The network in {Shown.Line(folder.Path)} runs already ({started.Count} of its nodes "
                    + $"were started now). Ctrl-C ends this view; `chain testnet down` stops the network.");
            if (!isOwner)
            {
                await WatchScreen.RunAsync(runner, cancellation);
                return ExitCodes.Ok;
            }

            try
            {
                await WatchScreen.RunAsync(runner, cancellation);
            }
            finally
            {
                AnsiConsole.MarkupLine("Stopping the network …");
                await runner.StopAllAsync();
                AnsiConsole.MarkupLine($"Stopped. `chain testnet up --dir {Shown.Line(folder.Path)}` resumes "
                    + $"it.{rule.WhileStopped}");
            }

            return ExitCodes.Ok;
        }));
        return command;
    }

    private static JsonObject Document(TestnetRunner runner, StartTimings? timings)
    {
        var document = new JsonObject
        {
            ["dir"] = runner.Folder.Path,
            ["consensus"] = runner.Manifest.Consensus,
            ["nodes"] = new JsonArray([.. runner.Manifest.Nodes.Select(node => new JsonObject
            {
                ["index"] = node.Index,
                ["pid"] = runner.Folder.FindProcess(node.Index)?.Id,
                ["rpc"] = $"http://127.0.0.1:{node.RpcPort}",
                ["enode"] = node.Enode,
            })]),
        };
        if (timings is not null) document["timings"] = timings.ToJson();
        return document;
    }

    private static void Announce(TestnetRunner runner, TimeSpan answering, StartTimings? timings)
    {
        AnsiConsole.MarkupLine(string.Create(CultureInfo.InvariantCulture,
            $"[green]{runner.Manifest.Nodes.Count} nodes are up[/] after {answering.TotalSeconds:F2} s, chain id "
                + $"{runner.Manifest.ChainId}, in {Shown.Line(runner.Folder.Path)}"));
        var rule = KnownRules.Of(runner);
        foreach (var node in runner.Manifest.Nodes)
            AnsiConsole.MarkupLine($"  node {node.Index}  http://127.0.0.1:{node.RpcPort}  process "
                + $"{runner.Folder.FindProcess(node.Index)?.Id}{rule.StartNote(node)}");
        if (timings is not null) AnsiConsole.MarkupLine(timings.Describe());
    }
}
