using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Reads the settings of proof of stake. The bounds keep every sum and product of the rules within 64 bits, every divisor above
/// zero, and everything in the history vectors that a rule still reads.
/// </summary>
public sealed class ProofOfStakeReader : ConsensusSettingsReader
{
    private const ulong MaxEpochs = 1 << 20;

    /// <summary>How many increments an effective balance has at most.</summary>
    private const ulong MaxIncrements = 2048;

    public override string Name => ProofOfStake.Name;

    public override UInt256 DefaultDifficulty => UInt256.Zero;

    /// <exception cref="GenesisException">A setting out of its range, or validators with which no chain can start.</exception>
    public override ConsensusSettings Read(GenesisSection chain)
    {
        var settings = WithRewardsAndPenalties(chain, WithBalances(chain, WithTime(chain, new ProofOfStakeSettings())));
        settings = WithForkChoice(chain, WithLimits(chain, settings));
        settings = settings with
        {
            DepositAddress = chain.Parsed("depositAddress", Address.Parse, settings.DepositAddress),
            MinDepositGwei = chain.Word("minDepositGwei", settings.MinDepositGwei, 1, settings.MaxEffectiveBalance,
                "`maxEffectiveBalance`, in Gwei"),
        };
        if (settings.DepositAddress == Address.Zero)
            throw new GenesisException("`config.chain.depositAddress` is the zero address, to which transfers are sent by "
                + "mistake; choose another.");
        return settings with { Validators = GenesisValidatorsJson.Parse(chain, settings) };
    }

    // Its block holds no work, and whatever the file says of difficulty is refused where the block is built.
    public override void Check(GenesisFile genesis)
    {
    }

    private static ProofOfStakeSettings WithTime(GenesisSection chain, ProofOfStakeSettings defaults)
    {
        var slotsPerEpoch = chain.Word("slotsPerEpoch", defaults.SlotsPerEpoch, 2, 4096,
            "because an epoch of one slot ends before its own block can be voted for");
        var minSeedLookahead =
            chain.Word("minSeedLookahead", defaults.MinSeedLookahead, 1, 256, "because committees are settled one epoch ahead");
        var maxSeedLookahead = chain.Word("maxSeedLookahead", Math.Max(defaults.MaxSeedLookahead, minSeedLookahead),
            minSeedLookahead, MaxEpochs, "beginning at `minSeedLookahead`");
        var historicalVector = minSeedLookahead + 4;
        var historicalRoots = 2 * slotsPerEpoch;
        return defaults with
        {
            SlotDurationMs = chain.Word("slotDurationMs", defaults.SlotDurationMs, 100, 86_400_000, "in milliseconds"),
            SlotsPerEpoch = slotsPerEpoch,
            AttestationDueBps =
                chain.Word("attestationDueBps", defaults.AttestationDueBps, 1, 9999, "in basis points of the slot"),
            ProposerReorgCutoffBps =
                chain.Word("proposerReorgCutoffBps", defaults.ProposerReorgCutoffBps, 0, 10_000, "in basis points of the slot"),
            MinSeedLookahead = minSeedLookahead,
            MaxSeedLookahead = maxSeedLookahead,
            MinEpochsToInactivityPenalty =
                chain.Word("minEpochsToInactivityPenalty", defaults.MinEpochsToInactivityPenalty, 1, MaxEpochs),
            EpochsPerHistoricalVector = chain.Word(
                "epochsPerHistoricalVector", Math.Max(defaults.EpochsPerHistoricalVector, historicalVector), historicalVector,
                65_536, "so that the mixes of all committees asked for are kept (`minSeedLookahead` + 4)"),
            EpochsPerSlashingsVector = chain.Word("epochsPerSlashingsVector", defaults.EpochsPerSlashingsVector, 2, 65_536,
                "because the correlation penalty falls in its middle"),
            SlotsPerHistoricalRoot = chain.Word(
                "slotsPerHistoricalRoot", Math.Max(defaults.SlotsPerHistoricalRoot, historicalRoots), historicalRoots, 65_536,
                "because votes of two epochs are checked against it (2 * `slotsPerEpoch`)"),
            MinAttestationInclusionDelay = chain.Word("minAttestationInclusionDelay", defaults.MinAttestationInclusionDelay, 1,
                slotsPerEpoch, "`slotsPerEpoch`"),
            MinValidatorWithdrawabilityDelay =
                chain.Word("minValidatorWithdrawabilityDelay", defaults.MinValidatorWithdrawabilityDelay, 1, MaxEpochs),
            ShardCommitteePeriod = chain.Word("shardCommitteePeriod", defaults.ShardCommitteePeriod, 0, MaxEpochs),
            RandaoOnionLayers = chain.Word(
                "randaoOnionLayers", Math.Max(defaults.RandaoOnionLayers, maxSeedLookahead + 3), maxSeedLookahead + 3, 1 << 24,
                "because a new commitment must have time to follow (`maxSeedLookahead` + 3)"),
        };
    }

