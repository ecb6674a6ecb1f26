using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Plugin;
using Chain.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Rules.Clique;

/// <summary>The nodes of a network under Clique, and who may sign.</summary>
internal static class CliqueScreen
{
    public static IRenderable Render(JsonObject status)
    {
        var table = new FittingTable(
            ["node", "state", "head", "signs for", "peers", "pool", "memory", "reorganisations"],
            [.. status["nodes"]!.AsArray().Select(node => Row(node!.AsObject()))],
            ["reorganisations", "memory", "pool", "peers"]);
        return new Rows([table, .. Story(status).Select(line => new Markup(line))]);
    }

    private static string[] Row(JsonObject node) =>
    [
        $"{node["index"]}",
        NodeCells.State(node),
        NodeCells.Head(node),
        node["signers"]?.AsArray() is { Count: > 0 } own
            ? string.Join(", ", own.Select(account => NodeCells.Short((string)account!)))
            : "nobody",
        $"{node["peers"] ?? "-"}",
        NodeCells.Pool(node),
        NodeCells.Memory(node),
        NodeCells.Reorgs(node),
    ];

    /// <summary>Where the chain stands, in markup lines; of the node with the highest head.</summary>
    private static IEnumerable<string> Story(JsonObject status)
    {
        var nodes = status["nodes"]!.AsArray();
        if (nodes.Where(node => node!["clique"] is not null).MaxBy(node => (long)node!["clique"]!["number"]!)?["clique"]
            is not JsonObject clique)
            yield break;
        var signers = clique["signers"]!.AsArray();
        var turn = (string?)clique["inTurn"] is { } account ? $"; the next block is the turn of {Named(nodes, account)}" : "";
        yield return string.Create(CultureInfo.InvariantCulture, $"{signers.Count} signers{turn}");
        if ((bool)clique["stalled"]!)
        {
            var may = clique["maySign"]!.AsArray().Select(signer => Named(nodes, (string)signer!)).ToList();
            yield return may.Count == 0
                ? "[red]stalled:[/] no signer is left"
                : $"[red]stalled:[/] nobody seals the next block; {string.Join(" or ", may)} may";
        }

        foreach (var item in clique["tally"]!.AsArray())
        {
            var vote = (bool)item!["authorize"]! ? "in" : "out";
            yield return $"[yellow]vote:[/] {Named(nodes, (string)item["address"]!)} {vote}, {item["votes"]} of "
                + $"{clique["signerLimit"]} votes";
        }
    }

    /// <summary>An account with the node that signs for it.</summary>
    private static string Named(JsonArray nodes, string account)
    {
        var owner = nodes.FirstOrDefault(node => node!["signers"]?.AsArray().Any(own => (string)own! == account) == true);
        return owner is null ? Shown.Field(account) : $"{NodeCells.Short(account)} of node {owner["index"]}";
    }
}
