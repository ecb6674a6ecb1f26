using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Tests;

/// <summary>What networks say of themselves.</summary>
internal static class StatusSample
{
    public static NetworkStatus Network(params IReadOnlyList<NodeReport> nodes) =>
        new() { Consensus = "pow", Nodes = nodes, Faults = NetworkFaults.None };

    /// <summary>A node of which nothing is known but what its process does.</summary>
    public static NodeReport Node(int index, NodeState state = NodeState.Running) =>
        new(new TestnetNode(index, 8545, 8546, 30303, "enode://", "", ""), state);

    /// <summary>What a node with this head says.</summary>
    public static NodeStatus At(long number, Hash256 hash) => new()
    {
        Head = new StatusBlock(number, hash),
        Safe = null,
        Finalized = null,
        TotalDifficulty = UInt256.One,
        Peers = 3,
        Reorgs = [],
        Pending = 0,
        Queued = 0,
        IsMining = false,
        HashRate = 0,
        Sync = null,
        Alerts = [],
    };
}
