using Chain.Consensus;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>One node of a simulated network: the real core over a store in memory, with a clock of its own.</summary>
public sealed class SimulatedNode
{
    private readonly NodeConfig _config;
    private readonly ConsensusRules _rules;

    internal SimulatedNode(int index, NodeConfig config, ConsensusRules rules, InMemoryChainStore store, Address beneficiary, IReadOnlyList<SimulatedValidator> validators)
    {
        Index = index;
        Beneficiary = beneficiary;
        Validators = validators;
        Store = store;
        _config = config;
        _rules = rules;
        Core = new NodeCore(config, rules, store);
    }

    public int Index { get; }

    public Address Beneficiary { get; }

    /// <summary>Whom it acts for.</summary>
    public IReadOnlyList<SimulatedValidator> Validators { get; internal set; }

    /// <summary>What its keys have signed; it outlives a crash, as the file of a real node does.</summary>
    public SigningRecord Signed { get; } = new();

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

    internal IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests)
    {
        // What breaks the rules on purpose is signed past the history.
        var refusals = new Queue<SigningRefusal?>(Signed.CheckAndInsert([.. requests.Where(request => request is not SigningRequest.Offence)]));
        var answers = new SigningAnswer[requests.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var secret = Validators.First(validator => validator.Secret.Key.Equals(requests[i].Key)).Secret;
            var refused = requests[i] is SigningRequest.Offence ? null : refusals.Dequeue();
            answers[i] = refused is { } refusal
                ? new SigningAnswer(requests[i], null, refusal.ToString())
                : new SigningAnswer(requests[i], secret.PrivateKey.Sign(requests[i].SigningRoot), null);
        }

        return answers;
    }

    /// <summary>Starts again from what the store holds, as a process does after a crash.</summary>
    internal void Restart() => Core = new NodeCore(_config, _rules, Store);
}
