using Chain.Plugin;
using Chain.Testnet;

namespace Chain.Rules.Work;

/// <summary>The nodes of a network under proof of work.</summary>
internal static class WorkScreen
{
    public static FittingTable Render(NetworkStatus status) => new(
        ["node", "state", "head", "safe", "final", "peers", "pool", "hash rate", "memory", "reorganisations"],
        [.. status.Nodes.Select(Row)],
        ["reorganisations", "hash rate", "memory", "safe", "final", "pool"]);

    private static string[] Row(NodeReport node) =>
    [
        $"{node.Index}",
        NodeCells.State(node),
        NodeCells.Head(node.Status),
        NodeCells.Number(node.Status?.Safe),
        NodeCells.Number(node.Status?.Finalized),
        NodeCells.Peers(node.Status),
        NodeCells.Pool(node.Status),
        node.Status is { } status ? NodeCells.Rate(status.HashRate) : "-",
        NodeCells.Memory(node),
        NodeCells.Reorgs(node.Status),
    ];
}
