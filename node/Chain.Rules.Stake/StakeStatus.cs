using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>A checkpoint as `chain_status` names it.</summary>
internal readonly record struct StatusCheckpoint(long Epoch, Hash256 BlockHash, long Number)
{
    public static StatusCheckpoint Read(Answer answer) =>
        new(answer.Require("epoch").Count(), answer.Require("blockHash").Hash(), answer.Require("number").Count());

    public JsonObject ToJson() => new() { ["epoch"] = Epoch, ["blockHash"] = BlockHash.ToString(), ["number"] = Number };
}

/// <summary>Where a chain of stake is, as `chain_status` tells it. Balances are in gwei.</summary>
internal sealed record StakeStatus : RuleStatus
{
    public required long Slot { get; init; }

    public required long Epoch { get; init; }

    public required long SlotsPerEpoch { get; init; }

    public required long SlotDurationMs { get; init; }

    /// <summary>Null: no validator is left to propose.</summary>
    public required int? Proposer { get; init; }

    public required StatusCheckpoint Justified { get; init; }

    public required StatusCheckpoint Finalized { get; init; }

    /// <summary>In epochs.</summary>
    public required long FinalityDelay { get; init; }

    /// <summary>The share of the stake that voted in the epoch before, 0 to 1.</summary>
    public required double PreviousParticipation { get; init; }

    public required double CurrentParticipation { get; init; }

    public required bool IsLeaking { get; init; }

    public required long TotalActiveGwei { get; init; }

    public required long Validators { get; init; }

    public required long ActiveValidators { get; init; }

    public required long LocalValidators { get; init; }

    public required long LocalBalanceGwei { get; init; }

    public required IReadOnlyList<int> Slashed { get; init; }

    /// <summary>Local validators that sign nothing.</summary>
    public required IReadOnlyList<int> Silent { get; init; }

    public required long WaitingEvidence { get; init; }

    /// <summary>Why the chain has stopped; null: it has not.</summary>
    public required string? Halted { get; init; }

    public static StakeStatus Read(Answer answer)
    {
        var validators = answer.Require("validators");
        var participation = answer.Require("participation");
        return new StakeStatus
        {
            Slot = answer.Require("slot").Count(),
            Epoch = answer.Require("epoch").Count(),
            SlotsPerEpoch = answer.Require("slotsPerEpoch").Count(),
            SlotDurationMs = answer.Require("slotDurationMs").Count(),
            Proposer = answer.Field("proposer") is { } proposer ? ReadIndex(proposer) : null,
            Justified = StatusCheckpoint.Read(answer.Require("justified")),
            Finalized = StatusCheckpoint.Read(answer.Require("finalized")),
            FinalityDelay = answer.Require("finalityDelay").Count(),
            PreviousParticipation = participation.Require("previousEpoch").Fraction(),
            CurrentParticipation = participation.Require("currentEpoch").Fraction(),
            IsLeaking = answer.Require("leaking").Flag(),
            TotalActiveGwei = answer.Require("totalActiveGwei").Count(),
            Validators = validators.Require("total").Count(),
            ActiveValidators = validators.Require("active").Count(),
            LocalValidators = validators.Require("local").Count(),
            LocalBalanceGwei = validators.Require("localBalanceGwei").Count(),
            Slashed = [.. answer.Require("slashed").Items().Select(ReadIndex)],
            Silent = [.. answer.Require("silent").Items().Select(ReadIndex)],
            WaitingEvidence = answer.Require("waitingEvidence").Count(),
            Halted = answer.Field("halted")?.Text(),
        };
    }

    public override void WriteTo(JsonObject entry) => entry["stake"] = new JsonObject
    {
        ["slot"] = Slot,
        ["epoch"] = Epoch,
        ["slotsPerEpoch"] = SlotsPerEpoch,
        ["slotDurationMs"] = SlotDurationMs,
        ["proposer"] = Proposer,
        ["justified"] = Justified.ToJson(),
        ["finalized"] = Finalized.ToJson(),
        ["finalityDelay"] = FinalityDelay,
        ["participation"] = new JsonObject { ["previousEpoch"] = PreviousParticipation, ["currentEpoch"] = CurrentParticipation },
        ["leaking"] = IsLeaking,
        ["totalActiveGwei"] = TotalActiveGwei,
        ["validators"] = new JsonObject
        {
            ["total"] = Validators,
            ["active"] = ActiveValidators,
            ["local"] = LocalValidators,
            ["localBalanceGwei"] = LocalBalanceGwei,
        },
        ["slashed"] = new JsonArray([.. Slashed.Select(index => (JsonNode)index)]),
        ["silent"] = new JsonArray([.. Silent.Select(index => (JsonNode)index)]),
        ["waitingEvidence"] = WaitingEvidence,
        ["halted"] = Halted,
    };

    private static int ReadIndex(Answer answer) =>
        answer.Count() is <= int.MaxValue and var index ? (int)index : throw answer.Malformed("a validator's index");
}
