using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>All nodes of a test network at one moment.</summary>
public sealed record NetworkStatus
{
    /// <summary>The rule, as <see cref="NetworkRule.Name"/> spells it.</summary>
    public required string Consensus { get; init; }

    /// <summary>By their numbers.</summary>
    public required IReadOnlyList<NodeReport> Nodes { get; init; }

    public required NetworkFaults Faults { get; init; }

    /// <summary>How long until the network's blocks begin; null once they have, or where they begin at once.</summary>
    public TimeSpan? UntilGenesis { get; init; }

    /// <summary>Whether all nodes that answer have one head.</summary>
    public bool IsConverged => Nodes.Select(node => node.Status?.Head.Hash).OfType<Hash256>().Distinct().Count() == 1;

    public bool NobodyRuns => Nodes.All(node => node.State == NodeState.Stopped);

    /// <summary>How many nodes do not say where they are.</summary>
    public int Silent => Nodes.Count(node => node.Status is null);

    /// <summary>Looks at all nodes at once.</summary>
    public static async Task<NetworkStatus> ReadAsync(TestnetRunner runner, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(runner);
        var nodes = await Task.WhenAll(runner.Manifest.Nodes.Select(node => ReadNodeAsync(runner, node, cancellation)));
        var running = nodes.Where(node => node.State == NodeState.Running).Select(node => node.Index);
        return new NetworkStatus
        {
            Consensus = runner.Manifest.Consensus,
            Nodes = nodes,
            Faults = await NetworkFaults.ReadAsync(runner.Manifest, running, cancellation),
            UntilGenesis = runner.Rule.UntilGenesis(runner.Manifest, TimeProvider.System.GetUtcNow()) is { Ticks: > 0 } wait
                ? wait
                : null,
        };
    }

    private static async Task<NodeReport> ReadNodeAsync(TestnetRunner runner, TestnetNode node, CancellationToken cancellation)
    {
        var process = runner.Folder.FindProcess(node.Index);
        var state = process is null ? NodeState.Stopped
            : TestnetRunner.IsStopped(process) ? NodeState.Paused
            : NodeState.Running;
        var report = new NodeReport(node, state) { ProcessId = process?.Id, ResidentBytes = process?.WorkingSet64 };
        if (state != NodeState.Running) return report;
        using var client = new NodeClient(node.RpcPort, TimeSpan.FromSeconds(3));
        return await client.TryAskAsync("chain_status", answer => report with
        {
            Status = NodeStatus.Read(answer),
            OfRule = runner.Rule.ReadStatus(answer),
        }, cancellation) ?? report with { State = NodeState.NotAnswering };
    }
}

/// <summary>What a node's process does.</summary>
public enum NodeState
{
    Running,
    NotAnswering,
    Paused,
    Stopped,
}

/// <summary>One node of a network at one moment.</summary>
/// <param name="Node">What the manifest says of it.</param>
public sealed record NodeReport(TestnetNode Node, NodeState State)
{
    public int Index => Node.Index;

    /// <summary>Null: it does not run.</summary>
    public int? ProcessId { get; init; }

    public long? ResidentBytes { get; init; }

    /// <summary>What it says of itself; null where it does not answer.</summary>
    public NodeStatus? Status { get; init; }

    /// <summary>What it says of the rule, besides.</summary>
    public RuleStatus? OfRule { get; init; }

    /// <summary>Whether it has stopped following the chain; its alert says why.</summary>
    public bool ReadsOnly => Status?.Alerts.Any(alert => alert.Name == "read_only") == true;
}
