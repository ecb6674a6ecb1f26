using System.Text.Json;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Reads the consensus-specs vectors (their INDEX.md says how) into the same state that the chain uses.</summary>
internal static class SpecVectors
{
    private static readonly string[] Columns =
    [
        "slot", "justification_bits", "previous_justified", "current_justified", "finalized", "effective_balance",
        "activation_eligibility_epoch", "activation_epoch", "exit_epoch", "withdrawable_epoch", "slashed", "balances",
        "previous_participation", "current_participation", "inactivity_scores", "slashings", "next_withdrawal_index",
        "next_withdrawal_validator_index",
    ];

    /// <summary>Opens a group's one file: its cases, and the preset and configuration that they were made with.</summary>
    public static (ProofOfStakeSettings Settings, JsonDocument Document) Open(string group)
    {
        using var stream = VectorFiles.Open(VectorFiles.TheOne(group));
        var document = JsonDocument.Parse(stream);
        return (Settings(document.RootElement.GetProperty("constants")), document);
    }

    public static ProofOfStakeSettings Settings(JsonElement constants)
    {
        ulong Of(string name) => constants.GetProperty(name).GetUInt64();
        var penaltyPpm = 1_000_000 / Of("MIN_SLASHING_PENALTY_QUOTIENT_BELLATRIX");
        return new ProofOfStakeSettings
        {
            SlotDurationMs = Of("SLOT_DURATION_MS"),
            SlotsPerEpoch = Of("SLOTS_PER_EPOCH"),
            AttestationDueBps = Of("ATTESTATION_DUE_BPS"),
            ProposerReorgCutoffBps = Of("PROPOSER_REORG_CUTOFF_BPS"),
            MinSeedLookahead = Of("MIN_SEED_LOOKAHEAD"),
            MaxSeedLookahead = Of("MAX_SEED_LOOKAHEAD"),
            MinEpochsToInactivityPenalty = Of("MIN_EPOCHS_TO_INACTIVITY_PENALTY"),
            EpochsPerHistoricalVector = Of("EPOCHS_PER_HISTORICAL_VECTOR"),
            EpochsPerSlashingsVector = Of("EPOCHS_PER_SLASHINGS_VECTOR"),
            SlotsPerHistoricalRoot = Of("SLOTS_PER_HISTORICAL_ROOT"),
            MinAttestationInclusionDelay = Of("MIN_ATTESTATION_INCLUSION_DELAY"),
            MaxCommitteesPerSlot = Of("MAX_COMMITTEES_PER_SLOT"),
            TargetCommitteeSize = Of("TARGET_COMMITTEE_SIZE"),
            ShuffleRoundCount = Of("SHUFFLE_ROUND_COUNT"),
            BaseRewardFactor = Of("BASE_REWARD_FACTOR"),
            MaxEffectiveBalance = Of("MAX_EFFECTIVE_BALANCE"),
            EffectiveBalanceIncrement = Of("EFFECTIVE_BALANCE_INCREMENT"),
            EjectionBalance = Of("EJECTION_BALANCE"),
            HysteresisQuotient = Of("HYSTERESIS_QUOTIENT"),
            HysteresisDownwardMultiplier = Of("HYSTERESIS_DOWNWARD_MULTIPLIER"),
            HysteresisUpwardMultiplier = Of("HYSTERESIS_UPWARD_MULTIPLIER"),
            MinPerEpochChurnLimit = Of("MIN_PER_EPOCH_CHURN_LIMIT"),
            ChurnLimitQuotient = Of("CHURN_LIMIT_QUOTIENT"),
            MinValidatorWithdrawabilityDelay = Of("MIN_VALIDATOR_WITHDRAWABILITY_DELAY"),
            ShardCommitteePeriod = Of("SHARD_COMMITTEE_PERIOD"),
            InactivityScoreBias = Of("INACTIVITY_SCORE_BIAS"),
            InactivityScoreRecoveryRate = Of("INACTIVITY_SCORE_RECOVERY_RATE"),
            InactivityPenaltyQuotient = Of("INACTIVITY_PENALTY_QUOTIENT_BELLATRIX"),
            DoubleVotePenaltyPpm = penaltyPpm,
            SurroundVotePenaltyPpm = penaltyPpm,
            DoubleProposalPenaltyPpm = penaltyPpm,
            ProportionalSlashingMultiplier = Of("PROPORTIONAL_SLASHING_MULTIPLIER_BELLATRIX"),
            WhistleblowerRewardQuotient = Of("WHISTLEBLOWER_REWARD_QUOTIENT"),
            MaxWithdrawalsPerPayload = Of("MAX_WITHDRAWALS_PER_PAYLOAD"),
            MaxValidatorsPerWithdrawalsSweep = Of("MAX_VALIDATORS_PER_WITHDRAWALS_SWEEP"),
            MaxProposerSlashings = Of("MAX_PROPOSER_SLASHINGS"),
            MaxAttesterSlashings = Of("MAX_ATTESTER_SLASHINGS"),
            MaxVoluntaryExits = Of("MAX_VOLUNTARY_EXITS"),
            ProposerScoreBoost = Of("PROPOSER_SCORE_BOOST"),
            ReorgHeadWeightThreshold = Of("REORG_HEAD_WEIGHT_THRESHOLD"),
            ReorgParentWeightThreshold = Of("REORG_PARENT_WEIGHT_THRESHOLD"),
            ReorgMaxEpochsSinceFinalization = Of("REORG_MAX_EPOCHS_SINCE_FINALIZATION"),
            ConfirmationByzantineThreshold = Of("CONFIRMATION_BYZANTINE_THRESHOLD"),
        };
    }

