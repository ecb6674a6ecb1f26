using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Cli;

/// <summary>The table of nodes.</summary>
internal static class StatusScreen
{
    private const int ShortLength = 10;
    private const int MaxAlert = 2000;

    public static IRenderable Render(JsonObject status) =>
        new Rows(StakeScreen.Fits(status) ? StakeScreen.Render(status) : WorkTable(status), new Markup(Verdict(status)),
            FaultLine.Render(status));

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

    private static FittingTable WorkTable(JsonObject status) => new(
        ["node", "state", "head", "safe", "final", "peers", "pool", "hash rate", "memory", "reorganisations"],
        [.. status["nodes"]!.AsArray().Select(node => Row(node!.AsObject()))],
        ["reorganisations", "hash rate", "memory", "safe", "final", "pool"]);

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

    private static string[] Row(JsonObject node) =>
    [
        $"{node["index"]}",
        State(node),
        Head(node),
        $"{node["safe"]?["number"] ?? "-"}",
        $"{node["finalized"]?["number"] ?? "-"}",
        $"{node["peers"] ?? "-"}",
        Pool(node),
        node["hashRate"] is { } rate ? Rate((double)rate) : "-",
        Memory(node),
        Reorgs(node),
    ];

    internal static string State(JsonObject node)
    {
        var state = ReadsOnly(node) ? "reads only" : (string)node["state"]!;
        var color = state switch { "running" => "green", "paused" => "yellow", _ => "red" };
        return $"[{color}]{Shown.Field(state)}[/]";
    }

    /// <summary>Whether a node has stopped following the chain; its alert says why.</summary>
    internal static bool ReadsOnly(JsonObject node) =>
        (node["alerts"]?.AsArray() ?? []).Any(alert => (string?)alert!["name"] == "read_only");

    internal static string Head(JsonObject node) =>
        node["head"] is { } head
        ? $"{head["number"]} [{Colors.Of((string)head["hash"]!)}]{Short((string)head["hash"]!)}[/]"
        : "-";

    internal static string Pool(JsonObject node) =>
        node["pool"] is { } pool ? $"{Shown.Field(pool["pending"])}+{Shown.Field(pool["queued"])}" : "-";

    internal static string Memory(JsonObject node) =>
        node["rssBytes"] is { } rss ? string.Create(CultureInfo.InvariantCulture, $"{(long)rss / 1048576.0:F0} MB") : "-";

    internal static string Reorgs(JsonObject node)
    {
        if (node["reorgs"]?.AsArray() is not { } reorgs) return "-";
        return reorgs.Count == 0
            ? "none"
            : $"{reorgs.Count}; last {reorgs[^1]!["depth"]} deep above block {reorgs[^1]!["ancestor"]?["number"]}";
    }

    /// <summary>The beginning of a hash, for markup; of what is none, as much.</summary>
    public static string Short(string hash) => Shown.Field(hash.Length > ShortLength ? hash[..ShortLength] : hash);

    public static string Rate(double hashesPerSecond) => hashesPerSecond switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{hashesPerSecond / 1e9:F2} GH/s"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{hashesPerSecond / 1e6:F2} MH/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{hashesPerSecond / 1e3:F0} kH/s"),
    };
}

/// <summary>One colour a hash, so that equal heads look equal.</summary>
internal static class Colors
{
    private static readonly string[] Palette = ["deepskyblue1", "orange1", "springgreen2", "mediumpurple1", "gold1", "hotpink",
        "turquoise2", "salmon1"];

    public static string Of(string hash) =>
        Palette[Hash256.TryParse(hash, out var parsed) ? parsed.Bytes[0] % Palette.Length : 0];
}
