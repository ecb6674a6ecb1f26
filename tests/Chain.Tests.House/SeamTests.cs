using System.Text.RegularExpressions;

namespace Chain.Tests;

/// <summary>What one consensus rule is like, its own projects know and nobody else (docs/adding.md).</summary>
public sealed partial class SeamTests
{
    // The list of the rules; the seal that miners search for; and what docs/adding.md says still knows its rules by name.
    private static readonly string[] Known =
    [
        "node/Chain.Rules/",
        "miner/Chain.Mining/",
        "node/Chain.Bench/",
        "node/Chain.Cli/Bench/",
    ];

    [Fact]
    public void Nobody_outside_a_rules_projects_uses_its_types()
    {
        var offenders = Sources()
            .Where(file => !Known.Any(known => file.StartsWith(known, StringComparison.Ordinal)))
            .Where(file => !OwnProject().IsMatch(file))
            .Where(file => RuleNamespace().IsMatch(File.ReadAllText(Path.Combine(Repository.Root, file))))
            .ToList();
        Assert.Empty(offenders);
    }

    [Fact]
    public void What_is_excused_still_needs_the_excuse()
    {
        var sources = Sources().ToList();
        foreach (var known in Known)
        {
            Assert.True(
                sources.Any(file => file.StartsWith(known, StringComparison.Ordinal)
                    && RuleNamespace().IsMatch(File.ReadAllText(Path.Combine(Repository.Root, file)))),
                $"{known} uses no rule's types any more: take it off the list.");
        }
    }

    private static IEnumerable<string> Sources() =>
        new[] { "node", "miner", "wallet" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs",
                SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^node/Chain\.(Consensus|Rules)\.\w+/")]
    private static partial Regex OwnProject();

    [GeneratedRegex(@"\bChain\.(Consensus|Rules)\.[A-Z]\w+;|\bChain\.(Consensus|Rules)\.(Work|Stake|Clique)\.")]
    private static partial Regex RuleNamespace();
}
