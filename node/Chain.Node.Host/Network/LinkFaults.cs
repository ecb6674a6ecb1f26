namespace Chain.Node.Host.Network;

/// <summary>What is wrong with the link to one peer. Everything a node sends over it suffers; what it receives suffers at the sender.</summary>
/// <param name="DelayMs">Milliseconds by which each message comes late; their order stays.</param>
/// <param name="LossPercent">Of a hundred messages, how many never arrive. A greeting (Status) always does.</param>
/// <param name="DuplicatePercent">Of a hundred messages, how many arrive twice.</param>
/// <param name="Refused">No connection at all.</param>
public readonly record struct LinkFault(int DelayMs, double LossPercent, double DuplicatePercent, bool Refused)
{
    /// <summary>Whether the link is sound.</summary>
    public bool IsNone => this == default;
}

/// <summary>
/// The faults of a test network as one node sees them: who it cannot reach, and whose link is slow or lossy. Driven from
/// outside at any time; <see cref="PeerHub"/> follows at once. Only a node started with faults allowed has one.
/// </summary>
public sealed class LinkFaults(NodeId self, int seed)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<NodeId, LinkFault> _links = [];
    private Dictionary<NodeId, int> _groups = [];

    /// <summary>Raised after every change, on the thread that made it.</summary>
    public event Action? Changed;

    /// <summary>
    /// Cuts the network into groups: a node reaches only nodes of its own group. Nodes that no group names go on reaching
    /// everyone. Replaces an earlier partition.
    /// </summary>
    /// <exception cref="ArgumentException">A node is in two groups.</exception>
    public void SetPartition(IReadOnlyList<IReadOnlyList<NodeId>> groups)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var byNode = new Dictionary<NodeId, int>();
        for (var group = 0; group < groups.Count; group++)
        {
            foreach (var node in groups[group])
            {
                if (!byNode.TryAdd(node, group)) throw new ArgumentException($"Node {node.ToShortString()} is named twice in the partition.", nameof(groups));
            }
        }

        lock (_gate) _groups = byNode;
        Changed?.Invoke();
    }

    /// <summary>Sets the faults of the link to one node; <c>default</c> makes it sound.</summary>
    /// <exception cref="ArgumentException">A delay below zero or above ten minutes, or a share outside 0 to 100.</exception>
    public void SetLink(NodeId node, LinkFault fault)
    {
        if (fault.DelayMs is < 0 or > 600_000) throw new ArgumentException($"A delay is from 0 to 600000 ms, not {fault.DelayMs}.", nameof(fault));
        if (fault.LossPercent is not (>= 0 and <= 100)) throw new ArgumentException($"A loss is from 0 to 100 %, not {fault.LossPercent}.", nameof(fault));
        if (fault.DuplicatePercent is not (>= 0 and <= 100)) throw new ArgumentException($"A share of duplicates is from 0 to 100 %, not {fault.DuplicatePercent}.", nameof(fault));
        lock (_gate)
        {
            if (fault.IsNone) _links.Remove(node);
            else _links[node] = fault;
        }

        Changed?.Invoke();
    }

    /// <summary>Ends the partition; links keep their own faults.</summary>
    public void Heal() => SetPartition([]);

    /// <summary>Ends the partition and makes every link sound.</summary>
    public void Clear()
    {
        lock (_gate) _links.Clear();
        Heal();
    }

    /// <summary>Whether no connection with this node may exist.</summary>
    public bool IsCut(NodeId node)
    {
        lock (_gate)
        {
            return (_links.TryGetValue(node, out var fault) && fault.Refused)
                || (_groups.TryGetValue(self, out var own) && _groups.TryGetValue(node, out var other) && own != other);
        }
    }

    /// <summary>What becomes of one message to this node: how many copies of it leave (0 when it is lost), and how late.</summary>
    public (int Copies, int DelayMs) Roll(NodeId node, bool mayBeLost)
    {
        lock (_gate)
        {
            if (!_links.TryGetValue(node, out var fault)) return (1, 0);
            if (!mayBeLost) return (1, fault.DelayMs);
            if (fault.LossPercent > 0 && _random.NextDouble() * 100 < fault.LossPercent) return (0, 0);
            return (fault.DuplicatePercent > 0 && _random.NextDouble() * 100 < fault.DuplicatePercent ? 2 : 1, fault.DelayMs);
        }
    }
}
