namespace Chain.Node;

/// <summary>The bounds of the transaction pool.</summary>
public sealed record PoolLimits
{
    public int Transactions { get; init; } = 32_768;

    public int PerAccount { get; init; } = 4_096;

    /// <summary>How far a nonce may run ahead of the account's next one.</summary>
    public int NonceGap { get; init; } = 4_096;

    /// <summary>The price rise in percent, on both fee fields, that a replacement needs.</summary>
    public int PriceBumpPercent { get; init; } = 10;

    /// <summary>Wei per gas of priority fee below which nothing is taken.</summary>
    public ulong MinPriorityFee { get; init; }

    /// <summary>How long a transaction waits before it is dropped.</summary>
    public long LifetimeMs { get; init; } = 3 * 60 * 60 * 1000;

    /// <summary>Encoded bytes of one transaction.</summary>
    public int TransactionBytes { get; init; } = 128 * 1024;
}
