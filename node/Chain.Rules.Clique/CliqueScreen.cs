using System.Globalization;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Testnet;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Rules.Clique;

/// <summary>The nodes of a network under Clique, and who may sign.</summary>
internal static class CliqueScreen
{
    public static IRenderable Render(NetworkStatus status)
    {
        var table = new FittingTable(
            ["node", "state", "head", "signs for", "peers", "pool", "memory", "reorganisations"],
            [.. status.Nodes.Select(Row)],
            ["reorganisations", "memory", "pool", "peers"]);
        return new Rows([table, .. Story(status).Select(line => new Markup(line))]);
    }

    private static string[] Row(NodeReport node) =>
    [
        $"{node.Index}",
        NodeCells.State(node),
        NodeCells.Head(node.Status),
        node.Node.SignersOf() is { Accounts: { Count: > 0 } own } ? string.Join(", ", own.Select(NodeCells.Short)) : "nobody",
        NodeCells.Peers(node.Status),
        NodeCells.Pool(node.Status),
        NodeCells.Memory(node),
        NodeCells.Reorgs(node.Status),
    ];

    /// <summary>Where the chain stands, in markup lines; of the node with the highest head.</summary>
    private static IEnumerable<string> Story(NetworkStatus status)
    {
        if (status.Nodes.Select(node => node.OfRule).OfType<CliqueStatus>().MaxBy(clique => clique.Number) is not { } clique)
            yield break;
        var turn = clique.InTurn is { } account ? $"; the next block is the turn of {Named(status, account)}" : "";
        yield return string.Create(CultureInfo.InvariantCulture, $"{clique.Signers.Count} signers{turn}");
        if (clique.IsStalled)
        {
            yield return clique.MaySign.Count == 0
                ? "[red]stalled:[/] no signer is left"
                : "[red]stalled:[/] nobody seals the next block; "
                    + $"{string.Join(" or ", clique.MaySign.Select(signer => Named(status, signer)))} may";
        }

        foreach (var item in clique.Tally)
        {
            yield return $"[yellow]vote:[/] {Named(status, item.Account)} {(item.Authorize ? "in" : "out")}, {item.Votes} of "
                + $"{clique.SignerLimit} votes";
        }
    }

    /// <summary>An account with the node that signs for it.</summary>
    private static string Named(NetworkStatus status, Address account)
    {
        var text = account.ToString();
        var owner = status.Nodes.FirstOrDefault(node => node.Node.SignersOf()?.Accounts.Contains(text) == true);
        return owner is null ? text : $"{NodeCells.Short(text)} of node {owner.Index}";
    }
}
