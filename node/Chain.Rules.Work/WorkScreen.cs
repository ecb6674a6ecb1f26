using System.Text.Json.Nodes;
using Chain.Plugin;

namespace Chain.Rules.Work;

/// <summary>The nodes of a network under proof of work.</summary>
internal static class WorkScreen
{
    public static FittingTable Render(JsonObject status) => new(
        ["node", "state", "head", "safe", "final", "peers", "pool", "hash rate", "memory", "reorganisations"],
        [.. status["nodes"]!.AsArray().Select(node => Row(node!.AsObject()))],
        ["reorganisations", "hash rate", "memory", "safe", "final", "pool"]);

    private static string[] Row(JsonObject node) =>
    [
        $"{node["index"]}",
        NodeCells.State(node),
        NodeCells.Head(node),
        $"{node["safe"]?["number"] ?? "-"}",
        $"{node["finalized"]?["number"] ?? "-"}",
        $"{node["peers"] ?? "-"}",
        NodeCells.Pool(node),
        node["hashRate"] is { } rate ? NodeCells.Rate((double)rate) : "-",
        NodeCells.Memory(node),
        NodeCells.Reorgs(node),
    ];
}
