using System.Diagnostics;
using System.Net;
using Chain.Host;
using Chain.Node;
using Chain.Rpc;
using Chain.Rules.Work;
using Chain.Testnet;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chain.Bench;

/// <summary>Two nodes in this process, over real TCP and to databases on disk: one has the chain, the other catches up.</summary>
public static class SyncBench
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<IReadOnlyList<BenchFigure>> RunAsync(int blocks, string folder, CancellationToken cancellation)
    {
        var chain = new BenchChain(accounts: 10);
        using var branch = chain.NewBranch(miner: 1);
        var made = branch.Grow(blocks, 0);
        await using var source = await NodeHost.StartAsync(Options(chain, Path.Combine(folder, "source"), []),
            NullLoggerFactory.Instance, TimeProvider.System);
        var importWatch = Stopwatch.StartNew();
        foreach (var chunk in made.Chunk(256))
        {
            var answer = await source.ImportAsync(chunk, cancellation);
            if (answer.Error is { } error) throw new TestnetException($"The bench's own block was refused: {error}");
        }

        importWatch.Stop();
        if (!Enode.Parse(source.Enode).IsOk(out var enode, out var why)) throw new TestnetException(why);
        var watch = Stopwatch.StartNew();
        await using var target = await NodeHost.StartAsync(Options(chain, Path.Combine(folder, "target"), [enode]),
            NullLoggerFactory.Instance, TimeProvider.System);
        while (target.View.Head.Hash != source.View.Head.Hash)
        {
            if (watch.Elapsed > Limit)
                throw new TestnetException($"Not synced within {Limit.TotalMinutes} minutes: block {target.View.Head.Number} "
                    + $"of {blocks}.");
            await Task.Delay(5, cancellation);
        }

        watch.Stop();
        var (importRate, syncRate) = (blocks / importWatch.Elapsed.TotalSeconds, blocks / watch.Elapsed.TotalSeconds);
        return
        [
            new BenchFigure($"import of {blocks} empty blocks without a network", importRate, "blocks/s"),
            new BenchFigure($"sync of {blocks} empty blocks from one peer, start of the node included", syncRate, "blocks/s",
                syncRate / importRate, "import without a network"),
        ];
    }

    private static NodeHostOptions Options(BenchChain chain, string folder, IReadOnlyList<Enode> peers) => new()
    {
        Rule = new WorkSetup(),
        Genesis = chain.Genesis,
        DataFolder = folder,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Rpc = new RpcServerOptions { Port = 0 },
        StaticPeers = peers,
        Archive = true,
    };
}
