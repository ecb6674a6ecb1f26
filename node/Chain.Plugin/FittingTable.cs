using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Plugin;

/// <summary>A table that leaves columns out where the terminal is too narrow for all of them, and says which.</summary>
/// <param name="columns">Their headings.</param>
/// <param name="rows">Cells in markup, as many in each row as there are columns.</param>
/// <param name="dispensable">Headings of the columns that may be left out, the first to go first.</param>
public sealed class FittingTable(string[] columns, IReadOnlyList<string[]> rows, string[] dispensable) : Renderable
{
    // A border and a blank on either side of each cell, and the last border.
    private const int PerColumn = 3;
    private const int Border = 1;

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var shown = Enumerable.Range(0, columns.Length).ToList();
        var gone = new List<string>();
        foreach (var heading in dispensable)
        {
            if (shown.Sum(Width) + Border <= maxWidth) break;
            shown.Remove(Array.IndexOf(columns, heading));
            gone.Add(heading);
        }

        var table = new Table().RoundedBorder();
        foreach (var column in shown) table.AddColumn(columns[column]);
        foreach (var row in rows) table.AddRow([.. shown.Select(column => row[column])]);
        IRenderable all = gone.Count == 0 ? table
            : new Rows(table, new Markup($"[grey]not shown, for want of room: {string.Join(", ", gone)}[/]"));
        return all.Render(options, maxWidth);
    }

    private int Width(int column) =>
        rows.Select(row => Markup.Remove(row[column]).Length).Append(columns[column].Length).Max() + PerColumn;
}
