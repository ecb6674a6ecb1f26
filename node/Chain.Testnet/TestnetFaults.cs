using System.Text.Json.Nodes;

namespace Chain.Testnet;

/// <summary>
/// The faults of a network as its running nodes have them: nobody else remembers a fault, and a node that was started again has
/// none.
/// </summary>
internal static class TestnetFaults
{
    /// <summary>Asks the nodes and puts their answers together (<see cref="Combine"/>).</summary>
    public static async Task<JsonObject> ReadAsync(TestnetManifest manifest, IReadOnlyList<int> running,
        CancellationToken cancellation)
    {
        var answers = new NodeFaults?[manifest.Nodes.Count];
        await Task.WhenAll(running.Select(async index =>
        {
            using var client = new NodeClient(manifest.Nodes[index].AdminPort, TimeSpan.FromSeconds(3));
            answers[index] = await client.TryAskAsync("admin_faults", NodeFaults.Read, cancellation);
        }));
        return Combine([.. manifest.Nodes.Select(node => node.NodeId)], answers);
    }

    /// <summary>
    /// The field `faults` of the status. Two nodes are cut off from each other when either blocks the other. The partition is who
    /// is left together then, over others too; a cut that it does not explain is a cut link.
    /// </summary>
    /// <param name="ids">The nodes' ids in order.</param>
    /// <param name="answers">What each says of itself (`admin_faults`); null where it does not answer.</param>
    public static JsonObject Combine(IReadOnlyList<string> ids, IReadOnlyList<NodeFaults?> answers)
    {
        var indexOf = ids.Index().ToDictionary(item => item.Item, item => item.Index, StringComparer.OrdinalIgnoreCase);
        var cuts = new HashSet<(int, int)>();
        var (links, skews) = (new JsonArray(), new JsonArray());
        for (var from = 0; from < answers.Count; from++)
        {
            if (answers[from] is not { } answer) continue;
            foreach (var id in answer.BlockedPeers)
            {
                if (indexOf.TryGetValue(id, out var blocked)) cuts.Add((Math.Min(from, blocked), Math.Max(from, blocked)));
            }

            foreach (var link in answer.Links)
            {
                if (indexOf.TryGetValue(link.PeerId, out var to)) links.Add((JsonNode)ToJson(from, to, link));
            }

            if (answer.ClockSkewMs is not 0 and var skew)
                skews.Add((JsonNode)new JsonObject { ["node"] = from, ["clockSkewMs"] = skew });
        }

        var groups = Groups(ids.Count, cuts);
        var cutLinks = cuts.Where(cut => groups.Any(group => group.Contains(cut.Item1) && group.Contains(cut.Item2))).Order();
        return new JsonObject
        {
            ["partition"] = groups.Count == 1 ? null : new JsonArray([.. groups.Select(group => Numbers(group))]),
            ["cutLinks"] = new JsonArray([.. cutLinks.Select(cut => Numbers([cut.Item1, cut.Item2]))]),
            ["links"] = links,
            ["skews"] = skews,
        };
    }

    private static JsonObject ToJson(int from, int to, LinkFault link) => new()
    {
        ["from"] = from,
        ["to"] = to,
        ["delayMs"] = link.DelayMs,
        ["jitterMs"] = link.JitterMs,
        ["loss"] = link.Loss,
        ["duplicate"] = link.Duplicate,
    };

    private static List<List<int>> Groups(int count, HashSet<(int, int)> cuts)
    {
        var groups = new List<List<int>>();
        var left = Enumerable.Range(0, count).ToList();
        while (left.Count > 0)
        {
            var group = new List<int> { left[0] };
            left.RemoveAt(0);
            for (var i = 0; i < group.Count; i++)
            {
                var node = group[i];
                var reached = left.FindAll(other => !cuts.Contains((Math.Min(node, other), Math.Max(node, other))));
                left.RemoveAll(reached.Contains);
                group.AddRange(reached);
            }

            group.Sort();
            groups.Add(group);
        }

        return groups;
    }

    private static JsonArray Numbers(IEnumerable<int> numbers) => new([.. numbers.Select(number => (JsonNode)number)]);
}
