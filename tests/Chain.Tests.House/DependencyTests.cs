using System.Xml.Linq;

namespace Chain.Tests;

/// <summary>References point one way (docs/architecture.md), read from the project files.</summary>
public sealed class DependencyTests
{
    private static readonly SortedDictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Chain.Primitives"] = [],
        ["Chain.Execution"] = ["Chain.Primitives"],
        ["Chain.Consensus"] = ["Chain.Execution"],
        ["Chain.Consensus.Work"] = ["Chain.Consensus"],
        ["Chain.Consensus.Stake"] = ["Chain.Consensus"],
        ["Chain.Consensus.Clique"] = ["Chain.Consensus"],
        ["Chain.Rules"] = ["Chain.Rules.Work", "Chain.Rules.Stake", "Chain.Rules.Clique"],
        ["Chain.Rules.Clique"] = ["Chain.Plugin", "Chain.Consensus.Clique"],
        ["Chain.Node"] = ["Chain.Consensus"],
        ["Chain.Programs"] = [],
        ["Chain.Storage"] = ["Chain.Node", "Chain.Programs"],
        ["Chain.Network"] = ["Chain.Node", "Chain.Programs"],
        ["Chain.Rpc"] = ["Chain.Node"],
        ["Chain.Host"] = ["Chain.Storage", "Chain.Network", "Chain.Rpc", "Chain.Mining"],
        ["Chain.Plugin"] = ["Chain.Simulation", "Chain.Testnet", "Chain.Terminal"],
        ["Chain.Rules.Work"] = ["Chain.Plugin", "Chain.Consensus.Work"],
        ["Chain.Rules.Stake"] = ["Chain.Plugin", "Chain.Consensus.Stake"],
        ["Chain.Simulation"] = ["Chain.Node"],
        ["Chain.Rpc.Client"] = ["Chain.Primitives", "Chain.Programs"],
        ["Chain.Transfers"] = ["Chain.Rpc.Client"],
        ["Chain.Terminal"] = ["Chain.Programs"],
        ["Chain.Testnet"] = ["Chain.Host", "Chain.Transfers"],
        ["Chain.Bench"] = ["Chain.Simulation", "Chain.Rules", "Chain.Testnet"],
        ["Chain.Cli"] = ["Chain.Bench", "Chain.Rules", "Chain.Testnet", "Chain.Terminal"],
        ["Chain.Mining"] = ["Chain.Consensus.Work", "Chain.Rpc.Client"],
        ["Chain.Mining.Gpu"] = ["Chain.Mining"],
        ["Chain.Mining.Native"] = ["Chain.Mining"],
        ["Chain.Miner"] = ["Chain.Mining", "Chain.Mining.Gpu", "Chain.Terminal"],
        ["Chain.Wallet"] = ["Chain.Transfers", "Chain.Terminal"],
    };

    private static readonly string[] Pure = ["Chain.Primitives", "Chain.Execution", "Chain.Consensus", "Chain.Consensus.Work",
        "Chain.Consensus.Stake", "Chain.Consensus.Clique", "Chain.Node"];

    // What a pure project may bring along: arithmetic, and the analyzer that keeps it pure.
    private static readonly string[] PurePackages = ["BouncyCastle.Cryptography", "Secp256k1.Net", "System.IO.Hashing",
        "Microsoft.CodeAnalysis.BannedApiAnalyzers"];

    [Fact]
    public void Every_project_references_only_what_stands_below_it()
    {
        foreach (var (name, project) in Projects())
        {
            Assert.True(Allowed.TryGetValue(name, out var allowed),
                $"{name} has no place yet: give it one here and in docs/architecture.md.");
            var references = project.Descendants("ProjectReference").Select(item =>
                Path.GetFileNameWithoutExtension(item.Attribute("Include")!.Value.Replace('\\', '/')));
            foreach (var reference in references)
                Assert.True(allowed.Contains(reference), $"{name} must not reference {reference}.");
        }
    }

    // Programs show the tests what they do not show each other.
    [Fact]
    public void Internals_are_visible_to_the_tests_alone()
    {
        foreach (var (name, project) in Projects())
            Assert.False(project.Descendants("InternalsVisibleTo").Any(), $"{name} must not name its friends itself.");
        var friends = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props"))
            .Descendants("InternalsVisibleTo").SelectMany(item => item.Attribute("Include")!.Value.Split(';'));
        var tests = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file));
        Assert.Equal(tests.Order(StringComparer.Ordinal), friends.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Pure_projects_bring_no_package_that_touches_the_world()
    {
        foreach (var (name, project) in Projects().Where(item => Pure.Contains(item.Name)))
        {
            var packages = project.Descendants("PackageReference").Select(item => item.Attribute("Include")!.Value);
            foreach (var package in packages)
                Assert.True(PurePackages.Contains(package), $"{name} must not use the package {package}.");
            Assert.Empty(project.Descendants("FrameworkReference"));
        }
    }

    [Fact]
    public void Every_project_has_a_readme()
    {
        foreach (var (name, _) in Projects())
        {
            var folder = Directory.EnumerateFiles(Repository.Root, name + ".csproj", SearchOption.AllDirectories)
                .Select(Path.GetDirectoryName).First()!;
            Assert.True(File.Exists(Path.Combine(folder, "README.md")),
                $"{name} has no README.md that opens with its data path.");
        }
    }

    private static IEnumerable<(string Name, XDocument Project)> Projects() =>
        new[] { "node", "miner", "wallet" }
            .SelectMany(folder =>
                Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileNameWithoutExtension(file), XDocument.Load(file)));
}
