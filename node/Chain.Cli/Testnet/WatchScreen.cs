using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Rules;
using Chain.Testnet;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Cli;

/// <summary>The live view: the nodes, and the tree of the last blocks with who stands on which branch.</summary>
internal static class WatchScreen
{
    private const int Heights = 12;

    /// <summary>Runs until cancelled. Without a terminal it prints a line whenever a head changes.</summary>
    public static async Task RunAsync(TestnetRunner runner, CancellationToken cancellation)
    {
        var rule = KnownRules.Of(runner);
        try
        {
            if (AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
                await LiveAsync(runner, rule, cancellation);
            else await LinesAsync(runner, rule, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
        }
    }

    private static Task LiveAsync(TestnetRunner runner, RulePlugin rule, CancellationToken cancellation) =>
        AnsiConsole.Live(new Text("…")).AutoClear(false).StartAsync(async live =>
        {
            while (true)
            {
                var status = await TestnetStatus.ReadAsync(runner, cancellation);
                live.UpdateTarget(new Rows(StatusScreen.Render(rule, status), await TreeAsync(runner, status, cancellation),
                    StatusScreen.Alerts(status), new Markup("[grey]Ctrl-C ends[/]")));
                if (StatusScreen.NobodyRuns(status)) return;
                await Task.Delay(500, cancellation);
            }
        });

    private static async Task LinesAsync(TestnetRunner runner, RulePlugin rule, CancellationToken cancellation)
    {
        var seen = new Dictionary<int, string>();
        var isGenesisTold = false;
        while (true)
        {
            var status = await TestnetStatus.ReadAsync(runner, cancellation);
            if (!isGenesisTold && NodeCells.UntilGenesis(status) is { } wait) Console.WriteLine(wait);
            isGenesisTold = true;
            foreach (var node in status["nodes"]!.AsArray())
            {
                var index = (int)node!["index"]!;
                var line = node["head"] is { } head
                    ? $"node {index}: block {head["number"]} {(string?)head["hash"]}{rule.HeadNote(node)}"
                    : $"node {index}: {node["state"]}";
                if (seen.GetValueOrDefault(index) == line) continue;
                seen[index] = line;
                Console.WriteLine(Printable.Line(line));
            }

            if (StatusScreen.NobodyRuns(status)) return;
            await Task.Delay(250, cancellation);
        }
    }

    /// <summary>All branches that any node knows, newest first; each block names the nodes whose head it is.</summary>
    private static async Task<IRenderable> TreeAsync(TestnetRunner runner, JsonObject status, CancellationToken cancellation)
    {
        var heads = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        var blocks = new Dictionary<string, (long Number, string Parent, long Transactions, double? Share)>();
        foreach (var node in status["nodes"]!.AsArray().Where(node => node!["head"] is not null))
        {
            var hash = (string)node!["head"]!["hash"]!;
            if (!heads.TryGetValue(hash, out var who)) heads.Add(hash, who = []);
            who.Add((int)node["index"]!);
        }

        // One node of each head knows its branch.
        foreach (var who in heads.Values.Select(list => list[0]))
        {
            using var client = new NodeClient(runner.Manifest.Nodes[who].RpcPort);
            if (await client.TryCallAsync("chain_getBlockTree", [], cancellation) is not { } tree) continue;
            foreach (var block in (tree as JsonArray ?? tree["blocks"] as JsonArray) ?? [])
            {
                var (hash, parent) = ((string?)block!["hash"], (string?)block["parentHash"]);
                if (!Hash256.TryParse(hash, out _) || !Hash256.TryParse(parent, out _)) continue;
                blocks[hash!] =
                    (Number(block["number"]), parent!, Number(block["transactionCount"]), (double?)block["stakeShare"]);
            }
        }

        if (blocks.Count == 0) return new Text("");
        var top = blocks.Values.Max(block => block.Number);
        var text = new StringBuilder();
        IReadOnlyList<string> above = [];
        foreach (var height in blocks.GroupBy(block => block.Value.Number)
            .Where(group => group.Key > top - Heights).OrderByDescending(group => group.Key))
        {
            var row = InColumns(height, block => block.Key, above);
            above = [.. row.Select(block => block.Value.Parent)];
            text.Append($"[grey]{height.Key,7}[/]  ");
            foreach (var (hash, block) in row)
            {
                var onIt = heads.TryGetValue(hash, out var who) ? $" [bold]<- {string.Join(",", who)}[/]" : "";
                text.Append($"[{Colors.Of(hash)}]{NodeCells.Short(hash)}[/] on "
                    + $"[{Colors.Of(block.Parent)}]{block.Parent[2..6]}[/]"
                    + $"{(block.Transactions > 0 ? $" ({block.Transactions} tx)" : "")}{Share(block.Share)}{onIt}    ");
            }

            text.AppendLine();
        }

        return new Panel(new Markup(text.ToString().TrimEnd())).Header("the last blocks, all branches").RoundedBorder();
    }

    /// <summary>
    /// The blocks of one height from left to right: below a child of theirs, so that a branch keeps its side; those without one
    /// after them.
    /// </summary>
    /// <param name="parentsAbove">The parents of the row above, from left to right.</param>
    internal static List<T> InColumns<T>(IEnumerable<T> row, Func<T, string> hash, IReadOnlyList<string> parentsAbove)
    {
        var columns = new Dictionary<string, int>();
        for (var i = 0; i < parentsAbove.Count; i++) columns.TryAdd(parentsAbove[i], i);
        return [.. row.OrderBy(block => columns.GetValueOrDefault(hash(block), parentsAbove.Count)).ThenBy(hash,
            StringComparer.Ordinal)];
    }

    private static string Share(double? share) =>
        share is { } known ? string.Create(CultureInfo.InvariantCulture, $" [grey]{known * 100:0} %[/]") : "";

    private static long Number(JsonNode? node) => node is null ? 0
        : node.GetValueKind() == System.Text.Json.JsonValueKind.String ? Convert.ToInt64((string)node!, 16)
        : (long)node;
}
