using System.Text.RegularExpressions;

namespace Chain.Tests;

/// <summary>What the documents say of the repository is there: files, headings, and the members that a link names.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] Folders = [".ci", "docs", "genesis", "miner", "node", "tests", "wallet"];

    private static readonly string[] Endings = [".cs", ".md", ".props", ".targets", ".csproj", ".txt", ".json", ".mjs",
        ".editorconfig", "run", "install"];

    // Put together, so that this file does not cite them.
    private static readonly string[] NotInTheRepository = ["DES" + "IGN", "ST" + "YLE", "MEA" + "SURED"];

    [Fact]
    public void Every_relative_link_leads_to_a_file_and_to_a_heading_that_it_has() =>
        Assert.Empty(Links().Where(link => !link.Exists()).Select(link => $"{link.From}: [{link.Text}]({link.Target})"));

    [Fact]
    public void Every_member_that_a_link_names_is_in_the_file_that_it_leads_to() =>
        Assert.Empty(Links().Where(link => link.NamesMissingMember()).Select(link =>
            $"{link.From}: {link.Text} is not in {link.Target}"));

    [Fact]
    public void Every_path_of_the_repository_in_code_marks_exists() =>
        Assert.Empty(Files(".md").SelectMany(file => CodePaths(File.ReadAllText(file))
            .Where(path => !IsThere(Path.Combine(Repository.Root, path)))
            .Select(path => $"{Relative(file)}: `{path}`")));

    [Fact]
    public void Every_document_that_code_cites_exists() =>
        Assert.Empty(Files(".cs", ".props",
            ".editorconfig").Where(file =>
                !file.EndsWith("DocumentTests.cs", StringComparison.Ordinal)).SelectMany(file =>
                    CitedDocument().Matches(File.ReadAllText(file)).Select(match => match.Value)
            .Where(path => !File.Exists(Path.Combine(Repository.Root, path)))
            .Select(path => $"{Relative(file)}: {path}")));

    [Fact]
    public void Nothing_cites_a_document_that_is_not_in_the_repository() =>
        Assert.Empty(Files(Endings).SelectMany(file => File.ReadLines(file)
            .Where(line => NotInTheRepository.Any(name => Regex.IsMatch(line, $@"\b{name}\b")))
            .Select(line => $"{Relative(file)}: {line.Trim()}")));

    [Fact]
    public void A_link_to_nowhere_and_a_path_to_nowhere_are_found()
    {
        Assert.False(new Link("README.md", "x", "docs/no-such-page.md").Exists());
        Assert.False(new Link("README.md", "x", "docs/architecture.md#no-such-heading").Exists());
        Assert.True(new Link("README.md", "x", "docs/architecture.md#a-block").Exists());
        Assert.True(new Link("docs/x.md", "`NodeCore.NoSuchMember`", "../node/Chain.Node/NodeCore.cs").NamesMissingMember());
        Assert.Equal(["node/no-such-project"], CodePaths("see `node/no-such-project`, `dotnet run` and node/this in prose"));
    }

    private static IEnumerable<Link> Links() =>
        Files(".md").SelectMany(file => MarkdownLink().Matches(WithoutFences(File.ReadAllText(file)))
        .Select(match => new Link(Relative(file), match.Groups["text"].Value, match.Groups["target"].Value))
        .Where(link => !link.Target.Contains(':', StringComparison.Ordinal)));

    private static IEnumerable<string> CodePaths(string markdown) => CodeMark().Matches(WithoutFences(markdown))
        .SelectMany(match => match.Groups["code"].Value.Split(' '))
        .Where(word => Folders.Any(folder => word.StartsWith(folder + "/", StringComparison.Ordinal)));

    private static string WithoutFences(string markdown) => Fence().Replace(markdown, "");

    private static bool IsThere(string path) => File.Exists(path) || Directory.Exists(path);

    private static string Relative(string file) => Path.GetRelativePath(Repository.Root, file);

    private static IEnumerable<string> Files(params string[] endings) => Folders
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateFiles(Repository.Root))
        .Where(file =>
            !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "artifacts" or "node_modules"))
        .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
        .Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\[(?<text>[^\]\n]*)\]\((?<target>[^)\s]+)\)")]
    private static partial Regex MarkdownLink();

    [GeneratedRegex(@"`(?<code>[^`\n]+)`")]
    private static partial Regex CodeMark();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#+ +(?<heading>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^`(?:\w+\.)*(?<member>\w+)`$")]
    private static partial Regex MemberName();

    [GeneratedRegex(@"\b(?:docs/[\w/-]+\.md|CONTRIBUTING\.md)")]
    private static partial Regex CitedDocument();

    /// <summary>A link of a document to another place in the repository.</summary>
    private sealed record Link(string From, string Text, string Target)
    {
        private string Place => Target.Split('#')[0] is { Length: > 0 } path
            ? Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(From)!, path))
            : Path.Combine(Repository.Root, From);

        public bool Exists() => IsThere(Place) && (Target.Split('#') is not [_, var anchor]
            || Heading().Matches(WithoutFences(File.ReadAllText(Place))).Any(match =>
                ToAnchor(match.Groups["heading"].Value) == anchor));

        /// <summary>Whether the text is the name of a type or member in code marks which the source file does not have.</summary>
        public bool NamesMissingMember() => Target.EndsWith(".cs", StringComparison.Ordinal) && File.Exists(Place)
            && MemberName().Match(Text) is { Success: true } name
            && !Regex.IsMatch(File.ReadAllText(Place), $@"\b{name.Groups["member"].Value}\b");

        // As the sites that show Markdown make them.
        private static string ToAnchor(string heading) =>
            string.Concat(heading.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_'))
                .Replace(' ', '-');
    }
}
