using System.Diagnostics;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// No peer lies here: two nodes are cut apart, transfers reach node 0 alone, its side loses, and it mines no more. Once the cut
/// is healed the transfers have to reach node 1, which alone makes blocks.
/// </summary>
public static class ReturnedTransfers
{
    private const string Summary = "transfers of a side that lost have to reach the side that won";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Two nodes, of which node 1 alone makes blocks on the beat.</summary>
    public static AttackTerrain Terrain { get; } = new() { Victims = [0, 1], Miners = [1] };

    public static Attack Attack { get; } = new(22, "returned-transfers", Summary,
    [
        Of("mined", "one transfer, in a block that is lost", perBlock: 1, blocks: 1, waiting: 0),
        Of("many", "two hundred transfers, in a block that is lost", perBlock: 200, blocks: 1, waiting: 0),
        Of("deep", "transfers of one account in three blocks that are lost", perBlock: 5, blocks: 3, waiting: 0),
        Of("pooled", "transfers that wait in the pool during the cut, in no block", perBlock: 0, blocks: 0, waiting: 5),
        Of("mixed", "some in a block that is lost, others behind them in the pool", perBlock: 5, blocks: 1, waiting: 5),
    ]);

    private static AttackVariation Of(string name, string summary, int perBlock, int blocks, int waiting) =>
        new(name, summary, (scene, _) => Plan(scene, perBlock, blocks, waiting)) { Terrain = Terrain, CountsTransfers = false };

    private static Task<Func<CancellationToken, Task>> Plan(AttackScene scene, int perBlock, int blocks, int waiting) =>
        Task.FromResult<Func<CancellationToken, Task>>(until => PlayAsync(scene, perBlock, blocks, waiting, until));

    private static async Task PlayAsync(AttackScene scene, int perBlock, int blocks, int waiting, CancellationToken until)
    {
        var (sent, seen, worst) = (0, 0, 0.0);
        try
        {
            while (!until.IsCancellationRequested)
            {
                var hashes = await LoseAsync(scene.Network, perBlock, blocks, waiting, until);
                var arrivals = await ArrivalsAsync(scene, hashes, until);
                sent += hashes.Count;
                seen += arrivals.Count;
                worst = arrivals.Append(worst).Max();
            }
        }
        catch (OperationCanceledException)
        {
            await scene.Network.HealAsync(CancellationToken.None);
        }

        var share = sent == 0 ? 0 : 100.0 * seen / sent;
        var name = $"transfers of the lost side known to the other within {Patience.TotalSeconds:0} s, of {sent}";
        scene.Add(new AttackMark(name, share, "%", "at least 99", share >= 99));
        scene.Add(new AttackMark("the latest of them", worst, "ms", "", true));
    }

    /// <summary>Cuts, lets node 0 have its transfers and blocks, lets node 1 get ahead, and heals.</summary>
    /// <param name="perBlock">Transfers in each block that is lost.</param>
    /// <param name="blocks">Blocks that are lost.</param>
    /// <param name="waiting">Transfers that wait in node 0's pool.</param>
    /// <returns>The transfers, once both nodes have one head.</returns>
    public static async Task<IReadOnlyList<Hash256>> LoseAsync(
        AttackNetwork network, int perBlock, int blocks, int waiting, CancellationToken until)
    {
        ArgumentNullException.ThrowIfNull(network);
        await network.ConvergedAsync(until);
        await network.CutAsync([[0], [1]], until);
        using var loser = network.Rpc(0);
        var hashes = new List<Hash256>();
        for (var block = 0; block < blocks; block++)
        {
            hashes.AddRange(await SendAsync(loser, perBlock, until));
            await MineAllAsync(network, loser, hashes, until);
        }

        hashes.AddRange(await SendAsync(loser, waiting, until));
        while (await network.HeightsAsync(until) is not [{ } lost, { } won] || won <= lost) await Task.Delay(50, until);
        await network.HealAsync(until);
        await network.ConvergedAsync(until);
        return hashes;
    }

    // What a node gives to miners follows its pool a second later at most.
    private static async Task MineAllAsync(AttackNetwork network, NodeClient node, List<Hash256> hashes, CancellationToken until)
    {
        var stale = await SealHashAsync(node, until);
        while (await SealHashAsync(node, until) == stale) await Task.Delay(50, until);
        if (!await network.MineAsync(0, until)) throw new TestnetException("Node 0, alone and not attacked, made no block.");
        foreach (var hash in hashes)
        {
            if (await node.TryAskAsync("eth_getTransactionReceipt", [hash.ToString()], until) is null)
                throw new TestnetException($"Node 0, alone and not attacked, made a block without transfer {hash}.");
        }
    }

    private static async Task<string> SealHashAsync(NodeClient node, CancellationToken until) =>
        (await node.AskAsync("eth_getWork", [], until)).Items().First().Text();

    private static async Task<List<Hash256>> SendAsync(NodeClient node, int count, CancellationToken until)
    {
        var key = DevelopmentAccounts.Keys[0];
        var nonce = await PlainTransfers.NextNonceAsync(node, key.Address, until);
        var hashes = new List<Hash256>();
        for (var i = 0; i < count; i++)
        {
            var transfer = PlainTransfers.Sign(key, PlainTransfers.Unsigned(nonce + (ulong)i, key.Address, 1));
            await PlainTransfers.SendAsync(node, transfer, until);
            hashes.Add(transfer.Hash);
        }

        return hashes;
    }

    /// <summary>Milliseconds until node 1 knew each; those that it did not know in time are left out.</summary>
    private static async Task<List<double>> ArrivalsAsync(
        AttackScene scene, IReadOnlyList<Hash256> hashes, CancellationToken until)
    {
        using var winner = scene.Network.Rpc(1);
        var watch = Stopwatch.StartNew();
        var arrivals = new List<double>();
        var missing = new Queue<Hash256>(hashes);
        while (missing.Count > 0 && watch.Elapsed < Patience)
        {
            for (var i = missing.Count; i > 0 && missing.TryDequeue(out var hash); i--)
            {
                if (await PlainTransfers.IsKnownAsync(winner, hash, until)) arrivals.Add(watch.Elapsed.TotalMilliseconds);
                else missing.Enqueue(hash);
            }

            if (missing.Count > 0) await Task.Delay(20, until);
        }

        return arrivals;
    }
}
