namespace Chain.Bench;

/// <summary>What was measured in one window of time.</summary>
/// <param name="Blocks">By how much the least head of all nodes rose.</param>
/// <param name="Transfers">Honest transfers, and the milliseconds that each took to reach the neighbor; null where it did not
/// in time.</param>
/// <param name="RpcP99Ms">The 99th percentile of `eth_blockNumber` on the attacked nodes, the worst of them.</param>
/// <param name="PeakBytes">The most resident memory of the attacked nodes, the worst of them.</param>
internal sealed record AttackWindow(ulong Blocks, IReadOnlyList<double?> Transfers, double RpcP99Ms, long PeakBytes)
{
    public static readonly TimeSpan TransferPatience = TimeSpan.FromSeconds(2);

    private const double TransfersPerSecond = 5;

    /// <summary>How many of a hundred transfers arrived in time.</summary>
    public double ArrivedPercent =>
        Transfers.Count == 0 ? 0 : 100.0 * Transfers.Count(time => time is not null) / Transfers.Count;

    /// <summary>Measures for a while.</summary>
    /// <param name="attack">Goes on for as long as the window does; null for none.</param>
    public static async Task<AttackWindow> MeasureAsync(
        AttackScene scene,
        AttackVariation variation,
        TimeSpan length,
        Func<CancellationToken, Task>? attack,
        CancellationToken cancellation)
    {
        var network = scene.Network;
        using var until = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var before = await BetweenBlocksAsync(network, cancellation);
        var probes = scene.Victims.Select(node => new NodeProbe(network, node)).ToList();
        await using var traffic = variation.CountsTransfers
            ? new HonestTraffic(network, 0, 1, TransfersPerSecond, TransferPatience)
            : null;
        var attacking = attack?.Invoke(until.Token) ?? Task.CompletedTask;
        var disturbing = variation.Disturb?.Invoke(scene, cancellation) ?? Task.CompletedTask;

        await WatchAsync(scene, length, attack is not null, cancellation);
        var after = await network.LeastHeightAsync(cancellation);
        await disturbing;
        var arrivals = traffic is null ? [] : await traffic.FinishAsync();
        await until.CancelAsync();
        await EndAsync(attacking);
        var times = new List<double>();
        foreach (var probe in probes)
        {
            times.Add(await probe.FinishAsync());
            await probe.DisposeAsync();
        }

        return new AttackWindow(after - before, arrivals, times.Max(), probes.Max(probe => probe.PeakBytes));
    }

    // Half a block time after a block: windows of one length, begun and ended there, see equally many.
    private static async Task<ulong> BetweenBlocksAsync(AttackNetwork network, CancellationToken cancellation)
    {
        var old = await network.LeastHeightAsync(cancellation);
        while (await network.LeastHeightAsync(cancellation) == old) await Task.Delay(20, cancellation);
        await Task.Delay(network.Terrain.BlockTime / 2, cancellation);
        return await network.LeastHeightAsync(cancellation);
    }

    private static async Task WatchAsync(AttackScene scene, TimeSpan length, bool isAttacked, CancellationToken cancellation)
    {
        var end = TimeProvider.System.GetTimestamp() + (long)(length.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (TimeProvider.System.GetElapsedTime(TimeProvider.System.GetTimestamp(), end) is { Ticks: > 0 } left)
        {
            if (isAttacked) await scene.LookAsync(cancellation);
            await Task.Delay(left < TimeSpan.FromMilliseconds(500) ? left : TimeSpan.FromMilliseconds(500), cancellation);
        }
    }

    private static async Task EndAsync(Task attacking)
    {
        try
        {
            await attacking;
        }
        catch (OperationCanceledException)
        {
            // It was told to end.
        }
    }
}
