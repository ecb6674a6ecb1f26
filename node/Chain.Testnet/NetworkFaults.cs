namespace Chain.Testnet;

/// <summary>
/// The faults of a network as its running nodes have them: nobody else remembers a fault, and a node that was started again has
/// none.
/// </summary>
/// <param name="Partition">Who is left together, over others too; null where the network is whole.</param>
/// <param name="CutLinks">Cuts that the partition does not explain.</param>
public sealed record NetworkFaults(
    IReadOnlyList<IReadOnlyList<int>>? Partition,
    IReadOnlyList<CutLink> CutLinks,
    IReadOnlyList<FaultyLink> Links,
    IReadOnlyList<WrongClock> WrongClocks)
{
    public static readonly NetworkFaults None = new(null, [], [], []);

    /// <summary>Asks the nodes and puts their answers together (<see cref="Combine"/>).</summary>
    internal static async Task<NetworkFaults> ReadAsync(TestnetManifest manifest, IEnumerable<int> running,
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

    /// <summary>Two nodes are cut off from each other when either blocks the other.</summary>
    /// <param name="ids">The nodes' ids in order.</param>
    /// <param name="answers">What each says of itself (`admin_faults`); null where it does not answer.</param>
    internal static NetworkFaults Combine(IReadOnlyList<string> ids, IReadOnlyList<NodeFaults?> answers)
    {
        var indexOf = ids.Index().ToDictionary(item => item.Item, item => item.Index, StringComparer.OrdinalIgnoreCase);
        var cuts = new HashSet<CutLink>();
        var (links, clocks) = (new List<FaultyLink>(), new List<WrongClock>());
        for (var from = 0; from < answers.Count; from++)
        {
            if (answers[from] is not { } answer) continue;
            foreach (var id in answer.BlockedPeers)
            {
                if (indexOf.TryGetValue(id, out var blocked)) cuts.Add(CutLink.Between(from, blocked));
            }

            foreach (var (id, fault) in answer.Links)
            {
                if (indexOf.TryGetValue(id, out var to)) links.Add(new FaultyLink(from, to, fault));
            }

            if (answer.ClockSkewMs != 0) clocks.Add(new WrongClock(from, answer.ClockSkewMs));
        }

        var groups = Groups(ids.Count, cuts);
        var unexplained = cuts.Where(cut => groups.Any(group => group.Contains(cut.Low) && group.Contains(cut.High)));
        return new NetworkFaults(
            groups.Count == 1 ? null : groups, [.. unexplained.OrderBy(cut => (cut.Low, cut.High))], links, clocks);
    }

    private static List<List<int>> Groups(int count, HashSet<CutLink> cuts)
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
                var reached = left.FindAll(other => !cuts.Contains(CutLink.Between(node, other)));
                left.RemoveAll(reached.Contains);
                group.AddRange(reached);
            }

            group.Sort();
            groups.Add(group);
        }

        return groups;
    }
}

/// <summary>Two nodes that do not hear each other.</summary>
public readonly record struct CutLink(int Low, int High)
{
    public static CutLink Between(int a, int b) => new(Math.Min(a, b), Math.Max(a, b));
}

/// <summary>What a node does to what it sends to another.</summary>
public readonly record struct FaultyLink(int From, int To, LinkFault Fault);

/// <summary>A node whose clock was set wrong.</summary>
/// <param name="SkewMs">How far it is ahead; negative for behind.</param>
public readonly record struct WrongClock(int Node, long SkewMs);
