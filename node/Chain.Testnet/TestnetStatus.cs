using System.Text.Json.Nodes;

namespace Chain.Testnet;

/// <summary>A look at all nodes of a test network at once; its JSON is what `testnet status --json` prints.</summary>
public static class TestnetStatus
{
    public static async Task<JsonObject> ReadAsync(TestnetRunner runner, CancellationToken cancellation)
    {
        var nodes = await Task.WhenAll(runner.Manifest.Nodes.Select(node => ReadNodeAsync(runner, node, cancellation)));
        var heads = nodes.Where(node => (string?)node["state"] == "running")
            .Select(node => (string?)node["head"]?["hash"]).Distinct().ToList();
        var status = new JsonObject
        {
            ["consensus"] = runner.Manifest.Consensus,
            ["converged"] = heads.Count == 1,
            ["nodes"] = new JsonArray([.. nodes]),
            ["faults"] = await TestnetFaults.ReadAsync(runner.Manifest,
                [.. nodes.Where(node => (string?)node["state"] == "running").Select(node => (int)node["index"]!)], cancellation),
        };
        if (runner.Rule.UntilGenesis(runner.Manifest, TimeProvider.System.GetUtcNow()) is { Ticks: > 0 } wait)
            status["genesisInMs"] = (long)Math.Ceiling(wait.TotalMilliseconds);
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
        runner.Rule.Describe(node, result);
        if (state != "running") return result;
        using var client = new NodeClient(node.RpcPort, TimeSpan.FromSeconds(3));
        var read = await client.TryAskAsync("chain_status", answer =>
        {
            // Both are read before either is shown: what is no status shows nothing.
            var (status, own) = (NodeStatus.Read(answer), new JsonObject());
            runner.Rule.ReadStatus(answer, own);
            status.WriteTo(result);
            foreach (var (name, value) in own) result[name] = value?.DeepClone();
            return result;
        }, cancellation);
        if (read is null) result["state"] = "not answering";
        return result;
    }
}
