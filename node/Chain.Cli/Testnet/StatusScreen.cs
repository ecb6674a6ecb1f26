using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Cli;

/// <summary>The table of nodes.</summary>
internal static class StatusScreen
{
    public static IRenderable Render(JsonObject status)
    {
        var table = new Table().RoundedBorder();
        foreach (var column in new[] { "node", "state", "head", "safe", "final", "peers", "pool", "hash rate", "memory", "reorganisations" }) table.AddColumn(column);
        foreach (var node in status["nodes"]!.AsArray()) table.AddRow(Row(node!.AsObject()));
        var verdict = new Markup(
            NobodyRuns(status) ? "[red]no node runs[/]"
            : (bool)status["converged"]! ? "[green]one head everywhere[/]"
            : "[yellow]heads differ[/]");
        return new Rows(table, verdict);
    }

    public static bool NobodyRuns(JsonObject status) => status["nodes"]!.AsArray().All(node => (string)node!["state"]! == "stopped");

    private static string[] Row(JsonObject node)
    {
        var state = (string)node["state"]!;
        var color = state switch { "running" => "green", "paused" => "yellow", _ => "red" };
        var reorgs = node["reorgs"]?.AsArray();
        var last = reorgs is { Count: > 0 } ? reorgs[^1] : null;
        return
        [
            $"{node["index"]}",
            $"[{color}]{state}[/]",
            node["head"] is { } head ? $"{head["number"]} [{Colors.Of((string)head["hash"]!)}]{Short((string)head["hash"]!)}[/]" : "-",
            $"{node["safe"]?["number"] ?? "-"}",
            $"{node["finalized"]?["number"] ?? "-"}",
            $"{node["peers"] ?? "-"}",
            node["pool"] is { } pool ? $"{pool["pending"]}+{pool["queued"]}" : "-",
            node["hashRate"] is { } rate ? Rate((double)rate) : "-",
            node["rssBytes"] is { } rss ? string.Create(CultureInfo.InvariantCulture, $"{(long)rss / 1048576.0:F0} MB") : "-",
            reorgs is null ? "-" : last is null ? "none" : $"{reorgs!.Count}; last {last["depth"]} deep above block {last["ancestor"]?["number"]}",
        ];
    }

    public static string Short(string hash) => hash[..10];

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
    private static readonly string[] Palette = ["deepskyblue1", "orange1", "springgreen2", "mediumpurple1", "gold1", "hotpink", "turquoise2", "salmon1"];

    public static string Of(string hash) => Palette[Convert.ToInt32(hash.Substring(2, 2), 16) % Palette.Length];
}