    /// <summary>
    /// A state from a vector's columns; <paramref name="hasAddress"/> says which validators can be paid out, all where null.
    /// </summary>
    public static StakeState State(ProofOfStakeSettings settings, JsonElement pre, IReadOnlySet<int>? hasAddress = null)
    {
        var state = StakeState.Empty(settings);
        foreach (var column in pre.EnumerateObject()) Set(state, column.Name, column.Value);
        state.Identities = [.. Enumerable.Range(0,
            state.Balances.Length).Select(i => Identity(i, hasAddress?.Contains(i) ?? true))];
        return state;
    }

    /// <summary>Compares every column: what a vector says has changed, and the rest with the state before.</summary>
    public static void AssertChanged(string what, StakeState before, JsonElement changed, StakeState after)
    {
        foreach (var name in Columns)
        {
            var expected = changed.TryGetProperty(name, out var value) ? Normal(name, value) : Get(before, name);
            var got = Get(after, name);
            Assert.True(expected == got, $"{what}: {name}\nexpected {expected}\n     got {got}");
        }

        foreach (var column in changed.EnumerateObject()) Assert.Contains(column.Name, Columns);
    }

    public static Checkpoint Checkpoint(JsonElement json) =>
        new(new Epoch(json.GetProperty("epoch").GetUInt64()), Hash256.Parse(json.GetProperty("root").GetString()!));

    public static Hash256 Hash(JsonElement json) => Hash256.Parse(json.GetString()!);

    public static int[] Indices(JsonElement json) => [.. json.EnumerateArray().Select(item => item.GetInt32())];

    private static void Set(StakeState state, string name, JsonElement value)
    {
        switch (name)
        {
            case "slot": state.Slot = new Slot(value.GetUInt64()); break;
            case "justification_bits": state.JustificationBits = Bits(value); break;
            case "previous_justified": state.PreviousJustified = Checkpoint(value); break;
            case "current_justified": state.CurrentJustified = Checkpoint(value); break;
            case "finalized": state.Finalized = Checkpoint(value); break;
            case "effective_balance": state.EffectiveBalances = Each(value, number => new Gwei(number)); break;
            case "activation_eligibility_epoch":
                state.ActivationEligibilityEpochs = Each(value, number => new Epoch(number));
                break;
            case "activation_epoch": state.ActivationEpochs = Each(value, number => new Epoch(number)); break;
            case "exit_epoch": state.ExitEpochs = Each(value, number => new Epoch(number)); break;
            case "withdrawable_epoch": state.WithdrawableEpochs = Each(value, number => new Epoch(number)); break;
            case "slashed":
                state.Slashed = new bool[state.EffectiveBalances.Length];
                foreach (var index in Indices(value)) state.Slashed[index] = true;
                break;
            case "balances": state.Balances = Each(value, number => new Gwei(number)); break;
            case "previous_participation": state.PreviousParticipation = Each(value, number => (ParticipationFlags)number); break;
            case "current_participation": state.CurrentParticipation = Each(value, number => (ParticipationFlags)number); break;
            case "inactivity_scores": state.InactivityScores = Each(value, number => number); break;
            case "slashings": Each(value, number => new Gwei(number)).CopyTo(state.Slashings, 0); break;
            case "next_withdrawal_index": state.NextWithdrawalIndex = value.GetUInt64(); break;
            case "next_withdrawal_validator_index": state.NextWithdrawalValidatorIndex = value.GetInt32(); break;
            default: throw new InvalidOperationException($"Unknown column '{name}'.");
        }
    }

