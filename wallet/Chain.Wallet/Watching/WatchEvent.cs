using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>How the following of a transfer ended.</summary>
public enum WatchOutcome
{
    /// <summary>It reached the goal.</summary>
    Settled,

    /// <summary>It reached the goal, but its execution failed: the fee is paid, the value is not moved.</summary>
    Failed,

    /// <summary>Another transaction took its place in the pool.</summary>
    Replaced,

    /// <summary>Another transaction with its nonce is in the chain.</summary>
    Conflicting,

    /// <summary>The node gave it up.</summary>
    Dropped,
}

/// <summary>Something that happened to a transfer that is followed.</summary>
/// <param name="Kind">
/// For machines: unknown, pending, mined, orphaned, confirmations, safe and finalized (under proof of stake), replaced,
/// conflicting, dropped, settled, failed, unreachable, reachable.
/// </param>
/// <param name="Text">For people.</param>
public sealed record WatchEvent(string Kind, string Text)
{
    /// <summary>When the node saw it; null: just now.</summary>
    public long? AtMs { get; init; }

    public ulong? BlockNumber { get; init; }

    public Hash256? BlockHash { get; init; }

    public Confidence? Confidence { get; init; }

    public Hash256? ReplacedBy { get; init; }

    public string? Reason { get; init; }

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["kind"] = Kind, ["text"] = Text };
        if (AtMs is { } at) json["atMs"] = at;
        if (BlockNumber is { } number) json["blockNumber"] = number;
        if (BlockHash is { } hash) json["blockHash"] = hash.ToString();
        if (ReplacedBy is { } by) json["replacedBy"] = by.ToString();
        if (Reason is not null) json["reason"] = Reason;
        if (Confidence is { } confidence)
        {
            json["confirmations"] = confidence.Confirmations;
            if (confidence.Level is { } level) json["level"] = level;
            if (confidence.StakeShare is { } share) json["stakeShare"] = share;
            if (confidence.UndoChance is { } chance)
            {
                json["attackerShare"] = chance.AttackerShare;
                json["catchUpProbability"] = chance.Probability;
            }

            json["safe"] = confidence.Safe;
            json["finalized"] = confidence.Finalized;
        }

        return json;
    }
}
