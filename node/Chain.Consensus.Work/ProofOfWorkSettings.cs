using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Work;

/// <summary>Proof of work: heaviest chain (docs/consensus/work.md).</summary>
public sealed record ProofOfWorkSettings : RuleSettings
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

    public override string RuleName() => ProofOfWork.Name;

    public override IReadOnlyList<string> NotKept() => [.. base.NotKept(), nameof(SafeDepth), nameof(FinalizedDepth)];

    public override GenesisBlock BuildGenesis(GenesisFile genesis) => GenesisState.Build(genesis);

    public override ConsensusRules CreateRules(ChainSpec spec, SealedHeader genesis) => ProofOfWork.Create(spec, this);
}
