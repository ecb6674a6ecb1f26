using System.Text.Json;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Rules.Stake;

/// <summary>
/// The objects of proof of stake. Slots, epochs, indices, shares and Gwei are plain numbers; an epoch that may never come is
/// null.
/// </summary>
internal static class StakeJson
{
    public static void WriteValidator(Utf8JsonWriter json, ValidatorView item, KeySilence? silence, Epoch now, ulong layers)
    {
        var validator = item.Validator;
        Span<byte> key = stackalloc byte[33];
        Secp256k1.Compress(validator.Identity.Key.Bytes, key);
        json.WriteStartObject();
        json.WriteNumber("index"u8, validator.Index);
        json.WriteHex("publicKey"u8, key);
        json.WriteHex("withdrawalAddress"u8, validator.Identity.WithdrawalAddress);
        json.WriteNumber("balanceGwei"u8, validator.Balance.Amount);
        json.WriteNumber("effectiveBalanceGwei"u8, validator.EffectiveBalance.Amount);
        json.WriteString("status"u8, item.StatusAt(now));
        json.WriteBoolean("slashed"u8, validator.Slashed);
        WriteEpoch(json, "activationEligibilityEpoch"u8, validator.ActivationEligibilityEpoch);
        WriteEpoch(json, "activationEpoch"u8, validator.ActivationEpoch);
        WriteEpoch(json, "exitEpoch"u8, validator.ExitEpoch);
        WriteEpoch(json, "withdrawableEpoch"u8, validator.WithdrawableEpoch);
        json.WriteNumber("inactivityScore"u8, item.InactivityScore);
        json.WriteStartObject("previousEpoch"u8);
        json.WriteBoolean("source"u8, item.PreviousEpoch.HasFlag(ParticipationFlags.TimelySource));
        json.WriteBoolean("target"u8, item.PreviousEpoch.HasFlag(ParticipationFlags.TimelyTarget));
        json.WriteBoolean("head"u8, item.PreviousEpoch.HasFlag(ParticipationFlags.TimelyHead));
        json.WriteEndObject();
        json.WriteBoolean("local"u8, item.IsLocal);
        json.WriteString("silent"u8, silence?.Message);
        WriteOnion(json, validator.Identity.Onion.AsOf(now, layers), layers);
        json.WriteEndObject();
    }

    /// <summary>The fields that tell where the chain stands, into an open object.</summary>
    public static void WriteProgress(Utf8JsonWriter json, StakeView stake, IChainReader reader)
    {
        json.WriteNumber("slot"u8, stake.Slot.Number);
        json.WriteNumber("epoch"u8, stake.Epoch.Number);
        json.WriteNumber("slotsPerEpoch"u8, stake.Settings.SlotsPerEpoch);
        json.WriteNumber("slotDurationMs"u8, stake.Settings.SlotDurationMs);
        if (stake.Proposer is { } proposer) json.WriteNumber("proposer"u8, proposer);
        else json.WriteNull("proposer"u8);
        WriteCheckpoint(json, "justified"u8, stake.Justified, reader);
        WriteCheckpoint(json, "finalized"u8, stake.Finalized, reader);
        json.WriteNumber("finalityDelay"u8, stake.FinalityDelay());
        json.WriteStartObject("participation"u8);
        json.WriteNumber("previousEpoch"u8, stake.PreviousParticipation());
        json.WriteNumber("currentEpoch"u8, stake.CurrentParticipation());
        json.WriteEndObject();
        json.WriteBoolean("leaking"u8, stake.IsLeaking);
        json.WriteNumber("totalActiveGwei"u8, stake.TotalActive.Amount);
    }

    /// <summary>What a deposit must be like.</summary>
    public static void WriteDepositRules(Utf8JsonWriter json, ProofOfStakeSettings settings)
    {
        json.WriteStartObject("deposits"u8);
        json.WriteHex("address"u8, settings.DepositAddress);
        json.WriteNumber("minGwei"u8, settings.MinDepositGwei);
        json.WriteNumber("activeFromGwei"u8, settings.MaxEffectiveBalance);
        json.WriteNumber("randaoOnionLayers"u8, settings.RandaoOnionLayers);
        json.WriteNumber("commitmentDelayEpochs"u8, 2 + settings.MaxSeedLookahead);
        json.WriteEndObject();
    }

