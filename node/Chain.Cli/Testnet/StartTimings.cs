using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>
/// How a network started: `testnet up --timings`. All in milliseconds since the command began, if not said otherwise.
/// </summary>
/// <param name="EveryRpcAnswering">When every node answered.</param>
/// <param name="AnsweringBeforeGenesis">How long before genesis that was, negative after it; null where the rule has no slots or
/// the network was there before.</param>
/// <param name="FirstBlockEverywhere">When every node had the first block.</param>
/// <param name="Finality">When the first finalized block was known; null where no votes decide it.</param>
internal sealed record StartTimings(
    long EveryRpcAnswering, long? AnsweringBeforeGenesis, long FirstBlockEverywhere, FirstFinality? Finality)
{
    /// <summary>
    /// Waits for the first block everywhere, and where finality is decided by votes for the first finalized block everywhere.
    /// </summary>
    /// <param name="runner">The network.</param>
    /// <param name="startedAt">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="answering">How long it took until every node answered.</param>
    /// <param name="untilGenesis">How long before genesis that was; null as in <see cref="AnsweringBeforeGenesis"/>.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<StartTimings> MeasureAsync(TestnetRunner runner, long startedAt, TimeSpan answering,
        TimeSpan? untilGenesis, CancellationToken cancellation)
    {
        await runner.WaitForBlockAsync(1, cancellation);
        var firstBlock = Since(startedAt);
        var finality = runner.Rule.HasFinality ? await WaitForFinalityAsync(runner, startedAt, cancellation) : null;
        return new StartTimings((long)answering.TotalMilliseconds, (long?)untilGenesis?.TotalMilliseconds, firstBlock, finality);
    }

    public string Describe()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"first block known everywhere after {FirstBlockEverywhere} ms");
        return Finality is { } finality
            ? string.Create(CultureInfo.InvariantCulture,
                $"{text}, first finality after {finality.Everywhere} ms, {finality.AfterGenesis} ms after the genesis block's "
                    + $"time")
            : text;
    }

    public JsonObject ToJson()
    {
        var timings = new JsonObject { ["everyRpcAnsweringMs"] = EveryRpcAnswering };
        if (AnsweringBeforeGenesis is { } wait) timings["answeringBeforeGenesisMs"] = wait;
        timings["firstBlockEverywhereMs"] = FirstBlockEverywhere;
        if (Finality is not { } finality) return timings;
        timings["firstFinalityEverywhereMs"] = finality.Everywhere;
        timings["firstFinalityAfterGenesisMs"] = finality.AfterGenesis;
        return timings;
    }

    private static async Task<FirstFinality> WaitForFinalityAsync(TestnetRunner runner, long startedAt,
        CancellationToken cancellation)
    {
        while (!(await NetworkStatus.ReadAsync(runner, cancellation)).Nodes
            .All(node => node.Status?.Finalized is { Number: > 0 }))
            await Task.Delay(20, cancellation);
        var (everywhere, now) = (Since(startedAt), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        using var client = new NodeClient(runner.Manifest.Nodes[0].RpcPort);
        var genesis = await client.AskAsync("eth_getBlockByNumber", ["0x0", false], cancellation);
        return new FirstFinality(everywhere, now - (genesis.Require("timestamp").Count() * 1000));
    }

    private static long Since(long startedAt) => (long)Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
}

/// <summary>When the first finalized block was known.</summary>
/// <param name="AfterGenesis">In milliseconds after the genesis block's time.</param>
internal sealed record FirstFinality(long Everywhere, long AfterGenesis);
