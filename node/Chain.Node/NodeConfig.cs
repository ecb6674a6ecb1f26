using Chain.Primitives;

namespace Chain.Node;

/// <summary>What a node is told once, at its start.</summary>
public sealed record NodeConfig
{
    public required ChainSpec Spec { get; init; }

    /// <summary>The genesis block; its state is in the store.</summary>
    public required Block Genesis { get; init; }

    /// <summary>Bytes that blocks made here carry in their extra data, at most 32.</summary>
    public ReadOnlyMemory<byte> ExtraData { get; init; } = ReadOnlyMemory<byte>.Empty;

    public PoolLimits Pool { get; init; } = new();

    public NodeLimits Limits { get; init; } = new();
}

/// <summary>Every bound on what a node keeps or does; nothing that a peer sends grows memory past these.</summary>
public sealed record NodeLimits
{
    /// <summary>Heights below the head that stay in memory with all their branches.</summary>
    public int TreeHeights { get; init; } = 2048;

    /// <summary>Heights below the head that the published picture shows.</summary>
    public int ViewHeights { get; init; } = 128;

    /// <summary>Blocks whose parent is not known.</summary>
    public int Orphans { get; init; } = 256;

    public int OrphansPerPeer { get; init; } = 32;

    /// <summary>Bytes of them, as <see cref="BlockSize"/> counts.</summary>
    public long OrphanBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>A block above this is not kept as an orphan: sync fetches it with its parents.</summary>
    public long OrphanBytesPerPeer { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Kibibytes (<see cref="BlockSize"/>) of blocks that cost too little to be kept or followed, and that a peer may send before
    /// it pays; half is forgotten with each point.
    /// </summary>
    public int UselessKibibytesPerPeer { get; init; } = 64 * 1024;

    /// <summary>Blocks that wait for their time to come.</summary>
    public int FutureBlocks { get; init; } = 64;

    public int FutureBlocksPerPeer { get; init; } = 32;

    public long FutureBytes { get; init; } = 8 * 1024 * 1024;

    public long FutureBytesPerPeer { get; init; } = 4 * 1024 * 1024;

    /// <summary>A block whose timestamp is further ahead of the clock is not kept until then.</summary>
    public ulong FutureBlockSeconds { get; init; } = 60;

    /// <summary>Announced blocks that are being fetched.</summary>
    public int Fetches { get; init; } = 1024;

    /// <summary>Of these, from one peer. What it announces beyond that is dropped and does not become known.</summary>
    public int FetchesPerPeer { get; init; } = 16;

    /// <summary>Bytes of recent blocks kept in memory with the senders of their transactions.</summary>
    public long RecentBlockBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Hashes remembered per peer as known to it, for blocks and for transactions each.</summary>
    public int KnownPerPeer { get; init; } = 8192;

    /// <summary>Invalid block hashes remembered.</summary>
    public int InvalidBlocks { get; init; } = 1024;

    /// <summary>Headers downloaded ahead of the bodies.</summary>
    public int HeadersAhead { get; init; } = 2048;

    public int HeadersPerRequest { get; init; } = 192;

    public int BodiesPerRequest { get; init; } = 96;

    /// <summary>Body requests under way at once, over all peers.</summary>
    public int BodyRequests { get; init; } = 16;

    /// <summary>
    /// Bytes of bodies and sidecars that wait while syncing, as <see cref="BlockSize"/> counts; the block that is imported next
    /// comes on top.
    /// </summary>
    public long SyncBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Blocks imported in one step while syncing: one store commit each.</summary>
    public int BlocksPerStep { get; init; } = 256;

    /// <summary>
    /// Transactions that a peer announced and that are not here yet; what it announces beyond that is not asked for until it is
    /// announced again.
    /// </summary>
    public int AnnouncedPerPeer { get; init; } = 4096;

    /// <summary>Transactions asked of one peer and not answered yet; fewer while it does not deliver.</summary>
    public int TransactionsInFlightPerPeer { get; init; } = 1024;

    /// <summary>
    /// When a peer has not answered for so long, others that announced the same blocks or transactions are asked too.
    /// </summary>
    public int SlowAnswerMs { get; init; } = 1000;

    /// <summary>How long a transaction that was refused, or was mined, is not asked for again.</summary>
    public int RefusalMemoryMs { get; init; } = 45_000;

    /// <summary>How often transactions that have waited long, and a head that stands, are announced again.</summary>
    public int ReofferMs { get; init; } = 60_000;

    /// <summary>Announced transactions that a peer may not deliver before it pays; half is forgotten every ten seconds.</summary>
    public int UndeliveredPerPeer { get; init; } = 256;

    /// <summary>Useless transactions that a peer may send unasked before it pays; half is forgotten every ten seconds.</summary>
    public int UselessPerPeer { get; init; } = 2048;

    public int RequestTimeoutMs { get; init; } = 4000;

    /// <summary>Penalty points at which a peer is disconnected.</summary>
    public int MaxScore { get; init; } = 100;

    /// <summary>How often a penalty point is forgiven.</summary>
    public int ForgivenessMs { get; init; } = 60_000;

    /// <summary>Headers looked at for one question about headers of a branch that is not ours.</summary>
    public int AncestorSteps { get; init; } = 4096;

    /// <summary>Bytes of bodies, receipts or sidecars in one answer, roughly.</summary>
    public int ResponseBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Work templates that stay valid.</summary>
    public int Templates { get; init; } = 16;

    internal WaitingLimits OrphanLimits => new(Orphans, OrphansPerPeer, OrphanBytes, OrphanBytesPerPeer);

    internal WaitingLimits FutureLimits => new(FutureBlocks, FutureBlocksPerPeer, FutureBytes, FutureBytesPerPeer);
}
