using System.Text.Json.Nodes;
using Chain.Plugin;
using Chain.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Cli;

/// <summary>The table of nodes.</summary>
internal static class StatusScreen
{
    private const int MaxAlert = 2000;

    public static IRenderable Render(RulePlugin rule, JsonObject status) =>
        new Rows(rule.Render(status), new Markup(Verdict(status)), FaultLine.Render(status));

    public static bool NobodyRuns(JsonObject status) =>
        status["nodes"]!.AsArray().All(node => (string)node!["state"]! == "stopped");

    /// <summary>What the nodes warn of, a line each.</summary>
    public static Rows Alerts(JsonObject status)
    {
        // What several nodes say in the same words is told once.
        var alerts = status["nodes"]!.AsArray().SelectMany(node =>
            (node!["alerts"]?.AsArray() ?? []).Select(alert =>
                (Node: (int)node["index"]!, Name: (string)alert!["name"]!, Message: (string)alert["message"]!)));
        return new Rows(alerts.GroupBy(alert => (alert.Name, alert.Message)).Select(group =>
        {
            var nodes = string.Join(",", group.Select(alert => alert.Node));
            return new Markup($"[yellow]node {nodes}: {Shown.Field(group.Key.Name)}[/] "
                + $"{Shown.Field(group.Key.Message, MaxAlert)}");
        }));
    }

    /// <summary>Whether the nodes agree, in markup; of those that do not answer only how many they are.</summary>
    internal static string Verdict(JsonObject status)
    {
        if (NobodyRuns(status)) return "[red]no node runs[/]";
        if (Silent(status) == status["nodes"]!.AsArray().Count) return "[red]no node answers[/]";
        return (bool)status["converged"]!
            ? $"[green]one head {Where(status)}[/]"
            : $"[yellow]heads differ {(Silent(status) > 0 ? Where(status) : "")}".TrimEnd() + "[/]";
    }

    /// <summary>Of whom it is said that they have one head, or several.</summary>
    public static string Where(JsonObject status) => Silent(status) switch
    {
        0 => "everywhere",
        1 => $"on the nodes that answer (1 of {status["nodes"]!.AsArray().Count} does not)",
        var silent => $"on the nodes that answer ({silent} of {status["nodes"]!.AsArray().Count} do not)",
    };

    private static int Silent(JsonObject status) => status["nodes"]!.AsArray().Count(node => node!["head"] is null);
}
