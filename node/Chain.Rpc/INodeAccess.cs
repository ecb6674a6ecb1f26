using Chain.Consensus;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// What JSON-RPC may know of a node and ask of it. Reads answer from the immutable view and from pooled readers, so that none
/// of them waits for an import; the few writes go through the node's inbox and come back as replies. Safe from any thread.
/// </summary>
public interface INodeAccess
{
    ChainSpec Spec { get; }

    Hash256 GenesisHash { get; }

    ConsensusRules Rules { get; }

    /// <summary>What the consensus rule shows of itself.</summary>
    RuleApi Api { get; }

    /// <summary>What `web3_clientVersion` says: name, version, system, runtime.</summary>
    string ClientVersion { get; }

    /// <summary>The picture published last.</summary>
    ChainView View { get; }

    /// <summary>A read-only connection from a pool; dispose it soon.</summary>
    IChainReaderLease OpenReader();

    /// <summary>The node's clock, its configured skew included.</summary>
    At Now { get; }

    /// <summary>
    /// Offers a transaction to the pool. Many may be under way at once; the host hands them to the core in batches.
    /// </summary>
    /// <returns>Null when it is in the pool, otherwise why not.</returns>
    Task<PoolError?> SubmitTransactionAsync(RecoveredTransaction transaction, CancellationToken cancellation);

    Task<NodeReply.Work> GetWorkAsync(CancellationToken cancellation);

    Task<NodeReply.WorkSubmitted> SubmitWorkAsync(Hash256 sealHash, ulong nonce, CancellationToken cancellation);

    /// <summary>Hands in a message of the consensus rule, such as a validator's wish to leave.</summary>
    /// <returns>Null when it was taken, otherwise why not.</returns>
    Task<string?> SubmitConsensusAsync(ConsensusMessage message, CancellationToken cancellation);

    /// <summary>Hashes a second of the search inside this process; 0 when it does not mine.</summary>
    double LocalHashRate { get; }

    /// <summary>What happens, for subscriptions and counters.</summary>
    NodeFeed Feed { get; }

    /// <summary>The addresses behind the view's peers.</summary>
    IReadOnlyList<PeerEndpoint> PeerEndpoints { get; }

    /// <summary>How this process listens for peers; null when it does not.</summary>
    string? Enode { get; }

    /// <summary>The median of the peers' clocks minus ours, in milliseconds; null when nothing is known of them.</summary>
    long? ClockOffsetMs { get; }

    /// <summary>Imports since start: how many blocks, and the time they took in all.</summary>
    ImportTotals Imports { get; }

    /// <summary>How the core's steps go.</summary>
    StepHealth Steps { get; }

    /// <summary>Why the node serves reads only (a commit failed); null when it is sound.</summary>
    string? ReadOnlyReason { get; }

    /// <summary>The damaged record that somebody met last since the start; null when nobody has.</summary>
    string? DamageMet { get; }

    /// <summary>A read met a damaged record: for the log and the alerts.</summary>
    /// <param name="reader">Who read: a method's name.</param>
    void Report(StoreException damage, string reader);

    /// <summary>Control over the node; null where the node is not to be controlled.</summary>
    INodeAdmin? Admin { get; }
}

/// <summary>Where a peer of the view is.</summary>
/// <param name="NodeId">The peer's public key: 128 lower-case hex digits, as in its enode URL.</param>
/// <param name="RemoteAddress">Address and port of its end of the connection.</param>
/// <param name="Capabilities">As agreed: "eth/68".</param>
public sealed record PeerEndpoint(PeerId Id, string NodeId, string RemoteAddress, string LocalAddress,
    IReadOnlyList<string> Capabilities);

public sealed record ImportTotals(long Blocks, long Transactions, TimeSpan Time);

/// <summary>How the core's steps go: each handles one input, and nothing changes between two of them.</summary>
/// <param name="Count">Finished since the start.</param>
/// <param name="Last">How long the last one took.</param>
/// <param name="Longest">How long the longest one took.</param>
/// <param name="SinceLast">Since the last one ended, or since the start.</param>
/// <param name="Waiting">Inputs that wait, the one under way included.</param>
public sealed record StepHealth(long Count, TimeSpan Last, TimeSpan Longest, TimeSpan SinceLast, int Waiting)
{
    /// <summary>After so long without a finished step, while inputs wait, a node is not well.</summary>
    public static readonly TimeSpan StalledAfter = TimeSpan.FromSeconds(10);

    /// <summary>Why the node is not well; null when its steps go on.</summary>
    public string? Stalled =>
        Waiting > 0 && SinceLast > StalledAfter
            ? $"no input was handled for {SinceLast.TotalSeconds:0} s; {Waiting} are waiting"
            : null;
}

/// <summary>The faults in force on a node.</summary>
/// <param name="BlockedPeers">Node ids (128 lower-case hex digits).</param>
/// <param name="Links">By node id, what the link to it does to messages; those not named are sound.</param>
/// <param name="ClockSkewMs">How far its clock is ahead of the machine's.</param>
public sealed record NodeFaults(IReadOnlyList<string> BlockedPeers, IReadOnlyList<KeyValuePair<string, LinkFaults>> Links,
    long ClockSkewMs);

/// <summary>
/// Control over a node, for its owner and for test networks. A refusal (a malformed enode URL, faults on a node started without
/// `--faults`) comes back as text for the person who asked; null means done.
/// </summary>
public interface INodeAdmin
{
    /// <summary>Dials this peer now and keeps dialling it.</summary>
    string? AddPeer(string enode);

    string? RemovePeer(string enode);

    /// <summary>
    /// Cuts the network: peers with these node ids (128 lower-case hex digits) are refused until <see cref="Heal"/>; all others
    /// are let through.
    /// </summary>
    string? SetBlockedPeers(IReadOnlyCollection<string> nodeIds);

    /// <summary>
    /// Changes what the link to a peer does to messages, in both directions as far as this node sends; null restores it.
    /// </summary>
    string? SetLink(string nodeId, LinkFaults? faults);

    /// <summary>Ends all partitions and link faults and dials the static peers at once.</summary>
    string? Heal();

    /// <summary>Shifts the node's clock by this much against the machine's.</summary>
    string? SetClockSkew(long milliseconds);

    /// <summary>The faults in force; nobody is blocked and every link is sound on a node started without `--faults`.</summary>
    NodeFaults Faults { get; }

    /// <summary>Starts or stops the search inside this process; without a beneficiary the one used before.</summary>
    string? SetMining(bool on, Address? beneficiary);

    /// <summary>Bounds the search inside this process, in hashes a second; null lifts the bound.</summary>
    string? SetHashRateLimit(double? hashesPerSecond);

    /// <summary>Ends the process in good order, soon after the answer is sent.</summary>
    void RequestShutdown();
}
