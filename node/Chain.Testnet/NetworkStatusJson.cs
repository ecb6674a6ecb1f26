using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>
/// The document of `testnet status --json`. Numbers are plain in it where nodes answer with quantities, the progress of a node
/// that fetches blocks and total difficulty excepted.
/// </summary>
public static class NetworkStatusJson
{
    public static JsonObject ToJson(NetworkStatus status, NetworkRule rule)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(rule);
        var document = new JsonObject
        {
            ["consensus"] = status.Consensus,
            ["converged"] = status.IsConverged,
            ["nodes"] = new JsonArray([.. status.Nodes.Select(node => ToJson(node, rule))]),
            ["faults"] = ToJson(status.Faults),
        };
        if (status.UntilGenesis is { } wait) document["genesisInMs"] = (long)Math.Ceiling(wait.TotalMilliseconds);
        return document;
    }

    private static JsonObject ToJson(NodeReport node, NetworkRule rule)
    {
        var entry = new JsonObject
        {
            ["index"] = node.Index,
            ["state"] = node.State switch
            {
                NodeState.Running => "running",
                NodeState.Paused => "paused",
                NodeState.Stopped => "stopped",
                _ => "not answering",
            },
            ["pid"] = node.ProcessId,
            ["rpc"] = $"http://127.0.0.1:{node.Node.RpcPort}",
            ["rssBytes"] = node.ResidentBytes,
        };
        rule.Describe(node.Node, entry);
        if (node.Status is { } status) Add(entry, status);
        node.OfRule?.WriteTo(entry);
        return entry;
    }

    private static void Add(JsonObject entry, NodeStatus status)
    {
        entry["peers"] = status.Peers;
        entry["head"] = ToJson(status.Head);
        entry["safe"] = status.Safe is { } safe ? ToJson(safe) : null;
        entry["finalized"] = status.Finalized is { } finalized ? ToJson(finalized) : null;
        entry["reorgs"] = new JsonArray([.. status.Reorgs.Select(ToJson)]);
        entry["hashRate"] = status.HashRate;
        entry["mining"] = status.IsMining;
        entry["syncing"] = status.Sync is { } sync ? ToJson(sync) : false;
        entry["pool"] = new JsonObject { ["pending"] = status.Pending, ["queued"] = status.Queued };
        entry["alerts"] = new JsonArray(
            [.. status.Alerts.Select(alert => new JsonObject { ["name"] = alert.Name, ["message"] = alert.Message })]);
        entry["totalDifficulty"] = status.TotalDifficulty.ToQuantity();
    }

    private static JsonObject ToJson(StatusBlock block) =>
        new() { ["number"] = block.Number, ["hash"] = block.Hash.ToString() };

    private static JsonObject ToJson(StatusReorg reorg) => new()
    {
        ["depth"] = reorg.Depth,
        ["ancestor"] = ToJson(reorg.Ancestor),
        ["from"] = ToJson(reorg.From),
        ["to"] = ToJson(reorg.To),
    };

    private static JsonObject ToJson(StatusSync sync) => new()
    {
        ["startingBlock"] = Hex.Quantity(sync.StartingBlock),
        ["currentBlock"] = Hex.Quantity(sync.CurrentBlock),
        ["highestBlock"] = Hex.Quantity(sync.HighestBlock),
    };

    private static JsonObject ToJson(NetworkFaults faults) => new()
    {
        ["partition"] = faults.Partition is { } groups ? new JsonArray([.. groups.Select(group => Numbers([.. group]))]) : null,
        ["cutLinks"] = new JsonArray([.. faults.CutLinks.Select(cut => Numbers(cut.Low, cut.High))]),
        ["links"] = new JsonArray([.. faults.Links.Select(link => new JsonObject
        {
            ["from"] = link.From,
            ["to"] = link.To,
            ["delayMs"] = link.Fault.DelayMs,
            ["jitterMs"] = link.Fault.JitterMs,
            ["loss"] = link.Fault.Loss,
            ["duplicate"] = link.Fault.Duplicate,
        })]),
        ["skews"] = new JsonArray([.. faults.WrongClocks.Select(clock =>
            new JsonObject { ["node"] = clock.Node, ["clockSkewMs"] = clock.SkewMs })]),
    };

    private static JsonArray Numbers(params int[] numbers) => new([.. numbers.Select(number => (JsonNode)number)]);
}
