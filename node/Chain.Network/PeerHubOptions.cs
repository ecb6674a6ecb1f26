using System.Net;
using Chain.Node;

namespace Chain.Network;

/// <summary>How a node meets its peers; every limit has its place here.</summary>
public sealed record PeerHubOptions
{
    /// <summary>Where to listen; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 30303);

    /// <summary>The address or name that the node's enode URL shows; by default the one it listens on.</summary>
    public string? ExternalHost { get; init; }

    /// <summary>What this node calls itself.</summary>
    public string ClientName { get; init; } = "Chain/dotnet";

    /// <summary>The versions of eth that are offered.</summary>
    public IReadOnlyList<int> EthVersions { get; init; } = [68, 69];

    /// <summary>The messages that are spoken: eth's and, where the consensus rule has some, its own.</summary>
    public WireCodec Codec { get; init; } = new(rule: null);

    /// <summary>Peers to stay connected with.</summary>
    public IReadOnlyList<Enode> StaticPeers { get; init; } = [];

    /// <summary>Peers that always get a place, whoever dials.</summary>
    public IReadOnlyList<Enode> TrustedPeers { get; init; } = [];

    /// <summary>Peers to learn further addresses from.</summary>
    public IReadOnlyList<Enode> Bootnodes { get; init; } = [];

    /// <summary>Peers at once. Static and trusted peers come on top, and incoming ones that have delivered nothing yet.</summary>
    public int MaxPeers { get; init; } = 50;

    /// <summary>
    /// Connections made to bootnodes and learned addresses; more come only from others. Incoming ones leave these places free.
    /// </summary>
    public int TargetDialled { get; init; } = 8;

    /// <summary>
    /// An incoming peer that has brought nothing new and sound for this long (no block, transaction or vote) loses its place to
    /// one that just did, when all are taken.
    /// </summary>
    public TimeSpan UselessAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Incoming connections at once from one source: an IPv4 address, or the first 64 bits of an IPv6 address.</summary>
    public int MaxPeersPerAddress { get; init; } = 8;

    /// <summary>
    /// Whether <see cref="MaxPeersPerAddress"/> leaves out loopback addresses, so that one machine can hold a network. There the
    /// bound is <see cref="Crowding"/> alone, which holds once places are short.
    /// </summary>
    public bool LoopbackIsExempt { get; init; } = true;

    /// <summary>
    /// Incoming connections at each stage before they have a place; beyond that one gives way (<see cref="Crowding"/>).
    /// </summary>
    public int MaxPendingHandshakes { get; init; } = 64;

    /// <summary>Addresses remembered that no connection has proven.</summary>
    public int MaxLearnedAddresses { get; init; } = 1000;

    public TimeSpan DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From an incoming TCP connection to the end of its first message, auth.</summary>
    public TimeSpan AuthTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From both hellos to the peer's status of eth.</summary>
    public TimeSpan StatusTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From an open TCP connection to the end of both hellos.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a peer is asked for its time.</summary>
    public TimeSpan ClockInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>This node's wall clock, in milliseconds since 1970; null takes the machine's.</summary>
    public Func<long>? UnixMs { get; init; }

    /// <summary>A peer that completes no message for this long is gone.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>A peer that takes no bytes for this long while some wait is gone.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a connection may take to end after the goodbye.</summary>
    public TimeSpan GoodbyeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Messages that wait to be written to one peer; beyond that it is too slow and loses its connection.</summary>
    public int MaxQueuedMessages { get; init; } = 4096;

    /// <summary>Bytes of memory, about, that wait to be written to one peer.</summary>
    public long MaxQueuedBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// Bytes, about, that wait to be written to all peers; beyond that a peer with more than <see cref="QueuedBytesAlways"/>
    /// loses its connection.
    /// </summary>
    public long MaxQueuedBytesInAll { get; init; } = 192 * 1024 * 1024;

    public long QueuedBytesAlways { get; init; } = 2 * 1024 * 1024;

    /// <summary>
    /// Bytes a second, about, of heavy messages (<see cref="TrialPace.Heavy"/>) that are written to all peers without a place.
    /// </summary>
    public long TrialBytesPerSecond { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of them that may be written at once before that rate holds.</summary>
    public long TrialByteBurst { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// Bytes of messages being read from all peers; beyond that the peer with the largest buffer is disconnected.
    /// </summary>
    public long MaxReceivedBytesInAll { get; init; } = 48 * 1024 * 1024;

    /// <summary>Messages a second that are read from one peer in the long run; a faster one is read no faster.</summary>
    public int MessagesPerSecond { get; init; } = 2000;

    /// <summary>Messages that a peer may send at once before that rate holds.</summary>
    public int MessageBurst { get; init; } = 10_000;

    /// <summary>Bytes a second, unpacked, that are read from one peer in the long run.</summary>
    public long BytesPerSecond { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes that a peer may send at once before that rate holds.</summary>
    public long ByteBurst { get; init; } = 48 * 1024 * 1024;

    /// <summary>
    /// Work a second, in units of about ten microseconds of a core, that one peer may ask for unasked: signatures to recover,
    /// lookups, reads.
    /// </summary>
    public long WorkPerSecond { get; init; } = 20_000;

    /// <summary>Work that a peer may ask for at once before that rate holds.</summary>
    public long WorkBurst { get; init; } = 200_000;

    /// <summary>Whether an answer to nothing that this node asked is dropped before anything is done about it.</summary>
    public bool DropsUnaskedAnswers { get; init; } = true;

    /// <summary>Bounds what is on its way from the peers to the core; null for no bound.</summary>
    public InboundShares? Inbound { get; init; }

    /// <summary>The wait before dialling again after the first failure; it doubles from then on.</summary>
    public TimeSpan MinBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Faults of test networks; null everywhere else.</summary>
    public FaultTable? Faults { get; init; }
}
