using System.Diagnostics;
using System.Net;
using Chain.Consensus.Stake;
using Chain.Host;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;
using Chain.Rules.Stake;
using Chain.Simulation;
using Chain.Testnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chain.Bench;

/// <summary>
/// A chain under proof of stake, made in simulation with everybody voting, then taken in twice by real nodes: from memory, and
/// from a peer over TCP.
/// </summary>
public static class StakeSyncBench
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    public static async Task<IReadOnlyList<BenchFigure>> RunAsync(int blocks, int validators, string folder,
        CancellationToken cancellation)
    {
        var slot = TimeSpan.FromMilliseconds(SimulatedStake.Settings.SlotDurationMs);
        var began = (ulong)(DateTimeOffset.UtcNow - ((blocks + 2) * slot)).ToUnixTimeSeconds();
        var network = SimulatedStake.Create(nodes: 1, validators, seed: 1, timestamp: began);
        network.Run(blocks * slot);
        var made = Chain(network.Nodes[0]);
        var votes = made.Sum(block =>
            ConsensusSidecar.Decode(block.Sidecar.Span).Body.Attestations.Sum(attestation => attestation.Signatures.Count));

        await using var source = await NodeHost.StartAsync(Options(network.GenesisFile, Path.Combine(folder, "source"), []),
            NullLoggerFactory.Instance, TimeProvider.System);
        var importWatch = Stopwatch.StartNew();
        foreach (var chunk in made.Chunk(64))
        {
            var answer = await source.ImportAsync(chunk, cancellation);
            if (answer.Error is { } error) throw new TestnetException($"The bench's own block was refused: {error}");
        }

        importWatch.Stop();
        if (!Enode.Parse(source.Enode).IsOk(out var enode, out var why)) throw new TestnetException(why);
        var watch = Stopwatch.StartNew();
        await using var target = await NodeHost.StartAsync(Options(network.GenesisFile, Path.Combine(folder, "target"), [enode]),
            NullLoggerFactory.Instance, TimeProvider.System);
        while (target.View.Head.Hash != source.View.Head.Hash)
        {
            if (watch.Elapsed > Limit)
                throw new TestnetException($"Not synced within {Limit.TotalMinutes} minutes: block {target.View.Head.Number} "
                    + $"of {made.Count}.");
            await Task.Delay(5, cancellation);
        }

        watch.Stop();
        var (importRate, syncRate) = (made.Count / importWatch.Elapsed.TotalSeconds, made.Count / watch.Elapsed.TotalSeconds);
        return
        [
            new BenchFigure($"votes in each block, {validators} validators", (double)votes / made.Count, "votes"),
            new BenchFigure($"import of {made.Count} blocks without a network, on one core", importRate, "blocks/s"),
            new BenchFigure($"sync of {made.Count} blocks from one peer, start of the node included", syncRate, "blocks/s",
                syncRate / importRate, "import without a network"),
        ];
    }

    /// <summary>The canonical chain without genesis, with sidecars.</summary>
    private static List<Block> Chain(SimulatedNode node)
    {
        var blocks = new List<Block>();
        for (var number = 1UL; number <= node.Core.View.Head.Number; number++)
            blocks.Add(node.Store.GetBlock(node.Store.GetCanonicalHash(number)!.Value)!);
        return blocks;
    }

    private static NodeHostOptions Options(GenesisFile genesis, string folder, IReadOnlyList<Enode> peers) => new()
    {
        Rule = new StakeSetup(),
        Genesis = genesis,
        DataFolder = folder,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Rpc = new RpcServerOptions { Port = 0 },
        StaticPeers = peers,
    };
}
