namespace Chain.Tests;

/// <summary>
/// A script of a node: comments, and sections of commands, a line with four dashes, and what the commands print up to the next
/// empty line. Scripts/Node/README.md describes the form.
/// </summary>
internal sealed class ScriptFile
{
    private const string Divider = "----";

    private readonly List<(ScriptSection? Section, string? Verbatim)> _parts = [];

    private ScriptFile()
    {
    }

    public IEnumerable<ScriptSection> Sections => _parts.Select(part => part.Section).OfType<ScriptSection>();

    /// <summary>The comments before the first section: what a reader learns from the script.</summary>
    public IReadOnlyList<string> Opening =>
        [.. _parts.TakeWhile(part => part.Section is null).Select(part => part.Verbatim!).Where(IsComment)];

    public static ScriptFile Parse(string text)
    {
        var file = new ScriptFile();
        var lines = text.TrimEnd('\n').Split('\n');
        for (var i = 0; i < lines.Length;)
        {
            if (lines[i].Length == 0 || IsComment(lines[i]))
            {
                file._parts.Add((null, lines[i++]));
                continue;
            }

            var begin = i;
            while (i < lines.Length && lines[i] is not ("" or Divider)) i++;
            if (i == lines.Length || lines[i] != Divider)
                throw new FormatException($"The commands from line {begin + 1} on are not followed by a line {Divider}.");
            var (commands, end) = (lines[begin..i], ++i);
            while (i < lines.Length && lines[i].Length > 0) i++;
            file._parts.Add((new ScriptSection(begin + 1, commands, lines[end..i]), null));
        }

        return file;
    }

    /// <summary>The same script with other expectations, one list for each section.</summary>
    public string Rewrite(IEnumerable<IReadOnlyList<string>> printed)
    {
        using var next = printed.GetEnumerator();
        var lines = new List<string>();
        foreach (var (section, verbatim) in _parts)
        {
            if (section is null) lines.Add(verbatim!);
            else if (next.MoveNext()) lines.AddRange([.. section.Commands, Divider, .. next.Current]);
        }

        return string.Join('\n', lines) + "\n";
    }

    private static bool IsComment(string line) => line.StartsWith('#');
}
