using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Chain.Testnet;

namespace Chain.Tests.EndToEnd;

/// <summary>
/// What the first release has written opens with this one: a network of proof of work with a transfer and a reorganisation, a
/// node of proof of stake with its keys and signing history, a LiteDB store, a chain file, and a keystore. That program wrote
/// first-release.tar.gz.
/// </summary>
public sealed class FirstReleaseTests : IDisposable
{
    private const string Transfer = "0x70be2306f03c6b085af4771805f8bd25ebf22fa1da5daf605561bfa28ac29c2f";

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-first-release-").FullName;

    public FirstReleaseTests()
    {
        using var file = File.OpenRead(
            Path.Combine(Repository.Root, "tests", "Chain.Tests.EndToEnd", "FirstRelease", "first-release.tar.gz"));
        using var archive = new GZipStream(file, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(archive, _folder, overwriteFiles: false);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_network_of_proof_of_work_is_resumed_with_its_transfers_and_reorganisations()
    {
        var port = TestNetwork.FreePorts(2);
        await MoveAsync(PathOf("pow", "testnet.json"), port);
        (await Programs.ChainAsync("testnet", "up", "--dir", PathOf("pow"), "--detach", "--json")).Succeeded();
        try
        {
            using var node = new NodeClient(port);
            var receipt = await node.AskAsync("eth_getTransactionReceipt", [Transfer]);
            Assert.Equal("0x1", receipt.Require("status").Text());
            var status = await TestNetwork.UntilAsync(StatusAsync, seen => Head(seen, 0) > 20 && Head(seen, 1) == Head(seen, 0),
                "one head, later than the stored one");
            Assert.Equal(15, (int)status["nodes"]![0]!["reorgs"]!.AsArray()[^1]!["depth"]!);
        }
        finally
        {
            (await Programs.ChainAsync("testnet", "down", "--dir", PathOf("pow"), "--json")).Succeeded();
        }
    }

    [Fact]
    public async Task A_node_of_proof_of_stake_signs_on_from_its_signing_history_and_makes_blocks_final()
    {
        // As if the machine had been off for a second only: the network's slots go by the clock.
        var stopped = DateTimeOffset.FromUnixTimeSeconds(GenesisTime + 14);
        var skew = (long)(stopped - DateTimeOffset.UtcNow).TotalMilliseconds;
        await RunAsync(["--genesis", PathOf("stake", "genesis.json"), "--data", PathOf("stake", "node0"), "--clock-skew",
            skew.ToString(CultureInfo.InvariantCulture)], async node =>
        {
            await TestNetwork.UntilAsync(() => NumberAsync(node, "finalized"), number => number > 25, "later blocks are final");
        });

        var history = (await Programs.ChainAsync("validator", "history", "export", "--data", PathOf("stake", "node0"), "-"))
            .Succeeded().Json;
        var keys = history["data"]!.AsArray();
        Assert.Equal(8, keys.Count);
        Assert.All(keys, key => Assert.NotEmpty(key!["signed_attestations"]!.AsArray()));
    }

    [Fact]
    public async Task A_LiteDB_store_opens_and_goes_on()
    {
        await RunAsync(["--genesis", PathOf("pow", "genesis.json"), "--data", PathOf("lite"), "--store", "litedb", "--mine",
            "--coinbase", "0x000000000000000000000000000000000000c0de"], async node =>
        {
            await TestNetwork.UntilAsync(() => NumberAsync(node, "latest"), number => number > 24, "a block on the stored chain");
            var stored = await node.AskAsync("eth_getBlockByNumber", ["0x18", false]);
            Assert.StartsWith("0x67629eee", stored.Require("hash").Text(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_chain_file_is_imported()
    {
        var imported = (await Programs.ChainAsync("node", "import", PathOf("chain.rlp"), "--genesis",
            PathOf("pow", "genesis.json"), "--data", PathOf("new"), "--json")).Succeeded().Json;

        Assert.Equal(20, (int)imported["head"]!);
    }

    [Fact]
    public async Task A_keystore_gives_its_key()
    {
        var environment = new Dictionary<string, string> { ["CHAIN_PASSWORD"] = "first release" };
        string[] export = ["export", "alice", "--keystore", PathOf("keystore"), "--yes", "--json"];

        var exported = (await Programs.RunAsync("wallet", export, environment: environment)).Succeeded().Json;

        Assert.Equal("0x3c77d74a20fbcf0c40b03fcaa017af79e82a78db", ((string?)exported["address"])!.ToLowerInvariant());
    }

    private static async Task<ulong> NumberAsync(NodeClient node, string tag) =>
        await node.TryAskAsync("eth_getBlockByNumber", [tag, false]) is { } block
            ? Convert.ToUInt64(block.Require("number").Text(), 16)
            : 0;

    private static int Head(JsonNode status, int node) => (int?)status["nodes"]![node]!["head"]?["number"] ?? 0;

    // The network's ports were free on another machine, on another day.
    private static async Task MoveAsync(string manifest, int port)
    {
        var text = await File.ReadAllTextAsync(manifest);
        for (var node = 0; node < 2; node++)
        {
            text = text.Replace($"{19_545 + node}", $"{port + node}", StringComparison.Ordinal)
                .Replace($"{20_545 + node}", $"{port + 1000 + node}", StringComparison.Ordinal)
                .Replace($"{21_303 + node}", $"{port + 50 + node}", StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(manifest, text);
    }

    private long GenesisTime =>
        (long)JsonNode.Parse(File.ReadAllText(PathOf("stake", "testnet.json")))!["stake"]!["genesisTime"]!;

    private string PathOf(params string[] parts) => Path.Combine([_folder, .. parts]);

    private async Task<JsonNode> StatusAsync() =>
        (await Programs.ChainAsync("testnet", "status", "--dir", PathOf("pow"), "--json")).Succeeded().Json;

    private static async Task RunAsync(string[] options, Func<NodeClient, Task> use)
    {
        var port = TestNetwork.FreePorts(1);
        var running = Programs.ChainAsync(["node", "run", "--rpc-port", $"{port}", "--p2p-port", $"{port + 50}", "--admin-port",
            $"{port + 1000}", .. options]);
        using (var node = new NodeClient(port)) await use(node);
        using (var admin = new NodeClient(port + 1000)) await admin.AskAsync("admin_shutdown", []);
        (await running).Succeeded();
    }
}
