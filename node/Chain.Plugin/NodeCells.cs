using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Terminal;

namespace Chain.Plugin;

/// <summary>A node's entry of `testnet status --json` as the cells of a table, in markup.</summary>
public static class NodeCells
{
    private const int ShortLength = 10;

    /// <summary>How long until the network's blocks begin, in words; null once it has.</summary>
    public static string? UntilGenesis(JsonObject status) => status["genesisInMs"] is { } wait
        ? string.Create(CultureInfo.InvariantCulture, $"genesis in {(long)wait / 1000.0:0.0} s: the nodes wait for it")
        : null;

    public static string State(JsonObject node)
    {
        var state = ReadsOnly(node) ? "reads only" : (string)node["state"]!;
        var color = state switch { "running" => "green", "paused" => "yellow", _ => "red" };
        return $"[{color}]{Shown.Field(state)}[/]";
    }

    /// <summary>Whether a node has stopped following the chain; its alert says why.</summary>
    public static bool ReadsOnly(JsonObject node) =>
        (node["alerts"]?.AsArray() ?? []).Any(alert => (string?)alert!["name"] == "read_only");

    public static string Head(JsonObject node) =>
        node["head"] is { } head
        ? $"{head["number"]} [{Colors.Of((string)head["hash"]!)}]{Short((string)head["hash"]!)}[/]"
        : "-";

    public static string Pool(JsonObject node) =>
        node["pool"] is { } pool ? $"{Shown.Field(pool["pending"])}+{Shown.Field(pool["queued"])}" : "-";

    public static string Memory(JsonObject node) =>
        node["rssBytes"] is { } rss ? string.Create(CultureInfo.InvariantCulture, $"{(long)rss / 1048576.0:F0} MB") : "-";

    public static string Reorgs(JsonObject node)
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
