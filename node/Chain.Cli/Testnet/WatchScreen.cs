using System.Globalization;
using System.Text;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
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
                var status = await NetworkStatus.ReadAsync(runner, cancellation);
                live.UpdateTarget(new Rows(StatusScreen.Render(rule, status), await TreeAsync(runner, status, cancellation),
                    StatusScreen.Alerts(status), new Markup("[grey]Ctrl-C ends[/]")));
                if (status.NobodyRuns) return;
                await Task.Delay(500, cancellation);
            }
        });

    private static async Task LinesAsync(TestnetRunner runner, RulePlugin rule, CancellationToken cancellation)
    {
        var seen = new Dictionary<int, string>();
        var isGenesisTold = false;
        while (true)
        {
            var status = await NetworkStatus.ReadAsync(runner, cancellation);
            if (!isGenesisTold && NodeCells.UntilGenesis(status) is { } wait) Console.WriteLine(wait);
            isGenesisTold = true;
            foreach (var node in status.Nodes)
            {
                var index = node.Index;
                var line = node.Status?.Head is { } head
                    ? $"node {index}: block {head.Number} {head.Hash}{rule.HeadNote(node)}"
                    : $"node {index}: {StateOf(node)}";
                if (seen.GetValueOrDefault(index) == line) continue;
                seen[index] = line;
                Console.WriteLine(Printable.Line(line));
            }

            if (status.NobodyRuns) return;
            await Task.Delay(250, cancellation);
        }
    }

    /// <summary>All branches that any node knows, newest first; each block names the nodes whose head it is.</summary>
    private static async Task<IRenderable> TreeAsync(TestnetRunner runner, NetworkStatus status, CancellationToken cancellation)
    {
        var heads = new SortedDictionary<Hash256, List<int>>();
        var blocks = new Dictionary<Hash256, TreeBlock>();
        foreach (var node in status.Nodes)
        {
            if (node.Status is not { Head.Hash: var hash }) continue;
            if (!heads.TryGetValue(hash, out var who)) heads.Add(hash, who = []);
            who.Add(node.Index);
        }

        // One node of each head knows its branch.
        foreach (var who in heads.Values.Select(list => list[0]))
        {
            using var client = new NodeClient(runner.Manifest.Nodes[who].RpcPort);
            foreach (var block in await client.TryAskAsync("chain_getBlockTree", TreeBlock.ReadAll, cancellation) ?? [])
                blocks[block.Hash] = block;
        }

        if (blocks.Count == 0) return new Text("");
        var top = blocks.Values.Max(block => block.Number);
        var text = new StringBuilder();
        IReadOnlyList<Hash256> above = [];
        foreach (var height in blocks.Values.GroupBy(block => block.Number)
            .Where(group => group.Key > top - Heights).OrderByDescending(group => group.Key))
        {
            var row = InColumns(height, block => block.Hash, above);
            above = [.. row.Select(block => block.Parent)];
            text.Append($"[grey]{height.Key,7}[/]  ");
            foreach (var block in row)
            {
                var onIt = heads.TryGetValue(block.Hash, out var who) ? $" [bold]<- {string.Join(",", who)}[/]" : "";
                text.Append($"[{Colors.Of(block.Hash)}]{NodeCells.Short($"{block.Hash}")}[/] on "
                    + $"[{Colors.Of(block.Parent)}]{$"{block.Parent}"[2..6]}[/]"
                    + $"{(block.Transactions > 0 ? $" ({block.Transactions} tx)" : "")}{Share(block.StakeShare)}{onIt}    ");
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
    internal static List<T> InColumns<T, THash>(IEnumerable<T> row, Func<T, THash> hash, IReadOnlyList<THash> parentsAbove)
        where THash : notnull
    {
        var columns = new Dictionary<THash, int>();
        for (var i = 0; i < parentsAbove.Count; i++) columns.TryAdd(parentsAbove[i], i);
        return [.. row.OrderBy(block => columns.GetValueOrDefault(hash(block), parentsAbove.Count)).ThenBy(hash)];
    }

    private static string Share(double? share) =>
        share is { } known ? string.Create(CultureInfo.InvariantCulture, $" [grey]{known * 100:0} %[/]") : "";

    private static string StateOf(NodeReport node) => node.State switch
    {
        NodeState.Paused => "paused",
        NodeState.Stopped => "stopped",
        _ => "not answering",
    };
}
