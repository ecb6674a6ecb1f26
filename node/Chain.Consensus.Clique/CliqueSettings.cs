using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Clique (EIP-225, docs/consensus/clique.md). The first signers are in the genesis block's extraData.</summary>
public sealed record CliqueSettings : RuleSettings
{
    public override bool HasWithdrawals => false;

    public override ulong BlockIntervalMs => PeriodSeconds * 1000;

    /// <summary>
    /// The least time between a block and its parent (BLOCK_PERIOD). With 0 a block is sealed as soon as there is a transaction
    /// for it, and never without one.
    /// </summary>
    public ulong PeriodSeconds { get; init; } = 2;

    /// <summary>
    /// Blocks from one checkpoint to the next (EPOCH_LENGTH). A checkpoint lists the signers and drops all votes.
    /// </summary>
    public ulong EpochBlocks { get; init; } = 30_000;

    /// <summary>Whether a block of this number is a checkpoint; the genesis block is one.</summary>
    public bool IsCheckpoint(ulong number) => number % EpochBlocks == 0;

    public override string RuleName() => CliqueRule.Name;

    public override GenesisBlock BuildGenesis(GenesisFile genesis)
    {
        CliqueGenesis.Check(genesis);
        return GenesisState.Build(genesis);
    }

    public override ConsensusRules CreateRules(ChainSpec spec, SealedHeader genesis) => CliqueRule.Create(spec, this, genesis);
}
