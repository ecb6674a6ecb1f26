using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>One node of a simulated network: the real core over a store in memory, with a clock of its own.</summary>
public sealed class SimulatedNode
{
    private readonly NodeConfig _config;
    private readonly ConsensusRules _rules;

    internal SimulatedNode(int index, NodeConfig config, ConsensusRules rules, InMemoryChainStore store, Address beneficiary,
        IReadOnlyList<SimulatedValidator> validators)
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

    /// <summary>Whom it acts for under a rule without validators; null for nobody.</summary>
    public ISimulatedDuties? Duties { get; internal set; }

    /// <summary>What its keys have signed; it outlives a crash, as the file of a real node does.</summary>
    public SigningRecord Signed { get; private set; } = new();

    /// <summary>How many epochs more than the least it listens for the use of its keys elsewhere.</summary>
    public ulong ExtraEpochs { get; set; }

    /// <summary>Whether somebody says at its starts that no other node uses its keys.</summary>
    public bool TrustsItsKeys { get; set; }

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

    /// <summary>What its keys have signed is lost, or replaced; a running node notices when it is started again.</summary>
    public void LoseHistory(SigningRecord? replacement = null) => Signed = replacement ?? new SigningRecord();

    /// <summary>Whom it acts for, with what its history knows of each.</summary>
    internal IReadOnlyList<DutyHolder> Holders()
    {
        if (Duties is { } duties) return duties.Holders;
        var twins = Validators.Where(validator => validator.IsTwin);
        Signed.Register([.. twins.Select(twin => new StakeSigningRequest.Registration(twin.Secret.Key, null, null))]);
        return [.. Validators.Select(validator => StakeDutyHolder.Of(validator.Secret,
            (ProofOfStakeSettings)_config.Spec.Consensus, validator.Misbehaviour) with
        {
            Past = validator.IsTwin ? SigningPast.Complete : Signed.Find(validator.Secret.Key),
            ExtraEpochs = ExtraEpochs,
            IsTrusted = TrustsItsKeys,
        })];
    }

    internal IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests)
    {
        if (Duties is { } duties) return duties.Sign(requests);
        Signed.Register([.. requests.OfType<StakeSigningRequest.Registration>()]);

        // What breaks the rules on purpose is signed past the history.
        var refusals = new Queue<SigningRefusal?>(Signed.CheckAndInsert([.. requests.Where(IsMessage)]));
        var answers = new SigningAnswer[requests.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var secret = Validators.First(validator => validator.Secret.Key.Equals(requests[i].Key)).Secret;
            var refused = IsMessage(requests[i]) ? refusals.Dequeue() : null;
            answers[i] = requests[i] is StakeSigningRequest.Registration ? new SigningAnswer(requests[i], null, null)
                : refused is { } refusal
                ? new SigningAnswer(requests[i], null, refusal.ToString())
                : new SigningAnswer(requests[i], secret.PrivateKey.Sign(requests[i].SigningRoot), null);
        }

        return answers;
    }

    private static bool IsMessage(SigningRequest request) =>
        request is not (StakeSigningRequest.Offence or StakeSigningRequest.Registration);

    /// <summary>Starts again from what the store and the evidence beside it hold, as a process does after a crash.</summary>
    internal void Restart() =>
        Core = new NodeCore(_config, _rules, Store,
            Told.Select(told => told.Evidence).LastOrDefault(evidence => evidence is not null)?.Bytes);
}
