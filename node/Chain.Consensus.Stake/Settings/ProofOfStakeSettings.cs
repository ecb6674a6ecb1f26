using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Proof of stake: Gasper as the consensus-specs define it, with the changes that docs/consensus/stake.md lists. Every number
/// that the specs keep in a preset or a configuration is here under the spec's name; the defaults are for test networks. Amounts
/// are Gwei.
/// </summary>
public sealed record ProofOfStakeSettings : RuleSettings
{
    public override bool HasWithdrawals => true;

    public override ulong BlockIntervalMs => SlotDurationMs;

    /// <summary>SLOT_DURATION_MS.</summary>
    public ulong SlotDurationMs { get; init; } = 2000;

    /// <summary>SLOTS_PER_EPOCH.</summary>
    public ulong SlotsPerEpoch { get; init; } = 8;

    /// <summary>
    /// ATTESTATION_DUE_BPS: when in its slot a vote is due, in basis points of the slot; half, so that 250 ms slots work.
    /// </summary>
    public ulong AttestationDueBps { get; init; } = 5000;

    /// <summary>
    /// PROPOSER_REORG_CUTOFF_BPS: how late in its slot a proposer may still build on the parent of a late head.
    /// </summary>
    public ulong ProposerReorgCutoffBps { get; init; } = 1667;

    /// <summary>MIN_SEED_LOOKAHEAD, in epochs.</summary>
    public ulong MinSeedLookahead { get; init; } = 1;

    /// <summary>MAX_SEED_LOOKAHEAD, in epochs: what lies at least between an activation or exit and its taking effect.</summary>
    public ulong MaxSeedLookahead { get; init; } = 4;

    /// <summary>MIN_EPOCHS_TO_INACTIVITY_PENALTY.</summary>
    public ulong MinEpochsToInactivityPenalty { get; init; } = 4;

    /// <summary>EPOCHS_PER_HISTORICAL_VECTOR: RANDAO mixes kept.</summary>
    public ulong EpochsPerHistoricalVector { get; init; } = 16;

    /// <summary>
    /// EPOCHS_PER_SLASHINGS_VECTOR: for how many epochs the correlation penalty looks around, and the least time a slashed
    /// validator stays.
    /// </summary>
    public ulong EpochsPerSlashingsVector { get; init; } = 16;

    /// <summary>SLOTS_PER_HISTORICAL_ROOT: block hashes kept; at least two epochs.</summary>
    public ulong SlotsPerHistoricalRoot { get; init; } = 64;

    /// <summary>MIN_ATTESTATION_INCLUSION_DELAY, in slots.</summary>
    public ulong MinAttestationInclusionDelay { get; init; } = 1;

    /// <summary>MAX_COMMITTEES_PER_SLOT.</summary>
    public ulong MaxCommitteesPerSlot { get; init; } = 4;

    /// <summary>TARGET_COMMITTEE_SIZE.</summary>
    public ulong TargetCommitteeSize { get; init; } = 128;

    /// <summary>SHUFFLE_ROUND_COUNT.</summary>
    public ulong ShuffleRoundCount { get; init; } = 90;

    /// <summary>BASE_REWARD_FACTOR.</summary>
    public ulong BaseRewardFactor { get; init; } = 64;

    /// <summary>MAX_EFFECTIVE_BALANCE, in Gwei.</summary>
    public ulong MaxEffectiveBalance { get; init; } = 32_000_000_000;

    /// <summary>EFFECTIVE_BALANCE_INCREMENT, in Gwei.</summary>
    public ulong EffectiveBalanceIncrement { get; init; } = 1_000_000_000;

    /// <summary>EJECTION_BALANCE, in Gwei.</summary>
    public ulong EjectionBalance { get; init; } = 16_000_000_000;

    /// <summary>HYSTERESIS_QUOTIENT.</summary>
    public ulong HysteresisQuotient { get; init; } = 4;

    /// <summary>HYSTERESIS_DOWNWARD_MULTIPLIER.</summary>
    public ulong HysteresisDownwardMultiplier { get; init; } = 1;

    /// <summary>HYSTERESIS_UPWARD_MULTIPLIER.</summary>
    public ulong HysteresisUpwardMultiplier { get; init; } = 5;

    /// <summary>MIN_PER_EPOCH_CHURN_LIMIT.</summary>
    public ulong MinPerEpochChurnLimit { get; init; } = 2;

    /// <summary>CHURN_LIMIT_QUOTIENT.</summary>
    public ulong ChurnLimitQuotient { get; init; } = 32;

    /// <summary>MIN_VALIDATOR_WITHDRAWABILITY_DELAY, in epochs.</summary>
    public ulong MinValidatorWithdrawabilityDelay { get; init; } = 4;

