namespace Chain.Tests;

/// <summary>Style that a machine can judge (CONTRIBUTING.md).</summary>
public sealed class SourceTests
{
    private const int MaxLines = 500;
    private const int MaxColumns = 130;

    private static readonly string[] Leftovers = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "NotImplemented" + "Exception",
        "#reg" + "ion"];

    [Fact]
    public void No_source_file_is_longer_than_fits_in_the_head() =>
        Assert.Empty(Sources().Where(file => File.ReadLines(file).Count() > MaxLines).Select(Relative));

    [Fact]
    public void No_line_is_wider_than_a_screen() =>
        Assert.Empty(Sources().SelectMany(file => File.ReadLines(file)
            .Select((line, i) => (Line: line, Number: i + 1))
            .Where(item => item.Line.Length > MaxColumns && !HoldsDataOfOnePiece(item.Line))
            .Select(item => $"{Relative(file)}:{item.Number} has {item.Line.Length} columns")));

    [Fact]
    public void Nothing_is_left_over() =>
        Assert.Empty(Sources().SelectMany(file => File.ReadLines(file)
            .Where(line => Leftovers.Any(word => line.Contains(word, StringComparison.Ordinal)))
            .Select(line => $"{Relative(file)}: {line.Trim()}")));

    [Fact]
    public void No_test_waits_by_the_clock() =>
        Assert.Empty(Sources().Where(file =>
            file.Contains("Chain.Tests.", StringComparison.Ordinal)
            && !file.Contains("Chain.Tests.EndToEnd", StringComparison.Ordinal)
            && !file.EndsWith("SourceTests.cs", StringComparison.Ordinal))
            .SelectMany(file =>
                File.ReadLines(file).Where(line => line.Contains("Thread.Sleep", StringComparison.Ordinal)).Select(line =>
                    $"{Relative(file)}: {line.Trim()}")));

    // A signature or an encoded transaction has no place to break, and JSON is easier to read in one piece.
    private static bool HoldsDataOfOnePiece(string line) =>
        line.Contains("\"\"\"", StringComparison.Ordinal) || line.Split(' ').Any(word => word.Length > 80);

    private static string Relative(string file) => Path.GetRelativePath(Repository.Root, file);

    private static IEnumerable<string> Sources() =>
        new[] { "node", "miner", "wallet", "tests" }
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file =>
                !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "artifacts" or "node_modules"));
}
