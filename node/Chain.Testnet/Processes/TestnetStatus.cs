using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>A look at all nodes of a test network at once; its JSON is what `testnet status --json` prints (DESIGN section 8).</summary>
public static class TestnetStatus
{
    public static async Task<JsonObject> ReadAsync(TestnetRunner runner, CancellationToken cancellation)
    {
        var nodes = await Task.WhenAll(runner.Manifest.Nodes.Select(node => ReadNodeAsync(runner, node, cancellation)));
        var heads = nodes.Where(node => (string?)node["state"] == "running").Select(node => (string?)node["head"]?["hash"]).Distinct().ToList();
        var status = new JsonObject
        {
            ["consensus"] = runner.Manifest.Consensus,
            ["converged"] = heads.Count == 1,
            ["nodes"] = new JsonArray([.. nodes]),
            ["faults"] = await TestnetFaults.ReadAsync(runner.Manifest, [.. nodes.Where(node => (string?)node["state"] == "running").Select(node => (int)node["index"]!)], cancellation),
        };
        if (runner.Manifest.Stake?.UntilGenesis(TimeProvider.System.GetUtcNow()) is { Ticks: > 0 } wait) status["genesisInMs"] = (long)Math.Ceiling(wait.TotalMilliseconds);
        return status;
    }

    private static async Task<JsonObject> ReadNodeAsync(TestnetRunner runner, TestnetNode node, CancellationToken cancellation)
    {
        var process = runner.Folder.FindProcess(node.Index);
        var state = process is null ? "stopped" : TestnetRunner.IsStopped(process) ? "paused" : "running";
        var result = new JsonObject
        {
            ["index"] = node.Index,
            ["state"] = state,
            ["pid"] = process?.Id,
            ["rpc"] = $"http://127.0.0.1:{node.RpcPort}",
            ["rssBytes"] = process?.WorkingSet64,
        };
        if (node.Validators is { } validators) result["validators"] = new JsonObject { ["first"] = validators.First, ["count"] = validators.Count };
        if (state != "running") return result;
        using var client = new NodeClient(node.RpcPort, TimeSpan.FromSeconds(3));
        if (await client.TryCallAsync("chain_status", [], cancellation) is not JsonObject status)
        {
            result["state"] = "not answering";
            return result;
        }

        result["peers"] = status["peers"]?.AsArray().Count;
        foreach (var name in new[] { "head", "safe", "finalized" }) result[name] = Block(status[name]);
        result["reorgs"] = new JsonArray([.. status["reorgs"]!.AsArray().Select(reorg => new JsonObject
        {
            ["depth"] = (int)reorg!["depth"]!,
            ["ancestor"] = Block(reorg["ancestor"]),
            ["from"] = Block(reorg["from"]),
            ["to"] = Block(reorg["to"]),
        })]);
        foreach (var name in new[] { "hashRate", "mining", "syncing", "pool", "alerts", "totalDifficulty" }) result[name] = status[name]?.DeepClone();
        if (status["stake"] is JsonObject stake) result["stake"] = Stake(stake);
        return result;
    }

    private static JsonObject Stake(JsonObject stake)
    {
        var result = stake.DeepClone().AsObject();
        foreach (var name in new[] { "justified", "finalized" })
        {
            if (result[name]?["number"] is { } number) result[name]!["number"] = Convert.ToInt64((string)number!, 16);
        }

        return result;
    }

    // Numbers are plain in what the tool prints, quantities in what a node answers.
    private static JsonObject? Block(JsonNode? block) => !Hash256.TryParse((string?)block?["hash"], out _) ? null : new JsonObject
    {
        ["number"] = Convert.ToInt64((string)block!["number"]!, 16),
        ["hash"] = (string)block["hash"]!,
    };
}
