using System.Text.Json.Nodes;
using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Primitives;
using Chain.Rules;
using Chain.Rules.Clique;
using Chain.Testnet;

namespace Chain.Tests;

public sealed class CliqueNetworkPlanTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-clique-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    [InlineData(7)]
    public void Signers_are_dealt_to_the_nodes_in_turn_and_named_in_the_genesis_block(int signers)
    {
        var plan = new CliqueWishes { Signers = signers }.Plan(Site(nodes: 3));

        var genesis = KnownRules.Genesis.Parse(plan.Genesis);
        var named = CliqueExtra.Signers(genesis.ExtraData.Span);
        Assert.Equal(signers, named.Length);
        Assert.Equal(named, named.Order());
        Assert.Equal(0UL, ConsensusFactory.BuildGenesis(genesis).Block.Number);
        var dealt = plan.OfNodes.Select((own, i) => Node(i) with { Own = own }).Select(node => node.SignersOf()).ToList();
        Assert.Equal(Enumerable.Range(0, 3).Select(i => (signers + 2 - i) / 3), dealt.Select(own => own?.Accounts.Count ?? 0));
        Assert.Equal(named.Select(signer => signer.ToString()).Order(StringComparer.Ordinal),
            dealt.SelectMany(own => own?.Accounts ?? []).Order(StringComparer.Ordinal));
        for (var i = 0; i < 3; i++)
        {
            var keys = SignerKeys.Load(Path.Combine(_folder, $"node{i}", SignerKeys.FolderName)).Value!;
            Assert.Equal(dealt[i]?.Accounts.Count ?? 0, keys.Length);
        }
    }

    [Fact]
    public void A_manifest_tells_who_misbehaves_and_what_is_wrong_with_it()
    {
        var wishes = new CliqueWishes { Behave = [(1, "hurry"), (1, "withhold")] };
        var plan = wishes.Plan(Site(nodes: 4));
        var manifest = new TestnetManifest
        {
            Version = 1,
            Consensus = "clique",
            ChainId = 1,
            Nodes = [.. plan.OfNodes.Select((own, i) => Node(i) with { Own = own })],
            Own = plan.Own,
        };
        Assert.Null(Rules.Clique.CliqueNetwork.Instance.FindProblem(manifest));
        Assert.Equal(["--behave", "withhold"], Rules.Clique.CliqueNetwork.Instance.ArgumentsOf(manifest.Nodes[1]));
        Assert.Empty(Rules.Clique.CliqueNetwork.Instance.ArgumentsOf(manifest.Nodes[3]));
        Assert.Contains("`clique` is missing", Rules.Clique.CliqueNetwork.Instance.FindProblem(manifest with { Own = [] }),
            StringComparison.Ordinal);
        var node = manifest.Nodes[0] with { Own = CliqueManifest.Fields(new TestnetSigners(["luck"], [])) };
        Assert.Contains("`nodes[0].signers.accounts` has 'luck'",
            Rules.Clique.CliqueNetwork.Instance.FindProblem(manifest with { Nodes = [node] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 2, null, "1 to 128 signers, not 0")]
    [InlineData(129, 2, null, "1 to 128 signers, not 129")]
    [InlineData(3, 3601, null, "at most 3600 s")]
    [InlineData(3, 2, 4, "there is no node 4")]
    [InlineData(3, 2, 3, "node 3 has no signer")]
    public void A_wish_that_cannot_be_met_is_refused_with_its_value(int signers, ulong period, int? behaves, string why)
    {
        var wishes = new CliqueWishes
        {
            Signers = signers,
            PeriodSeconds = period,
            Behave = behaves is { } node ? [(node, "offline")] : [],
        };
        Assert.Contains(why, Assert.Throws<UsageException>(() => wishes.Check(nodes: 4)).Message, StringComparison.Ordinal);
    }

    private NetworkSite Site(int nodes)
    {
        for (var i = 0; i < nodes; i++) Directory.CreateDirectory(Path.Combine(_folder, $"node{i}"));
        return new NetworkSite(new TestnetFolder(_folder), [.. Enumerable.Range(0, nodes).Select(Node)], 31337, 30_000_000,
            new JsonObject(), TimeSpan.Zero);
    }

    private static TestnetNode Node(int index) => new(index, 1, 2, 3, "", "", Address.Zero.ToString());
}
