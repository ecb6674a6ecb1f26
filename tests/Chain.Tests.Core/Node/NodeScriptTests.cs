namespace Chain.Tests;

/// <summary>
/// Scripts of a node: inputs in, effects out, as text (Scripts/Node/README.md). REWRITE=1 in the environment writes what the
/// node does into the scripts, for a person to read before it is committed.
/// </summary>
public sealed class NodeScriptTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Chain.Tests.Core", "Node", "Scripts");

    private static bool IsRewriting => Environment.GetEnvironmentVariable("REWRITE") == "1";

    public static TheoryData<string> Names =>
        [.. Directory.EnumerateFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_node_does_what_the_script_says(string name)
    {
        var path = Path.Combine(Folder, $"{name}.txt");
        var file = ScriptFile.Parse(File.ReadAllText(path));
        if (!IsRewriting)
        {
            ScriptCheck.Run(file, $"{name}.txt");
            return;
        }

        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "CI compares scripts, it never rewrites them.");
        File.WriteAllText(path, file.Rewrite(ScriptCheck.Print(file, $"{name}.txt")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_script_opens_with_a_line_or_two_on_what_a_reader_learns(string name) =>
        Assert.InRange(ScriptFile.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.txt"))).Opening.Count, 1, 2);
}
