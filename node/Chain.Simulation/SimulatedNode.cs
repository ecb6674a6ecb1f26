using Chain.Consensus;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>One node of a simulated network: the real core over a store in memory, with a clock of its own.</summary>
public sealed class SimulatedNode
{
    private readonly NodeConfig _config;
    private readonly ConsensusRules _rules;

    internal SimulatedNode(int index, NodeConfig config, ConsensusRules rules, InMemoryChainStore store, Address beneficiary)
    {
        Index = index;
        Beneficiary = beneficiary;
        Store = store;
        _config = config;
        _rules = rules;
        Core = new NodeCore(config, rules, store);
    }

    public int Index { get; }

    public Address Beneficiary { get; }

    /// <summary>Whom it acts for; null for nobody.</summary>
    public ISimulatedDuties? Duties { get; internal set; }

    /// <summary>How its `safe` blocks fared.</summary>
    public SafetyRecord Safety { get; } = new();

    /// <summary>What its consensus rule told.</summary>
    public List<ConsensusEvent> Told { get; } = [];

    /// <summary>Why it stopped following the chain; null while it goes on.</summary>
    public string? WhyHalted { get; internal set; }

    public NodeCore Core { get; private set; }

    public InMemoryChainStore Store { get; }

    /// <summary>Milliseconds by which its clock is ahead of the network's.</summary>
    public long SkewMs { get; set; }

    /// <summary>Hashes a second; 0 for a node that does not mine.</summary>
    public double HashRate { get; set; }

    public bool IsRunning { get; internal set; } = true;

    /// <summary>Its connections: the id on this side, the other node, the id on that side.</summary>
    internal SortedDictionary<long, (SimulatedNode Other, PeerId OtherId)> Links { get; } = [];

    /// <summary>Its connections to peers that are no nodes.</summary>
    internal Dictionary<long, SimulatedStranger> Strangers { get; } = [];

    /// <summary>Starts again from what the store and the evidence beside it hold, as a process does after a crash.</summary>
    internal void Restart() =>
        Core = new NodeCore(_config, _rules, Store,
            Told.Select(told => told.Evidence).LastOrDefault(evidence => evidence is not null)?.Bytes);
}
