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

/// <summary>The settings of one consensus rule; its case names the rule.</summary>
public abstract record ConsensusSettings
{
    private protected ConsensusSettings()
    {
    }

    /// <summary>Whether blocks carry withdrawals and headers their root (EIP-4895), from genesis on.</summary>
    public abstract bool HasWithdrawals { get; }

    /// <summary>How often a block is due, in milliseconds.</summary>
    public abstract ulong BlockIntervalMs { get; }
}

/// <summary>How a proof-of-work seal is checked.</summary>
public enum SealKind
{
    /// <summary>Keccak-256 over seal hash and nonce (docs/consensus/work.md).</summary>
    Keccak,

    /// <summary>No work at all: for simulations only, refused by `node run`.</summary>
    Simulated,
}

/// <summary>How difficulty follows from the parent.</summary>
public enum DifficultyRule
{
    /// <summary>The aserti3 exponential, step by step with the parent as anchor.</summary>
    Asert,

    /// <summary>The genesis difficulty for ever.</summary>
    Fixed,
}

/// <summary>Proof of work: heaviest chain (docs/consensus/work.md).</summary>
public sealed record ProofOfWorkSettings : ConsensusSettings
{
    public override bool HasWithdrawals => false;

    public override ulong BlockIntervalMs => BlockTimeSeconds * 1000;

    public SealKind Seal { get; init; } = SealKind.Keccak;

    public DifficultyRule DifficultyRule { get; init; } = DifficultyRule.Asert;

    /// <summary>The time between blocks that difficulty aims at; at least 2 s.</summary>
    public ulong BlockTimeSeconds { get; init; } = 2;

    /// <summary>Wei to the beneficiary of each block, beside the priority fees.</summary>
    public UInt256 BlockReward { get; init; } = 2_000_000_000_000_000_000;

    /// <summary>How deep below the head the `safe` block lies.</summary>
    public ulong SafeDepth { get; init; } = 6;

    /// <summary>How deep below the head the `finalized` block lies.</summary>
    public ulong FinalizedDepth { get; init; } = 64;
}
