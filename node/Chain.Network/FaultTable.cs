using Chain.Node;

namespace Chain.Network;

/// <summary>
/// The faults of a test network as one node sees them: whom it cannot reach, and whose link is slow or lossy. Driven from
/// outside at any time; <see cref="PeerHub"/> follows at once. Only a node that was started with faults allowed has one.
/// </summary>
public sealed class FaultTable(int seed)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<NodeId, LinkFaults> _links = [];
    private HashSet<NodeId> _blocked = [];

    /// <summary>Raised after every change, on the thread that made it.</summary>
    public event Action? Changed;

    /// <summary>
    /// Cuts this node off from exactly these; connections with them end at once, and none is made until <see cref="Heal"/>.
    /// </summary>
    public void SetBlocked(IEnumerable<NodeId> nodes)
    {
        var blocked = nodes.ToHashSet();
        lock (_gate) _blocked = blocked;
        Changed?.Invoke();
    }

    /// <summary>
    /// Sets what the link to one node does; null, or one without faults, makes it sound. Answers what is wrong with the numbers,
    /// or null.
    /// </summary>
    public string? SetLink(NodeId node, LinkFaults? faults)
    {
        if (faults?.FindProblem() is { } problem) return problem;
        lock (_gate)
        {
            if (faults is null || faults.IsSound()) _links.Remove(node);
            else _links[node] = faults;
        }

        Changed?.Invoke();
        return null;
    }

    /// <summary>Nobody is blocked any more and every link is sound; the hub dials everyone again at once.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            _blocked = [];
            _links.Clear();
        }

        Changed?.Invoke();
    }

    /// <summary>What is in force: who is blocked, and what the links do that are not sound; by node id.</summary>
    public (IReadOnlyList<NodeId> Blocked, IReadOnlyList<KeyValuePair<NodeId, LinkFaults>> Links) InForce()
    {
        lock (_gate)
        {
            return (
                [.. _blocked.OrderBy(id => id.ToString(), StringComparer.Ordinal)],
                [.. _links.OrderBy(link => link.Key.ToString(), StringComparer.Ordinal)]);
        }
    }

    /// <summary>Whether no connection with this node may exist.</summary>
    public bool IsCut(NodeId node)
    {
        lock (_gate) return _blocked.Contains(node);
    }

    /// <summary>
    /// What becomes of one message to this node: how many copies of it leave (0 when it is lost), and how late.
    /// </summary>
    public (int Copies, int DelayMs) Roll(NodeId node, bool mayBeLost)
    {
        lock (_gate)
        {
            if (!_links.TryGetValue(node, out var faults)) return (1, 0);
            var delayMs = faults.DelayMs + (faults.JitterMs > 0 ? _random.Next(faults.JitterMs + 1) : 0);
            if (!mayBeLost) return (1, delayMs);
            if (faults.LossRatio > 0 && _random.NextDouble() < faults.LossRatio) return (0, 0);
            return (faults.DuplicateRatio > 0 && _random.NextDouble() < faults.DuplicateRatio ? 2 : 1, delayMs);
        }
    }
}
