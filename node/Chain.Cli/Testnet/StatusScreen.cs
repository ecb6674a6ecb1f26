using Chain.Plugin;
using Chain.Terminal;
using Chain.Testnet;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Cli;

/// <summary>The table of nodes.</summary>
internal static class StatusScreen
{
    private const int MaxAlert = 2000;

    public static IRenderable Render(RulePlugin rule, NetworkStatus status) =>
        new Rows(rule.Render(status), new Markup(Verdict(status)), FaultLine.Render(status.Faults));

    /// <summary>What the nodes warn of, a line each.</summary>
    public static Rows Alerts(NetworkStatus status)
    {
        // What several nodes say in the same words is told once.
        var alerts = status.Nodes.SelectMany(node => (node.Status?.Alerts ?? []).Select(alert => (node.Index, Alert: alert)));
        return new Rows(alerts.GroupBy(told => told.Alert).Select(group =>
        {
            var nodes = string.Join(",", group.Select(told => told.Index));
            return new Markup($"[yellow]node {nodes}: {Shown.Field(group.Key.Name)}[/] "
                + $"{Shown.Field(group.Key.Message, MaxAlert)}");
        }));
    }

    /// <summary>Whether the nodes agree, in markup; of those that do not answer only how many they are.</summary>
    internal static string Verdict(NetworkStatus status)
    {
        if (status.NobodyRuns) return "[red]no node runs[/]";
        if (status.Silent == status.Nodes.Count) return "[red]no node answers[/]";
        return status.IsConverged
            ? $"[green]one head {Where(status)}[/]"
            : $"[yellow]heads differ {(status.Silent > 0 ? Where(status) : "")}".TrimEnd() + "[/]";
    }

    /// <summary>Of whom it is said that they have one head, or several.</summary>
    public static string Where(NetworkStatus status) => status.Silent switch
    {
        0 => "everywhere",
        1 => $"on the nodes that answer (1 of {status.Nodes.Count} does not)",
        var silent => $"on the nodes that answer ({silent} of {status.Nodes.Count} do not)",
    };
}