    private static ProofOfStakeSettings WithBalances(GenesisSection chain, ProofOfStakeSettings defaults)
    {
        var increment = chain.Word("effectiveBalanceIncrement", defaults.EffectiveBalanceIncrement, 1, 1UL << 48, "in Gwei");
        var maximum = chain.Word("maxEffectiveBalance", defaults.MaxEffectiveBalance, 1, 1UL << 48, "in Gwei");
        if (maximum % increment != 0 || maximum / increment is 0 or > MaxIncrements)
        {
            throw new GenesisException($"`config.chain.maxEffectiveBalance` is {maximum} Gwei; it must be from 1 to "
                + $"{MaxIncrements} whole `effectiveBalanceIncrement`s, which are {increment} Gwei each.");
        }

        return defaults with
        {
            EffectiveBalanceIncrement = increment,
            MaxEffectiveBalance = maximum,
            EjectionBalance = chain.Word("ejectionBalance", Math.Min(defaults.EjectionBalance, maximum / 2), 0, maximum - 1,
                "below `maxEffectiveBalance`, or everybody is ejected"),
            HysteresisQuotient = chain.Word("hysteresisQuotient", defaults.HysteresisQuotient, 1, 1024),
            HysteresisDownwardMultiplier =
                chain.Word("hysteresisDownwardMultiplier", defaults.HysteresisDownwardMultiplier, 0, 1024),
            HysteresisUpwardMultiplier = chain.Word("hysteresisUpwardMultiplier", defaults.HysteresisUpwardMultiplier, 0, 1024),
        };
    }

    private static ProofOfStakeSettings WithRewardsAndPenalties(GenesisSection chain, ProofOfStakeSettings defaults)
    {
        const string ppm = "in millionths of the effective balance";
        var doubleVote = chain.Word("doubleVotePenaltyPpm", defaults.DoubleVotePenaltyPpm, 10_000, 50_000, ppm);
        var surroundVote = chain.Word("surroundVotePenaltyPpm", defaults.SurroundVotePenaltyPpm, 10_000, 30_000, ppm);
        var doubleProposal = chain.Word("doubleProposalPenaltyPpm", defaults.DoubleProposalPenaltyPpm, 20_000, 50_000, ppm);
        var leastPenalty = Math.Min(doubleVote, Math.Min(surroundVote, doubleProposal));
        var leastQuotient = (1_000_000 + leastPenalty - 1) / leastPenalty;
        return defaults with
        {
            BaseRewardFactor = chain.Word("baseRewardFactor", defaults.BaseRewardFactor, 0, 4096),
            InactivityScoreBias = chain.Word("inactivityScoreBias", defaults.InactivityScoreBias, 1, 1024),
            InactivityScoreRecoveryRate =
                chain.Word("inactivityScoreRecoveryRate", defaults.InactivityScoreRecoveryRate, 0, 1 << 20),
            InactivityPenaltyQuotient = chain.Word("inactivityPenaltyQuotient", defaults.InactivityPenaltyQuotient, 1, 1UL << 32),
            DoubleVotePenaltyPpm = doubleVote,
            SurroundVotePenaltyPpm = surroundVote,
            DoubleProposalPenaltyPpm = doubleProposal,
            ProportionalSlashingMultiplier =
                chain.Word("proportionalSlashingMultiplier", defaults.ProportionalSlashingMultiplier, 0, 8),
            WhistleblowerRewardQuotient = chain.Word(
                "whistleblowerRewardQuotient", defaults.WhistleblowerRewardQuotient, leastQuotient, 1UL << 32,
                "so that nobody gains by reporting itself (the reward is at most the least initial penalty)"),
        };
    }

    private static ProofOfStakeSettings WithLimits(GenesisSection chain, ProofOfStakeSettings defaults) => defaults with
    {
        MaxCommitteesPerSlot = chain.Word("maxCommitteesPerSlot", defaults.MaxCommitteesPerSlot, 1, 64),
        TargetCommitteeSize = chain.Word("targetCommitteeSize", defaults.TargetCommitteeSize, 1, 1 << 20),
        ShuffleRoundCount =
            chain.Word("shuffleRoundCount", defaults.ShuffleRoundCount, 1, 255, "because a round is counted in one byte"),
        MinPerEpochChurnLimit = chain.Word("minPerEpochChurnLimit", defaults.MinPerEpochChurnLimit, 1, 1 << 20),
        ChurnLimitQuotient = chain.Word("churnLimitQuotient", defaults.ChurnLimitQuotient, 1, 1 << 20),
        MaxWithdrawalsPerPayload = chain.Word("maxWithdrawalsPerPayload", defaults.MaxWithdrawalsPerPayload, 1, 1024),
        MaxValidatorsPerWithdrawalsSweep =
            chain.Word("maxValidatorsPerWithdrawalsSweep", defaults.MaxValidatorsPerWithdrawalsSweep, 1, 1 << 20),
        MaxProposerSlashings = chain.Word("maxProposerSlashings", defaults.MaxProposerSlashings, 1, 128),
        MaxAttesterSlashings = chain.Word("maxAttesterSlashings", defaults.MaxAttesterSlashings, 1, 128),
        MaxVoluntaryExits = chain.Word("maxVoluntaryExits", defaults.MaxVoluntaryExits, 1, 128),
    };

    private static ProofOfStakeSettings WithForkChoice(GenesisSection chain, ProofOfStakeSettings defaults) => defaults with
    {
        ProposerScoreBoost = chain.Word("proposerScoreBoost", defaults.ProposerScoreBoost, 0, 100, "in percent"),
        ReorgHeadWeightThreshold =
            chain.Word("reorgHeadWeightThreshold", defaults.ReorgHeadWeightThreshold, 0, 100, "in percent"),
        ReorgParentWeightThreshold =
            chain.Word("reorgParentWeightThreshold", defaults.ReorgParentWeightThreshold, 0, 1000, "in percent"),
        ReorgMaxEpochsSinceFinalization =
            chain.Word("reorgMaxEpochsSinceFinalization", defaults.ReorgMaxEpochsSinceFinalization, 0, MaxEpochs),
        ConfirmationByzantineThreshold =
            chain.Word("confirmationByzantineThreshold", defaults.ConfirmationByzantineThreshold, 0, 25, "in percent"),
    };
}
