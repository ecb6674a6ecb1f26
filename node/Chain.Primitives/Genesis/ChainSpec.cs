namespace Chain.Primitives;

/// <summary>
/// Everything that the nodes of one network must agree on beside the genesis block; read from the genesis file.
/// </summary>
public sealed record ChainSpec
{
    /// <summary>EIP-155 chain id; also the network id that peers compare.</summary>
    public required ulong ChainId { get; init; }

    public required ConsensusSettings Consensus { get; init; }

    /// <summary>States of blocks deeper than this below the head may be forgotten by a node that is no archive.</summary>
    public ulong StateHistoryBlocks { get; init; } = 1024;

    /// <summary>
    /// Bound divisor, elasticity and change of EIP-1559 are the mainnet's; the gas limit moves towards this target.
    /// </summary>
    public ulong GasLimitTarget { get; init; } = 30_000_000;
}

/// <summary>The settings of one consensus rule; their type names the rule.</summary>
public abstract record ConsensusSettings
{
    /// <summary>Whether blocks carry withdrawals and headers their root (EIP-4895), from genesis on.</summary>
    public abstract bool HasWithdrawals { get; }

    /// <summary>How often a block is due, in milliseconds.</summary>
    public abstract ulong BlockIntervalMs { get; }

    /// <summary>What `config.chain.consensus` says.</summary>
    public abstract string RuleName();

    /// <summary>
    /// The settings that a database need not have been made with: each node may choose them for itself, the genesis block
    /// contains them, or they follow from others.
    /// </summary>
    public virtual IReadOnlyList<string> NotKept() => [nameof(HasWithdrawals), nameof(BlockIntervalMs)];
}
