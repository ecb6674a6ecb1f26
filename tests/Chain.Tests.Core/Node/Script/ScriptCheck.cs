namespace Chain.Tests;

/// <summary>Runs scripts and compares what they print with what they expect.</summary>
internal static class ScriptCheck
{
    /// <summary>Fails at the first section that prints something else, and shows both.</summary>
    public static void Run(ScriptFile file, string name)
    {
        foreach (var (section, printed) in file.Sections.Zip(Print(file, name)))
        {
            if (!printed.SequenceEqual(section.Expected)) Assert.Fail(Difference(section, printed, name));
        }
    }

    /// <summary>What each section prints, in order.</summary>
    public static IEnumerable<IReadOnlyList<string>> Print(ScriptFile file, string name)
    {
        using var run = new ScriptRun();
        foreach (var section in file.Sections)
        {
            var printed = new List<string>();
            for (var i = 0; i < section.Commands.Count; i++)
            {
                try
                {
                    printed.AddRange(run.Run(section.Commands[i]));
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    throw new InvalidOperationException($"{name}:{section.Line + i}, {section.Commands[i]}: {e.Message}", e);
                }
            }

            yield return printed;
        }
    }

    private static string Difference(ScriptSection section, IReadOnlyList<string> printed, string name)
    {
        var first = printed.Zip(section.Expected).TakeWhile(pair => pair.First == pair.Second).Count();
        return string.Join('\n', [
            $"{name}:{section.Line}, {string.Join("; ", section.Commands)}: line {first + 1} of what it prints differs.",
            "Expected:", .. section.Expected.Select(line => $"    {line}"),
            "Printed:", .. printed.Select(line => $"    {line}")]);
    }
}
