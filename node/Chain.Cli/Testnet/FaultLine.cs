using System.Globalization;
using Chain.Terminal;
using Chain.Testnet;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Cli;

/// <summary>The faults in force, in one line below the table of nodes; nothing where there are none.</summary>
internal static class FaultLine
{
    public static IRenderable Render(NetworkFaults faults) =>
        string.Join("; ", Describe(faults)) is { Length: > 0 } line ? new Markup($"[yellow]{Shown.Line(line)}[/]") : new Rows();

    /// <summary>In words, each fault for itself.</summary>
    public static IEnumerable<string> Describe(NetworkFaults faults)
    {
        if (faults.Partition is { } groups)
            yield return $"partition: {string.Join(" | ", groups.Select(group => string.Join(",", group)))}";
        foreach (var cut in faults.CutLinks) yield return $"link {cut.Low}-{cut.High}: cut";

        // A link that does the same both ways is told once; one that does not, each way for itself.
        foreach (var link in faults.Links)
        {
            var isBothWays = faults.Links.Contains(new FaultyLink(link.To, link.From, link.Fault));
            if (!isBothWays) yield return $"link {link.From}->{link.To}: {Describe(link.Fault)}";
            else if (link.From < link.To) yield return $"link {link.From}-{link.To}: {Describe(link.Fault)}";
        }

        foreach (var clock in faults.WrongClocks)
            yield return $"clock of node {clock.Node}: {Math.Abs(clock.SkewMs)} ms {(clock.SkewMs > 0 ? "ahead" : "behind")}";
    }

    private static string Describe(LinkFault fault)
    {
        var parts = new List<string>();
        if (fault.DelayMs > 0) parts.Add($"delay {fault.DelayMs} ms");
        if (fault.JitterMs > 0) parts.Add($"jitter {fault.JitterMs} ms");
        if (fault.Loss > 0) parts.Add($"loss {Percent(fault.Loss)}");
        if (fault.Duplicate > 0) parts.Add($"duplicates {Percent(fault.Duplicate)}");
        return string.Join(", ", parts);
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.###} %");
}