    /// <summary>The stake at a glance, for chain_status.</summary>
    public static void WriteSummary(Utf8JsonWriter json, StakeView stake, IChainReader reader)
    {
        json.WriteStartObject("stake"u8);
        WriteProgress(json, stake, reader);
        json.WriteStartObject("validators"u8);
        json.WriteNumber("total"u8, stake.Validators.Count);
        json.WriteNumber("active"u8, stake.Validators.Count(item => item.Validator.IsActive(stake.Epoch)));
        json.WriteNumber("local"u8, stake.Validators.Count(item => item.IsLocal));
        json.WriteNumber("localBalanceGwei"u8,
            stake.Validators.Where(item => item.IsLocal).Aggregate(0UL, (sum, item) => sum + item.Validator.Balance.Amount));
        json.WriteEndObject();
        json.WriteStartArray("slashed"u8);
        foreach (var validator in stake.Slashed()) json.WriteNumberValue(validator);
        json.WriteEndArray();
        json.WriteStartArray("silent"u8);
        foreach (var silent in stake.Silent) json.WriteNumberValue(silent.Index);
        json.WriteEndArray();
        json.WriteNumber("waitingEvidence"u8, stake.WaitingEvidence);
        json.WriteString("halted"u8, stake.Halted);
        json.WriteEndObject();
    }