    /// <summary>SHARD_COMMITTEE_PERIOD: epochs that a validator must have been active before it may exit.</summary>
    public ulong ShardCommitteePeriod { get; init; } = 4;

    /// <summary>INACTIVITY_SCORE_BIAS.</summary>
    public ulong InactivityScoreBias { get; init; } = 4;

    /// <summary>INACTIVITY_SCORE_RECOVERY_RATE.</summary>
    public ulong InactivityScoreRecoveryRate { get; init; } = 16;

    /// <summary>INACTIVITY_PENALTY_QUOTIENT; the public network's 2^24 takes eleven hours to show a leak.</summary>
    public ulong InactivityPenaltyQuotient { get; init; } = 1 << 12;

    /// <summary>
    /// The initial penalty for two votes with one target epoch, in millionths of the effective balance: 10,000 to 50,000.
    /// </summary>
    public ulong DoubleVotePenaltyPpm { get; init; } = 31_250;

    /// <summary>
    /// The initial penalty for a vote that surrounds another, in millionths of the effective balance: 10,000 to 30,000.
    /// </summary>
    public ulong SurroundVotePenaltyPpm { get; init; } = 30_000;

    /// <summary>
    /// The initial penalty for two blocks in one slot, in millionths of the effective balance: 20,000 to 50,000.
    /// </summary>
    public ulong DoubleProposalPenaltyPpm { get; init; } = 31_250;

    /// <summary>PROPORTIONAL_SLASHING_MULTIPLIER.</summary>
    public ulong ProportionalSlashingMultiplier { get; init; } = 3;

    /// <summary>WHISTLEBLOWER_REWARD_QUOTIENT.</summary>
    public ulong WhistleblowerRewardQuotient { get; init; } = 512;

    /// <summary>MAX_WITHDRAWALS_PER_PAYLOAD.</summary>
    public ulong MaxWithdrawalsPerPayload { get; init; } = 16;

    /// <summary>MAX_VALIDATORS_PER_WITHDRAWALS_SWEEP.</summary>
    public ulong MaxValidatorsPerWithdrawalsSweep { get; init; } = 512;

    /// <summary>MAX_PROPOSER_SLASHINGS of a block.</summary>
    public ulong MaxProposerSlashings { get; init; } = 16;

    /// <summary>MAX_ATTESTER_SLASHINGS of a block.</summary>
    public ulong MaxAttesterSlashings { get; init; } = 16;

    /// <summary>MAX_VOLUNTARY_EXITS of a block.</summary>
    public ulong MaxVoluntaryExits { get; init; } = 16;

    /// <summary>PROPOSER_SCORE_BOOST, in percent of one slot's committee weight.</summary>
    public ulong ProposerScoreBoost { get; init; } = 40;

    /// <summary>REORG_HEAD_WEIGHT_THRESHOLD, in percent of one slot's committee weight.</summary>
    public ulong ReorgHeadWeightThreshold { get; init; } = 20;

    /// <summary>REORG_PARENT_WEIGHT_THRESHOLD, in percent of one slot's committee weight.</summary>
    public ulong ReorgParentWeightThreshold { get; init; } = 160;

    /// <summary>REORG_MAX_EPOCHS_SINCE_FINALIZATION.</summary>
    public ulong ReorgMaxEpochsSinceFinalization { get; init; } = 2;

    /// <summary>
    /// CONFIRMATION_BYZANTINE_THRESHOLD: the share of stake, in percent, that the fast confirmation rule assumes hostile; at most
    /// 25.
    /// </summary>
    public ulong ConfirmationByzantineThreshold { get; init; } = 15;

    /// <summary>N of the hash onion: how many epochs one commitment lasts.</summary>
    public ulong RandaoOnionLayers { get; init; } = 1 << 16;

    /// <summary>Where the deposit contract is called.</summary>
    public Address DepositAddress { get; init; } = Address.Parse("0x4242424242424242424242424242424242424242");

    /// <summary>MIN_DEPOSIT_AMOUNT, in Gwei.</summary>
    public ulong MinDepositGwei { get; init; } = 1_000_000_000;

    /// <summary>Who may validate from the start, in the order of the registry.</summary>
    public IReadOnlyList<GenesisValidator> Validators { get; init; } = [];

    public override string RuleName() => ProofOfStake.Name;

    public override IReadOnlyList<string> NotKept() => [.. base.NotKept(), nameof(Validators)];

    public override GenesisBlock BuildGenesis(GenesisFile genesis) => StakeGenesis.Build(genesis, this);

    public override ConsensusRules CreateRules(ChainSpec spec, SealedHeader genesis) =>
        ProofOfStake.Create(spec, this, genesis, new StakeOptions());
}
