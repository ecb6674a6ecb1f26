using System.Net;
using Chain.Bench;
using Chain.Host;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;
using Chain.Rules.Work;
using Chain.Rules.Stake;
using Chain.Storage;
using Chain.Testnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chain.Tests;

/// <summary>A node that meets damage while it runs, or in one of its small files when it starts.</summary>
public sealed class DamageMetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-damage-").FullName;
    private readonly BenchChain _chain = new(accounts: 4);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<bool> ReadsWellOrNot => [true, false];

    [Theory]
    [MemberData(nameof(ReadsWellOrNot))]
    public async Task A_step_that_meets_damage_leaves_a_node_that_serves_reads_and_says_why(bool readsWell)
    {
        using var store = new DelegatingStore(new InMemoryChainStore());
        store.Commit(NodeCore.GenesisBatch(_chain.GenesisBlock, new At(0)));
        using var inbox = new NodeInbox();
        var loop = new NodeLoop(_chain.Config, _chain.Rules, store, inbox, new NodeFeed(), new EvidenceFolder(_folder),
            NullLogger.Instance);
        var running = loop.RunAsync();

        // Damage that a read finds, or that reads well and makes the step fail in a way its rules exclude.
        store.Problem = readsWell
            ? new InvalidOperationException("A block follows itself.")
            : new StoreException(StoreFailure.Corrupt, "Row 7 is damaged.");
        store.Damage = readsWell ? "Row 7 is damaged" : null;
        var refused = await Assert.ThrowsAsync<NodeUnavailableException>(() => ImportAsync(loop));

        Assert.Contains("serves reads only since its store turned out damaged", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Row 7 is damaged", loop.WhyReadOnly, StringComparison.Ordinal);
        Assert.Equal(0UL, loop.View.Head.Number);
        inbox.Close();
        await running;
    }

    [Fact]
    public async Task A_step_that_fails_on_a_sound_store_is_a_bug_and_stays_one()
    {
        using var store = new DelegatingStore(new InMemoryChainStore());
        store.Commit(NodeCore.GenesisBatch(_chain.GenesisBlock, new At(0)));
        using var inbox = new NodeInbox();
        var loop = new NodeLoop(_chain.Config, _chain.Rules, store, inbox, new NodeFeed(), new EvidenceFolder(_folder),
            NullLogger.Instance);
        store.Problem = new InvalidOperationException("A block follows itself.");
        var running = loop.RunAsync();

        var asked = ImportAsync(loop);

        Assert.Equal("A block follows itself.", (await Assert.ThrowsAsync<InvalidOperationException>(() => running)).Message);
        Assert.False(asked.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_call_that_meets_a_damaged_record_gets_an_error_and_the_node_an_alert_and_goes_on()
    {
        using var branch = _chain.NewBranch(miner: 1);
        var blocks = branch.Grow(6, transfers: 3);
        await using (var first = await StartAsync()) await first.ImportAsync(blocks[..5], CancellationToken.None);
        await using var node = await StartAsync();
        using (var database = new SqliteDatabase(Path.Combine(_folder, SqliteChainStore.FileName), readOnly: false))
        {
            database.Execute("UPDATE bodies SET body=substr(body, 1, 60) || x'00' || substr(body, 62) WHERE arrival=3");
        }

        using var client = new NodeClient(node.RpcPort);
        var refused =
            await Assert.ThrowsAsync<RefusedCallException>(() => client.AskAsync("eth_getBlockByNumber", ["0x3", true]));

        Assert.Contains("is damaged: table bodies, the body of block", refused.Message, StringComparison.Ordinal);
        Assert.Contains(NodeAlerts.Of(node.View, node, hadPeers: false),
            alert => alert.Name == "store_damaged" && alert.Message == node.DamageMet);
        Assert.False((await client.AskAsync("eth_getBlockByNumber", ["0x4", true])).IsNull);
        Assert.Null((await node.ImportAsync(blocks[5..], CancellationToken.None)).Error);
        Assert.Equal(6UL, node.View.Head.Number);
    }

    [Fact]
    public void A_digit_of_a_key_that_changed_is_damage_and_no_other_key()
    {
        var nodeKey = Path.Combine(_folder, "nodekey");
        var key = NodeKeyFile.LoadOrCreate(nodeKey).Value;
        ChangeDigit(nodeKey);
        Assert.Contains("do not belong together", NodeKeyFile.LoadOrCreate(nodeKey).Error, StringComparison.Ordinal);
        ChangeDigit(nodeKey);
        Assert.Equal(NodeId.Of(key), NodeId.Of(NodeKeyFile.LoadOrCreate(nodeKey).Value));
        File.Delete(nodeKey);
        Assert.NotEqual(NodeId.Of(key), NodeId.Of(NodeKeyFile.LoadOrCreate(nodeKey).Value));

        var validators = Path.Combine(_folder, ValidatorKeys.FolderName);
        Assert.True(ValidatorKeys.Create(validators).IsOk(out _, out _));
        ChangeDigit(Directory.GetFiles(validators).Single());
        Assert.Contains("holds another key than its name says", ValidatorKeys.Load(validators).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signing_history_that_is_empty_is_the_rest_of_one_and_refused()
    {
        var path = Path.Combine(_folder, SigningHistory.FileName);
        SigningHistory.Open(path, Keccak256.Empty).Dispose();
        Assert.Equal([path], Directory.GetFiles(_folder));
        File.WriteAllBytes(path, []);

        var refused = Assert.Throws<StoreException>(() => SigningHistory.Open(path, Keccak256.Empty));

        Assert.Contains("is empty (0 bytes)", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Do not validate with its keys", refused.Message, StringComparison.Ordinal);
    }

    // The lowest bit of a hexadecimal digit gives another one.
    // A second time gives back what was there.
    private static void ChangeDigit(string path)
    {
        var bytes = File.ReadAllBytes(path);
        const string Digits = "0123456789abcdef";
        bytes[40] = (byte)Digits[Digits.IndexOf((char)bytes[40], StringComparison.Ordinal) ^ 1];
        File.WriteAllBytes(path, bytes);
    }

    private Task<NodeReply.Imported> ImportAsync(NodeLoop loop)
    {
        using var branch = _chain.NewBranch(miner: 1);
        var blocks = branch.Grow(1, transfers: 0);
        return loop.AskAsync<NodeReply.Imported>(request => new NodeInput.ImportBlocks(BenchChain.Later, request, blocks),
            CancellationToken.None);
    }

    private Task<NodeHost> StartAsync()
    {
        var options = new NodeHostOptions
        {
            Genesis = _chain.Genesis,
            DataFolder = _folder,
            Rule = new WorkSetup(),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Rpc = new RpcServerOptions { Port = 0 },
        };
        return NodeHost.StartAsync(options, NullLoggerFactory.Instance, TimeProvider.System);
    }
}
