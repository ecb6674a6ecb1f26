using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain testnet up`.</summary>
internal static class TestnetUpCommand
{
    public static Command Create(Option<DirectoryInfo> dir, Option<bool> json)
    {
        var consensus = new Option<string>("--consensus") { Description = "The rule: pow", DefaultValueFactory = _ => "pow" };
        var nodes = new Option<int>("--nodes") { Description = "How many nodes", DefaultValueFactory = _ => 4 };
        var blockTime = new Option<string>("--block-time") { Description = "The time between blocks that difficulty aims at, at least 2s", DefaultValueFactory = _ => "2s" };
        var rpcPort = new Option<int>("--rpc-port") { Description = "JSON-RPC port of the first node; the others follow", DefaultValueFactory = _ => 8545 };
        var peerPort = new Option<int>("--p2p-port") { Description = "Peer port of the first node; the others follow", DefaultValueFactory = _ => 30303 };
        var hashRate = new Option<double>("--hash-rate") { Description = "Hashes a second of all nodes together", DefaultValueFactory = _ => 400_000 };
        var hashShare = new Option<string?>("--hash-share") { Description = "Each node's part of the hash rate, as 0.3,0.2,0.5; equal parts without" };
        var detach = new Option<bool>("--detach", "-d") { Description = "Return when every node answers; the network goes on" };
        var timings = new Option<bool>("--timings") { Description = "Measure the start: every RPC answering, first block everywhere" };
        var command = new Command("up", "Start a network, or resume the one in the folder; without --detach, watch it until Ctrl-C, which stops it")
        {
            consensus, nodes, blockTime, rpcPort, peerPort, hashRate, hashShare, detach, timings,
        };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(async () =>
        {
            if (parsed.GetValue(consensus) is var rule && rule != "pow") throw new TestnetException($"--consensus {rule} is not there; this version has pow (proof of work).");
            var startedAt = Stopwatch.GetTimestamp();
            var folder = new TestnetFolder(parsed.GetValue(dir)!.FullName);
            var quiet = parsed.GetValue(json);
            var resumed = folder.HasNetwork;
            var manifest = resumed ? folder.Load() : TestnetPlan.Create(folder, new TestnetWishes
            {
                Nodes = parsed.GetValue(nodes),
                BlockTimeSeconds = WholeSeconds(parsed.GetValue(blockTime)!),
                RpcPort = parsed.GetValue(rpcPort),
                PeerPort = parsed.GetValue(peerPort),
                HashRate = parsed.GetValue(hashRate),
                HashShares = parsed.GetValue(hashShare) is { } shares ? ParseShares(shares) : null,
            });
            if (resumed && !quiet) AnsiConsole.MarkupLine($"Resuming the network of {manifest.Nodes.Count} nodes in {Markup.Escape(folder.Path)}; its settings are those it was made with.");
            var runner = new TestnetRunner(folder, manifest);
            IReadOnlyList<int> started;
            try
            {
                started = await runner.StartAllAsync(cancellation);
            }
            catch
            {
                if (!resumed) await runner.StopAllAsync();
                throw;
            }

            var answering = Stopwatch.GetElapsedTime(startedAt);
            JsonObject? measured = null;
            if (parsed.GetValue(timings)) measured = await MeasureAsync(runner, startedAt, answering, cancellation);
            if (quiet || parsed.GetValue(detach))
            {
                if (quiet) TestnetCommands.Print(Document(runner, measured));
                else Announce(runner, answering, measured);
                return ChainProgram.Ok;
            }

            // Whoever joins a network that runs already only looks on.
            var isOwner = started.Count == manifest.Nodes.Count;
            if (isOwner) Announce(runner, answering, measured);
            else AnsiConsole.MarkupLine($"The network in {Markup.Escape(folder.Path)} runs already ({started.Count} of its nodes were started now). Ctrl-C ends this view; `chain testnet down` stops the network.");
            if (!isOwner)
            {
                await WatchScreen.RunAsync(runner, cancellation);
                return ChainProgram.Ok;
            }

            try
            {
                await WatchScreen.RunAsync(runner, cancellation);
            }
            finally
            {
                AnsiConsole.MarkupLine("Stopping the network …");
                await runner.StopAllAsync();
                AnsiConsole.MarkupLine($"Stopped. `chain testnet up --dir {Markup.Escape(folder.Path)}` resumes it.");
            }

            return ChainProgram.Ok;
        }));
        return command;
    }

    private static JsonObject Document(TestnetRunner runner, JsonObject? timings)
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
        if (timings is not null) document["timings"] = timings;
        return document;
    }

    private static void Announce(TestnetRunner runner, TimeSpan answering, JsonObject? timings)
    {
        AnsiConsole.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[green]{runner.Manifest.Nodes.Count} nodes are up[/] after {answering.TotalSeconds:F2} s, chain id {runner.Manifest.ChainId}, in {Markup.Escape(runner.Folder.Path)}"));
        foreach (var node in runner.Manifest.Nodes) AnsiConsole.MarkupLine($"  node {node.Index}  http://127.0.0.1:{node.RpcPort}  process {runner.Folder.FindProcess(node.Index)?.Id}");
        if (timings is not null) AnsiConsole.MarkupLine($"first block known everywhere after {timings["firstBlockEverywhereMs"]} ms");
    }

    private static async Task<JsonObject> MeasureAsync(TestnetRunner runner, long startedAt, TimeSpan answering, CancellationToken cancellation)
    {
        while (true)
        {
            var status = await TestnetStatus.ReadAsync(runner, cancellation);
            if (status["nodes"]!.AsArray().All(node => (long?)node!["head"]?["number"] > 0)) break;
            await Task.Delay(20, cancellation);
        }

        return new JsonObject
        {
            ["everyRpcAnsweringMs"] = (long)answering.TotalMilliseconds,
            ["firstBlockEverywhereMs"] = (long)Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds,
        };
    }

    private static ulong WholeSeconds(string text)
    {
        var time = Durations.Parse(text, allowNegative: false);
        return time.TotalSeconds >= 2 && time.Ticks % TimeSpan.TicksPerSecond == 0 ? (ulong)time.TotalSeconds
            : throw new TestnetException($"--block-time {text}: under proof of work a block time is a whole number of seconds, at least 2s.");
    }

    private static double[] ParseShares(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => Durations.ParseRatio(part))];
}