    /// <summary>What a block says to the stake, into an open object.</summary>
    /// <param name="votersOf">Who cast votes, in committee order; null where that is not known.</param>
    public static void WriteBody(Utf8JsonWriter json, ConsensusSidecar sidecar, Func<Attestation, IReadOnlyList<int>?> votersOf)
    {
        var body = sidecar.Body;
        json.WriteNumber("slot"u8, body.Slot.Number);
        json.WriteNumber("proposer"u8, body.ProposerIndex);
        json.WriteStartArray("attestations"u8);
        foreach (var attestation in body.Attestations)
        {
            json.WriteStartObject();
            WriteData(json, attestation.Data);
            json.WriteHex("aggregationBits"u8, attestation.AggregationBits.ToBytes());
            json.WriteNumber("committeeSize"u8, attestation.AggregationBits.Length);
            json.WriteNumber("votes"u8, attestation.Signatures.Count);
            WriteVoters(json, votersOf(attestation));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("proposerSlashings"u8);
        foreach (var slashing in body.ProposerSlashings)
        {
            json.WriteStartObject();
            json.WriteNumber("validator"u8, slashing.Proposal1.ProposerIndex);
            json.WriteNumber("slot"u8, slashing.Proposal1.Slot.Number);
            json.WriteHex("block1"u8, slashing.Proposal1.BlockHash);
            json.WriteHex("block2"u8, slashing.Proposal2.BlockHash);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("attesterSlashings"u8);
        foreach (var slashing in body.AttesterSlashings)
        {
            json.WriteStartObject();
            json.WriteStartArray("validators"u8);
            foreach (var validator in slashing.CommonIndices()) json.WriteNumberValue(validator);
            json.WriteEndArray();
            WriteVote(json, "vote1"u8, slashing.Attestation1.Data);
            WriteVote(json, "vote2"u8, slashing.Attestation2.Data);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("voluntaryExits"u8);
        foreach (var exit in body.VoluntaryExits)
        {
            json.WriteStartObject();
            json.WriteNumber("validator"u8, exit.ValidatorIndex);
            json.WriteNumber("epoch"u8, exit.Epoch.Number);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What the rule tells of itself, as subscribers get it.</summary>
    public static void WriteEvent(Utf8JsonWriter json, ConsensusEvent happened)
    {
        json.WriteStartObject();
        switch (happened)
        {
            case StakeEvent.Justified e:
                json.WriteString("kind"u8, "justified"u8);
                json.WriteNumber("epoch"u8, e.Checkpoint.Epoch.Number);
                json.WriteHex("blockHash"u8, e.Checkpoint.Root);
                break;
            case StakeEvent.Finalized e:
                json.WriteString("kind"u8, "finalized"u8);
                json.WriteNumber("epoch"u8, e.Checkpoint.Epoch.Number);
                json.WriteQuantity("blockNumber"u8, e.Number);
                json.WriteHex("blockHash"u8, e.Checkpoint.Root);
                break;
            case StakeEvent.OffenceFound e:
                json.WriteString("kind"u8, "offence"u8);
                json.WriteNumber("validator"u8, e.Validator);
                json.WriteBoolean("foundHere"u8, e.FoundHere);
                break;
            case StakeEvent.Slashed e:
                json.WriteString("kind"u8, "slashed"u8);
                json.WriteNumber("validator"u8, e.Validator);
                json.WriteNumber("slot"u8, e.Slot.Number);
                break;
            case StakeEvent.Proposed e:
                json.WriteString("kind"u8, "proposed"u8);
                json.WriteNumber("validator"u8, e.Validator);
                json.WriteNumber("slot"u8, e.Slot.Number);
                json.WriteQuantity("blockNumber"u8, e.Number);
                json.WriteHex("blockHash"u8, e.Hash);
                break;
            case StakeEvent.SigningRefused:
                json.WriteString("kind"u8, "signingRefused"u8);
                break;
            case StakeEvent.KeysSilenced e:
                json.WriteString("kind"u8, "keysSilenced"u8);
                WriteKeys(json, e.Keys);
                break;
            case StakeEvent.KeyBegins e:
                json.WriteString("kind"u8, "keyBegins"u8);
                WriteKeys(json, [e.Key]);
                break;
            case StakeEvent.DutySkipped e:
                json.WriteString("kind"u8, "dutySkipped"u8);
                json.WriteNumber("slot"u8, e.Slot.Number);
                break;
            case StakeEvent.ConflictProven:
                json.WriteString("kind"u8, "finalityConflict"u8);
                break;
            default:
                json.WriteString("kind"u8, "other"u8);
                break;
        }

        json.WriteString("message"u8, happened.Message);
        json.WriteEndObject();
    }

    private static void WriteKeys(Utf8JsonWriter json, IReadOnlyList<ValidatorKey> keys)
    {
        Span<byte> compressed = stackalloc byte[33];
        json.WriteStartArray("publicKeys"u8);
        foreach (var key in keys)
        {
            Secp256k1.Compress(key.Bytes, compressed);
            json.WriteStringValue(Hex.Encode(compressed));
        }

        json.WriteEndArray();
    }

    private static void WriteVoters(Utf8JsonWriter json, IReadOnlyList<int>? voters)
    {
        if (voters is null)
        {
            json.WriteNull("validators"u8);
            return;
        }

        json.WriteStartArray("validators"u8);
        foreach (var voter in voters) json.WriteNumberValue(voter);
        json.WriteEndArray();
    }

    private static void WriteOnion(Utf8JsonWriter json, RandaoOnion onion, ulong layers)
    {
        json.WriteStartObject("randao"u8);
        json.WriteHex("commitment"u8, onion.Commitment);
        json.WriteNumber("firstEpoch"u8, onion.LastEpoch.Number - layers);
        json.WriteNumber("lastEpoch"u8, onion.LastEpoch.Number);
        if (onion.NextCommitment is { } next)
        {
            json.WriteHex("nextCommitment"u8, next);
            json.WriteNumber("nextFirstEpoch"u8, onion.NextFirstEpoch.Number);
        }
        else
        {
            json.WriteNull("nextCommitment"u8);
            json.WriteNull("nextFirstEpoch"u8);
        }

        json.WriteNumber("endsBefore"u8, onion.EndsBefore(layers).Number);
        json.WriteEndObject();
    }

    private static void WriteVote(Utf8JsonWriter json, ReadOnlySpan<byte> name, AttestationData data)
    {
        json.WriteStartObject(name);
        WriteData(json, data);
        json.WriteEndObject();
    }

    private static void WriteData(Utf8JsonWriter json, AttestationData data)
    {
        json.WriteNumber("slot"u8, data.Slot.Number);
        json.WriteNumber("committee"u8, data.Index);
        json.WriteHex("blockHash"u8, data.BeaconBlockRoot);
        WriteCheckpoint(json, "source"u8, data.Source, reader: null);
        WriteCheckpoint(json, "target"u8, data.Target, reader: null);
    }

    /// <param name="reader">Where the block's number comes from; null leaves it out. The stubs of genesis name no block.</param>
    private static void WriteCheckpoint(Utf8JsonWriter json, ReadOnlySpan<byte> name, Checkpoint checkpoint, IChainReader? reader)
    {
        json.WriteStartObject(name);
        json.WriteNumber("epoch"u8, checkpoint.Epoch.Number);
        json.WriteHex("blockHash"u8, checkpoint.Root);
        if (reader is not null) json.WriteQuantity("number"u8, reader.GetHeader(checkpoint.Root)?.Number ?? 0);
        json.WriteEndObject();
    }

    private static void WriteEpoch(Utf8JsonWriter json, ReadOnlySpan<byte> name, Epoch epoch)
    {
        if (epoch == Epoch.FarFuture) json.WriteNull(name);
        else json.WriteNumber(name, epoch.Number);
    }
}
