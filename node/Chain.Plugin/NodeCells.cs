using System.Globalization;
using Chain.Terminal;
using Chain.Testnet;

namespace Chain.Plugin;

/// <summary>A node of a network as the cells of a table, in markup.</summary>
public static class NodeCells
{
    private const int ShortLength = 10;

    /// <summary>How long until the network's blocks begin, in words; null once it has.</summary>
    public static string? UntilGenesis(NetworkStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.UntilGenesis is { } wait
            ? string.Create(CultureInfo.InvariantCulture, $"genesis in {wait.TotalSeconds:0.0} s: the nodes wait for it")
            : null;
    }

    public static string State(NodeReport node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.ReadsOnly) return "[red]reads only[/]";
        return node.State switch
        {
            NodeState.Running => "[green]running[/]",
            NodeState.Paused => "[yellow]paused[/]",
            NodeState.Stopped => "[red]stopped[/]",
            _ => "[red]not answering[/]",
        };
    }

    public static string Head(NodeStatus? status) =>
        status?.Head is { } head ? $"{head.Number} [{Colors.Of(head.Hash)}]{Short($"{head.Hash}")}[/]" : "-";

    public static string Number(StatusBlock? block) => $"{block?.Number.ToString(CultureInfo.InvariantCulture) ?? "-"}";

    public static string Peers(NodeStatus? status) => status is null ? "-" : $"{status.Peers}";

    public static string Pool(NodeStatus? status) => status is null ? "-" : $"{status.Pending}+{status.Queued}";

    public static string Memory(NodeReport node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node.ResidentBytes is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:F0} MB")
            : "-";
    }

    public static string Reorgs(NodeStatus? status) => status?.Reorgs switch
    {
        null => "-",
        [] => "none",
        [.., var last] and var all => $"{all.Count}; last {last.Depth} deep above block {last.Ancestor.Number}",
    };

    /// <summary>The beginning of a hash, for markup; of what is none, as much.</summary>
    public static string Short(string hash) => Shown.Field(hash.Length > ShortLength ? hash[..ShortLength] : hash);

    public static string Rate(double hashesPerSecond) => hashesPerSecond switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{hashesPerSecond / 1e9:F2} GH/s"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{hashesPerSecond / 1e6:F2} MH/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{hashesPerSecond / 1e3:F0} kH/s"),
    };
}
