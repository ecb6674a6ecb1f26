using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Chain.Host;
using Chain.Rpc;
using Chain.Rules;
using Chain.Rules.Work;
using Chain.Testnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chain.Bench;

/// <summary>
/// Resident memory of a real node process, as the system counts it: idle, and after it has taken a chain from a peer. The chain
/// is mined here first, with the real seal at the lowest difficulty and timestamps in the past.
/// </summary>
public static class MemoryBench
{
    private const ulong BlockTimeSeconds = 2;

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<IReadOnlyList<BenchFigure>> RunAsync(int blocks, int rpcPort, string folder,
        CancellationToken cancellation)
    {
        var genesisJson = GenesisJsonOf(blocks);
        var chain = new BenchChain(KnownRules.Genesis.Parse(genesisJson));
        using var branch = chain.NewBranch(miner: 1);
        var made = branch.Grow(blocks, transfers: 0);
        await using var source = await NodeHost.StartAsync(Options(chain, Path.Combine(folder, "source")),
            NullLoggerFactory.Instance, TimeProvider.System);
        foreach (var chunk in made.Chunk(256)) await source.ImportAsync(chunk, cancellation);

        var testnet = new TestnetFolder(Path.Combine(folder, "node"));
        var manifest = TestnetPlan.Create(testnet,
            new TestnetWishes { Nodes = 1, RpcPort = rpcPort, PeerPort = rpcPort + 500, Rule = new WorkWishes() });
        manifest = manifest with { Nodes = [WorkNetwork.WithoutMining(manifest.Nodes[0])] };
        await File.WriteAllTextAsync(testnet.GenesisFile, genesisJson, cancellation);
        var runner = new TestnetRunner(testnet, manifest, WorkNetwork.Instance);
        try
        {
            await runner.StartAllAsync(cancellation);
            var idle = await ResidentAsync(testnet, cancellation);
            using (var admin = new NodeClient(manifest.Nodes[0].AdminPort))
                await admin.AskAsync("admin_addPeer", [source.Enode], cancellation);
            await WaitForBlockAsync(manifest.Nodes[0].RpcPort, (ulong)blocks, cancellation);
            var after = await ResidentAsync(testnet, cancellation);
            return
            [
                new BenchFigure("resident memory of an idle node", idle, "MB"),
                new BenchFigure($"resident memory after {blocks} empty blocks from a peer", after, "MB", after / idle, "idle"),
            ];
        }
        finally
        {
            await runner.StopAllAsync();
        }
    }

    /// <summary>In millions of bytes, once the node has had a moment to itself.</summary>
    private static async Task<double> ResidentAsync(TestnetFolder testnet, CancellationToken cancellation)
    {
        await Task.Delay(Settling, cancellation);
        using var process = testnet.FindProcess(0)
            ?? throw new TestnetException($"The node that is measured has ended; see {testnet.LogFile(0)}.");
        return process.WorkingSet64 / 1e6;
    }

    private static async Task WaitForBlockAsync(int rpcPort, ulong number, CancellationToken cancellation)
    {
        using var client = new NodeClient(rpcPort);
        var watch = Stopwatch.StartNew();
        while ((await client.AskAsync("eth_blockNumber", [], cancellation)).Number() < number)
        {
            if (watch.Elapsed > Limit)
                throw new TestnetException($"The node that is measured did not reach block {number} within "
                    + $"{Limit.TotalMinutes} minutes.");
            await Task.Delay(50, cancellation);
        }
    }

    private static string GenesisJsonOf(int blocks) => new JsonObject
    {
        ["config"] = new JsonObject
        {
            ["chainId"] = TestnetPlan.ChainId,
            ["chain"] = new JsonObject
            {
                ["consensus"] = "proof-of-work",
                ["difficultyRule"] = "fixed",
                ["blockTimeSeconds"] = BlockTimeSeconds,
            },
        },
        ["difficulty"] = 65_536,
        ["timestamp"] = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() - (BlockTimeSeconds * (ulong)(blocks + 1)),
        ["alloc"] = new JsonObject(),
    }.ToJsonString();

    private static NodeHostOptions Options(BenchChain chain, string folder) => new()
    {
        Rule = new WorkSetup(),
        Genesis = chain.Genesis,
        DataFolder = folder,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Rpc = new RpcServerOptions { Port = 0 },
    };
}
