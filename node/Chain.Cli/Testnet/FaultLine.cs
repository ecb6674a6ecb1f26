using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Cli;

/// <summary>The faults in force, in one line below the table of nodes; nothing where there are none.</summary>
internal static class FaultLine
{
    public static IRenderable Render(JsonObject status) =>
        string.Join("; ", Describe(status["faults"]!)) is { Length: > 0 } line
            ? new Markup($"[yellow]{Shown.Line(line)}[/]")
            : new Rows();

    /// <summary>In words, each fault for itself.</summary>
    public static IEnumerable<string> Describe(JsonNode faults)
    {
        if (faults["partition"] is JsonArray groups)
            yield return $"partition: {string.Join(" | ", groups.Select(group => string.Join(",", group!.AsArray())))}";
        foreach (var cut in faults["cutLinks"]!.AsArray()) yield return $"link {cut![0]}-{cut[1]}: cut";

        // A link that does the same both ways is told once; one that does not, each way for itself.
        var links = faults["links"]!.AsArray()
            .Select(link => (From: (int)link!["from"]!, To: (int)link["to"]!, Does: Describe(link.AsObject()))).ToList();
        foreach (var link in links)
        {
            var isBothWays = links.Contains((link.To, link.From, link.Does));
            if (!isBothWays) yield return $"link {link.From}->{link.To}: {link.Does}";
            else if (link.From < link.To) yield return $"link {link.From}-{link.To}: {link.Does}";
        }

        foreach (var skew in faults["skews"]!.AsArray())
        {
            var milliseconds = (long)skew!["clockSkewMs"]!;
            yield return $"clock of node {skew["node"]}: {Math.Abs(milliseconds)} ms {(milliseconds > 0 ? "ahead" : "behind")}";
        }
    }

    private static string Describe(JsonObject link)
    {
        var parts = new List<string>();
        if ((int)link["delayMs"]! is > 0 and var delay) parts.Add($"delay {delay} ms");
        if ((int)link["jitterMs"]! is > 0 and var jitter) parts.Add($"jitter {jitter} ms");
        if ((double)link["loss"]! is > 0 and var loss) parts.Add($"loss {Percent(loss)}");
        if ((double)link["duplicate"]! is > 0 and var duplicate) parts.Add($"duplicates {Percent(duplicate)}");
        return string.Join(", ", parts);
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.###} %");
}