    private static string Get(StakeState state, string name) => name switch
    {
        "slot" => $"{state.Slot.Number}",
        "justification_bits" => $"{state.JustificationBits}",
        "previous_justified" => $"{state.PreviousJustified.Epoch.Number} {state.PreviousJustified.Root}",
        "current_justified" => $"{state.CurrentJustified.Epoch.Number} {state.CurrentJustified.Root}",
        "finalized" => $"{state.Finalized.Epoch.Number} {state.Finalized.Root}",
        "effective_balance" => string.Join(",", state.EffectiveBalances.Select(gwei => gwei.Amount)),
        "activation_eligibility_epoch" => string.Join(",", state.ActivationEligibilityEpochs.Select(epoch => epoch.Number)),
        "activation_epoch" => string.Join(",", state.ActivationEpochs.Select(epoch => epoch.Number)),
        "exit_epoch" => string.Join(",", state.ExitEpochs.Select(epoch => epoch.Number)),
        "withdrawable_epoch" => string.Join(",", state.WithdrawableEpochs.Select(epoch => epoch.Number)),
        "slashed" => string.Join(",", Enumerable.Range(0, state.Slashed.Length).Where(index => state.Slashed[index])),
        "balances" => string.Join(",", state.Balances.Select(gwei => gwei.Amount)),
        "previous_participation" => string.Join(",", state.PreviousParticipation.Select(flags => (byte)flags)),
        "current_participation" => string.Join(",", state.CurrentParticipation.Select(flags => (byte)flags)),
        "inactivity_scores" => string.Join(",", state.InactivityScores),
        "slashings" => string.Join(",", state.Slashings.Select(gwei => gwei.Amount)),
        "next_withdrawal_index" => $"{state.NextWithdrawalIndex}",
        "next_withdrawal_validator_index" => $"{state.NextWithdrawalValidatorIndex}",
        _ => throw new InvalidOperationException($"Unknown column '{name}'."),
    };

    private static string Normal(string name, JsonElement value) => name switch
    {
        "justification_bits" => $"{Bits(value)}",
        _ when value.ValueKind == JsonValueKind.Array =>
            string.Join(",", value.EnumerateArray().Select(item => item.GetUInt64())),
        _ when value.ValueKind == JsonValueKind.Object => $"{Checkpoint(value).Epoch.Number} {Checkpoint(value).Root}",
        _ => value.GetRawText(),
    };

    private static byte Bits(JsonElement value) => (byte)value.EnumerateArray().Select((bit, i) => bit.GetInt32() << i).Sum();

    private static T[] Each<T>(JsonElement array, Func<ulong, T> make) =>
        [.. array.EnumerateArray().Select(item => make(item.GetUInt64()))];

    /// <summary>A key that is not used, and the address that the vectors give: the index's byte twenty times.</summary>
    private static ValidatorIdentity Identity(int index, bool hasAddress)
    {
        var key = new byte[ValidatorKey.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(key, index);
        return new ValidatorIdentity(
            new ValidatorKey(key),
            hasAddress ? new Address([.. Enumerable.Repeat((byte)index, 20)]) : null,
            RandaoOnion.Begin(Hash256.Zero, Epoch.Genesis, 1));
    }
}
