using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>Measures how a network starts: `testnet up --timings`.</summary>
internal static class StartTimings
{
    /// <summary>
    /// Waits for the first block everywhere, and where finality is decided by votes for the first finalized block everywhere.
    /// </summary>
    /// <param name="runner">The network.</param>
    /// <param name="startedAt">A timestamp of <see cref="Stopwatch"/>.</param>
    /// <param name="answering">How long it took until every node answered.</param>
    /// <param name="untilGenesis">How long before genesis that was, negative after it; null where the rule has no slots or the
    /// network was there before.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<JsonObject> MeasureAsync(TestnetRunner runner, long startedAt, TimeSpan answering,
        TimeSpan? untilGenesis, CancellationToken cancellation)
    {
        var timings = new JsonObject { ["everyRpcAnsweringMs"] = (long)answering.TotalMilliseconds };
        if (untilGenesis is { } wait) timings["answeringBeforeGenesisMs"] = (long)wait.TotalMilliseconds;
        await runner.WaitForBlockAsync(1, cancellation);
        timings["firstBlockEverywhereMs"] = (long)Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        if (!runner.Rule.HasFinality) return timings;
        await UntilAsync(runner, node => (long?)node["finalized"]?["number"] > 0, cancellation);
        timings["firstFinalityEverywhereMs"] = (long)Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        using var client = new NodeClient(runner.Manifest.Nodes[0].RpcPort);
        var genesis = await client.CallAsync("eth_getBlockByNumber", ["0x0", false], cancellation);
        timings["firstFinalityAfterGenesisMs"] = now - (Convert.ToInt64((string)genesis!["timestamp"]!, 16) * 1000);
        return timings;
    }

    public static string Describe(JsonObject timings)
    {
        var text = string.Create(CultureInfo.InvariantCulture,
            $"first block known everywhere after {timings["firstBlockEverywhereMs"]} ms");
        return timings["firstFinalityEverywhereMs"] is { } finality
            ? string.Create(CultureInfo.InvariantCulture,
                $"{text}, first finality after {finality} ms, {timings["firstFinalityAfterGenesisMs"]} ms after the genesis "
                    + $"block's time")
            : text;
    }

    private static async Task UntilAsync(TestnetRunner runner, Func<JsonNode, bool> isSo, CancellationToken cancellation)
    {
        while (!(await TestnetStatus.ReadAsync(runner, cancellation))["nodes"]!.AsArray().All(node => isSo(node!)))
            await Task.Delay(20, cancellation);
    }
}
