using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Testnet;

/// <summary>A block as `chain_status` names it.</summary>
public readonly record struct StatusBlock(long Number, Hash256 Hash)
{
    public static StatusBlock Read(Answer answer) => new(answer.Require("number").Count(), answer.Require("hash").Hash());
}

/// <summary>A reorganisation as `chain_status` lists it.</summary>
public readonly record struct StatusReorg(long Depth, StatusBlock Ancestor, StatusBlock From, StatusBlock To)
{
    public static StatusReorg Read(Answer answer) => new(
        answer.Require("depth").Count(),
        StatusBlock.Read(answer.Require("ancestor")),
        StatusBlock.Read(answer.Require("from")),
        StatusBlock.Read(answer.Require("to")));
}

/// <summary>Something that a node warns of.</summary>
public readonly record struct StatusAlert(string Name, string Message);

/// <summary>How far a node has come that fetches blocks.</summary>
public readonly record struct StatusSync(ulong StartingBlock, ulong CurrentBlock, ulong HighestBlock);

/// <summary>What a node says of itself, `chain_status`, as far as a network's status shows it.</summary>
public sealed record NodeStatus
{
    public required StatusBlock Head { get; init; }

    /// <summary>Null where the chain has none.</summary>
    public required StatusBlock? Safe { get; init; }

    /// <summary>Null where the chain has none.</summary>
    public required StatusBlock? Finalized { get; init; }

    public required UInt256 TotalDifficulty { get; init; }

    public required int Peers { get; init; }

    public required IReadOnlyList<StatusReorg> Reorgs { get; init; }

    public required long Pending { get; init; }

    public required long Queued { get; init; }

    public required bool IsMining { get; init; }

    /// <summary>Per second.</summary>
    public required double HashRate { get; init; }

    /// <summary>Null: the node does not fetch blocks.</summary>
    public required StatusSync? Sync { get; init; }

    public required IReadOnlyList<StatusAlert> Alerts { get; init; }

    /// <exception cref="UnexpectedAnswerException">It is no status.</exception>
    public static NodeStatus Read(Answer answer) => new()
    {
        Head = StatusBlock.Read(answer.Require("head")),
        Safe = answer.Field("safe") is { } safe ? StatusBlock.Read(safe) : null,
        Finalized = answer.Field("finalized") is { } finalized ? StatusBlock.Read(finalized) : null,
        TotalDifficulty = answer.Require("totalDifficulty").Quantity(),
        Peers = answer.Require("peers").Items().Count(),
        Reorgs = [.. answer.Require("reorgs").Items().Select(StatusReorg.Read)],
        Pending = answer.Require("pool").Require("pending").Count(),
        Queued = answer.Require("pool").Require("queued").Count(),
        IsMining = answer.Require("mining").Flag(),
        HashRate = answer.Require("hashRate").Fraction(),
        Sync = ReadSync(answer.Require("syncing")),
        Alerts =
        [
            .. answer.Require("alerts").Items().Select(alert =>
                new StatusAlert(alert.Require("name").Text(), alert.Require("message").Text())),
        ],
    };

    private static StatusSync? ReadSync(Answer answer) => !answer.IsObject && !answer.Flag() ? null : new StatusSync(
        answer.Require("startingBlock").Number(),
        answer.Require("currentBlock").Number(),
        answer.Require("highestBlock").Number());
}
