namespace Chain.Node;

/// <summary>
/// The bounds of the transaction pool, in transactions and in encoded bytes, for each sender and in all. Pending transactions
/// follow their account's nonce without a gap; queued ones wait behind a gap, have bounds of their own and never take a pending
/// one's place.
/// </summary>
public sealed record PoolLimits
{
    /// <summary>Pending transactions.</summary>
    public int Transactions { get; init; } = 32_768;

    public long Bytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Pending transactions of one sender.</summary>
    public int PerAccount { get; init; } = 4_096;

    public long BytesPerAccount { get; init; } = 8 * 1024 * 1024;

    public int Queued { get; init; } = 1_024;

    public long QueuedBytes { get; init; } = 8 * 1024 * 1024;

    public int QueuedPerAccount { get; init; } = 64;

    public long QueuedBytesPerAccount { get; init; } = 1024 * 1024;

    /// <summary>
    /// The transactions that a sender has at full worth when a full pool has to choose. Each further share of places divides what
    /// its last transaction is worth, so that few senders cannot fill the pool at the price of many.
    /// </summary>
    public int Share { get; init; } = 64;

    /// <summary>The same in bytes.</summary>
    public long ShareBytes { get; init; } = 128 * 1024;

    /// <summary>How far a nonce may run ahead of the account's next one.</summary>
    public int NonceGap { get; init; } = 4_096;

    /// <summary>The price rise in percent, on both fee fields, that a replacement needs.</summary>
    public int PriceBumpPercent { get; init; } = 10;

    /// <summary>Wei per gas of priority fee below which nothing is taken.</summary>
    public ulong MinPriorityFee { get; init; }

    /// <summary>How long a transaction waits before it is dropped.</summary>
    public long LifetimeMs { get; init; } = 3 * 60 * 60 * 1000;

    /// <summary>How long a transaction waits behind a gap before it is dropped.</summary>
    public long QueuedLifetimeMs { get; init; } = 30 * 60 * 1000;

    /// <summary>Encoded bytes of one transaction.</summary>
    public int TransactionBytes { get; init; } = 128 * 1024;
}
