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

/// <summary>`chain testnet`: whole networks of real processes.</summary>
internal static class TestnetCommands
{
    private static readonly Option<DirectoryInfo> Dir = new("--dir")
    {
        Description = "The folder that is the network",
        DefaultValueFactory = _ => new DirectoryInfo("testnet"),
        Recursive = true,
    };
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document and nothing else",
        Recursive = true,
    };

    public static Command Create() =>
        new("testnet", "Start, watch, cut, heal and stop a network of real node processes on this machine")
    {
        Dir, Json,
        TestnetUpCommand.Create(Dir, Json), Down(), Status(), Watch(), Logs(),
        Partition(), Heal(),
        OnNode("kill", "End a node at once, as a power cut would",
            (runner, index, _) => Task.FromResult($"node {index} killed (process {runner.Kill(index)})")),
        Restart(),
        OnNode("pause", "Freeze a node",
            (runner, index, _) => Task.FromResult($"node {index} paused (process {runner.Pause(index)})")),
        OnNode("resume", "Let a frozen node go on",
            (runner, index, _) => Task.FromResult($"node {index} resumed (process {runner.Resume(index)})")),
        Skew(), Link(),
    };

    internal static TestnetRunner Open(ParseResult parsed)
    {
        return TestnetRunner.Open(new TestnetFolder(parsed.GetValue(Dir)!.FullName), KnownRules.Networks);
    }

    private static Command Down()
    {
        var command = new Command("down", "Stop all nodes; the folder stays, and `up` resumes the network");
        command.SetAction((parsed, _) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var runner = Open(parsed);
            var stopped = await runner.StopAllAsync();
            if (parsed.GetValue(Json)) JsonOutput.Print(new JsonObject { ["stopped"] = stopped });
            else
                AnsiConsole.MarkupLine(stopped == 0
                    ? "No node was running." : $"{stopped} nodes stopped. `chain testnet up --dir "
                        + $"{Shown.Line(runner.Folder.Path)}` resumes the network.{KnownRules.Of(runner).WhileStopped}");
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Show every node: state, head, peers, reorganisations");
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var runner = Open(parsed);
            var status = await NetworkStatus.ReadAsync(runner, cancellation);
            if (parsed.GetValue(Json)) JsonOutput.Print(NetworkStatusJson.ToJson(status, runner.Rule));
            else AnsiConsole.Write(new Rows(StatusScreen.Render(KnownRules.Of(runner), status), StatusScreen.Alerts(status)));
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Command Watch()
    {
        var command = new Command("watch",
            "Watch the network live: heads, hash rates and the tree of the last blocks. Ctrl-C ends the view, not the network");
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            if (parsed.GetValue(Json))
                throw new UsageException("`watch` is a live view, not a document; `chain testnet status --json` tells the same "
                    + "once.");
            await WatchScreen.RunAsync(Open(parsed), cancellation);
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Command Logs()
    {
        var node = new Argument<int>("node") { Description = "The node's number" };
        var lines = new Option<int>("--lines") { Description = "How many of the last lines", DefaultValueFactory = _ => 40 };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on as lines come; Ctrl-C ends" };
        var command = new Command("logs", "Show a node's log") { node, lines, follow };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var runner = Open(parsed);
            var index = parsed.GetValue(node);
            if (index < 0 || index >= runner.Manifest.Nodes.Count)
                throw new TestnetException($"There is no node {index}; this network has the nodes 0 to "
                    + $"{runner.Manifest.Nodes.Count - 1}.");
            var (count, file) = (parsed.GetValue(lines), runner.Folder.LogFile(index));
            if (count < 0) throw new UsageException($"--lines {count} is negative; give 0 or more.");
            if (!parsed.GetValue(Json)) await LogTail.PrintAsync(file, count, parsed.GetValue(follow), cancellation);
            else if (parsed.GetValue(follow))
                throw new UsageException("--follow does not end, so it cannot be one JSON document; leave out --json or "
                    + "--follow.");
            else
                JsonOutput.Print(new JsonObject
                {
                    ["file"] = file,
                    ["lines"] = new JsonArray([.. (await LogTail.LastAsync(file, count, cancellation)).Select(line =>
                        JsonValue.Create(line))]),
                });
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Command Partition()
    {
        var groups = new Argument<string>("groups")
        {
            Description = "Who can still reach whom, as \"0,1|2,3\"; a node in no group stands alone",
        };
        var command = new Command("partition", "Cut the network into groups") { groups };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var parsedGroups = ParseGroups(parsed.GetValue(groups)!);
            var runner = Open(parsed);
            var alone = Enumerable.Range(0, runner.Manifest.Nodes.Count)
                .Except(parsedGroups.SelectMany(group => group)).Select(node => $"{node} alone").ToList();
            if (parsedGroups.Count + alone.Count < 2)
                throw new UsageException($"'{parsed.GetValue(groups)}' puts all nodes into one group: nothing would be cut. "
                    + $"Write groups as \"0,1|2,3\".");
            await runner.PartitionAsync(parsedGroups, cancellation);
            return Say(parsed,
                $"the network is cut: {string.Join(" | ", parsedGroups.Select(group => string.Join(",", group)).Concat(alone))}");
        }));
        return command;
    }

    private static Command Heal()
    {
        var command = new Command("heal", "End partitions and link faults");
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var runner = Open(parsed);
            var startedAt = Stopwatch.GetTimestamp();
            await runner.HealAsync(cancellation);
            var status = await SettledWithin(runner, TimeSpan.FromSeconds(10), cancellation);
            var elapsed = Stopwatch.GetElapsedTime(startedAt);
            var stopped = status.Nodes.Where(node => node.ReadsOnly).Select(node => node.Index).ToList();
            return Say(parsed,
                stopped.Count > 0
                ? $"healed, but node {string.Join(",", stopped)} has stopped and serves reads only; `chain testnet status` "
                    + $"says why"
                : status.IsConverged
                ? string.Create(CultureInfo.InvariantCulture,
                    $"healed: one head {StatusScreen.Where(status)} after {elapsed.TotalSeconds:F2} s")
                : "healed: no common head within 10 s. Branches of equal weight stay apart until the next block; see `chain "
                    + "testnet status`.");
        }));
        return command;
    }

    private static Command Restart()
    {
        var node = new Argument<int>("node") { Description = "The node's number" };
        var newHistory = new Option<bool>("--new-signing-history")
        {
            Description = "pos: sign at once with keys that have no signing history; only when no other node uses them",
        };
        var command = new Command("restart", "Start a node that does not run") { node, newHistory };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var index = parsed.GetValue(node);
            await Open(parsed).StartAsync(index, cancellation, parsed.GetValue(newHistory) ? ["--new-signing-history"] : []);
            return Say(parsed, $"node {index} is up");
        }));
        return command;
    }

    private static Command Skew()
    {
        var node = new Argument<int>("node") { Description = "The node's number" };
        var skew = new Argument<string>("skew") { Description = "How far its clock is ahead, as +3s or -500ms; 0s rights it" };
        var command = new Command("skew", "Set a node's clock wrong") { node, skew };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var time = Durations.Parse(parsed.GetValue(skew)!, allowNegative: true);
            await Open(parsed).SkewAsync(parsed.GetValue(node), time, cancellation);
            var how = time == TimeSpan.Zero
                ? "right"
                : string.Create(CultureInfo.InvariantCulture,
                    $"{Math.Abs(time.TotalMilliseconds)} ms {(time > TimeSpan.Zero ? "ahead" : "behind")}");
            return Say(parsed, $"the clock of node {parsed.GetValue(node)} is {how}");
        }));
        return command;
    }

    private static Command Link()
    {
        var a = new Argument<int>("a") { Description = "One node" };
        var b = new Argument<int>("b") { Description = "The other node" };
        var delay = new Option<string>("--delay")
        {
            Description = "How late every message comes, as 300ms",
            DefaultValueFactory = _ => "0ms",
        };
        var loss = new Option<string>("--loss")
        {
            Description = "Messages that never arrive, as 2%",
            DefaultValueFactory = _ => "0%",
        };
        var duplicate = new Option<string>("--duplicate")
        {
            Description = "Messages that arrive twice, as 2%",
            DefaultValueFactory = _ => "0%",
        };
        var command = new Command("link", "Make the link between two nodes slow or lossy; without options, sound again") { a, b,
            delay, loss, duplicate };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            await Open(parsed).LinkAsync(
                parsed.GetValue(a), parsed.GetValue(b),
                Durations.Parse(parsed.GetValue(delay)!, allowNegative: false), Durations.ParseRatio(parsed.GetValue(loss)!),
                Durations.ParseRatio(parsed.GetValue(duplicate)!), cancellation);
            return Say(parsed,
                $"link {parsed.GetValue(a)}-{parsed.GetValue(b)}: delay {parsed.GetValue(delay)}, loss "
                    + $"{parsed.GetValue(loss)}, duplicates {parsed.GetValue(duplicate)}");
        }));
        return command;
    }

    private static Command OnNode(string name, string description,
        Func<TestnetRunner, int, CancellationToken, Task<string>> action)
    {
        var node = new Argument<int>("node") { Description = "The node's number" };
        var command = new Command(name, description) { node };
        command.SetAction((parsed, cancellation) =>
            ChainProgram.GuardAsync(parsed,
                async () => Say(parsed, await action(Open(parsed), parsed.GetValue(node), cancellation))));
        return command;
    }

    private static int Say(ParseResult parsed, string what)
    {
        if (parsed.GetValue(Json)) JsonOutput.Print(new JsonObject { ["done"] = what });
        else AnsiConsole.MarkupLine(Shown.Line(what));
        return ExitCodes.Ok;
    }

    /// <summary>The status once all nodes are on one head or all have stopped, or when the time is up.</summary>
    private static async Task<NetworkStatus> SettledWithin(TestnetRunner runner, TimeSpan limit, CancellationToken cancellation)
    {
        var startedAt = Stopwatch.GetTimestamp();
        while (true)
        {
            var status = await NetworkStatus.ReadAsync(runner, cancellation);
            if (status.IsConverged || status.Nodes.All(node => node.ReadsOnly)
                || Stopwatch.GetElapsedTime(startedAt) >= limit)
                return status;
            await Task.Delay(50, cancellation);
        }
    }

    private static List<IReadOnlyList<int>> ParseGroups(string text)
    {
        var groups = new List<IReadOnlyList<int>>();
        foreach (var group in text.Split('|', StringSplitOptions.TrimEntries))
        {
            var indices = new List<int>();
            foreach (var part in group.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                    throw new UsageException($"'{part}' in the partition '{text}' is no node number. Write groups as "
                        + $"\"0,1|2,3\".");
                indices.Add(index);
            }

            if (indices.Count == 0)
                throw new UsageException($"The partition '{text}' has an empty group. Write groups as \"0,1|2,3\".");
            groups.Add(indices);
        }

        return groups;
    }
}
