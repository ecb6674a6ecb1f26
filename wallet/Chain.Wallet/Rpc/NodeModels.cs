using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>What has become of a transfer.</summary>
public enum TransferState
{
    /// <summary>The node has never heard of it.</summary>
    Unknown,

    /// <summary>In the pool.</summary>
    Pending,

    /// <summary>In a block of the canonical chain.</summary>
    Mined,

    /// <summary>Its block was reorganised away; it waits in the pool again.</summary>
    Orphaned,

    /// <summary>Another transaction of the sender with the same nonce and a higher fee took its place in the pool.</summary>
    Replaced,

    /// <summary>Another transaction of the sender with the same nonce is in the chain.</summary>
    Conflicting,

    /// <summary>Out of the pool for another reason.</summary>
    Dropped,
}

/// <summary>One step in a transfer's life as the node remembers it.</summary>
public sealed record TransferChange(TransferState State, long AtMs, ulong? BlockNumber, Hash256? BlockHash, Hash256? ReplacedBy,
    string? Reason);

/// <summary>The answer of <c>chain_getTransactionStatus</c>.</summary>
public sealed record TransferStatus(TransferState State, ulong? BlockNumber, Hash256? BlockHash, Hash256? ReplacedBy,
    string? Reason, IReadOnlyList<TransferChange> History)
{
    public static readonly TransferStatus Unknown = new(TransferState.Unknown, null, null, null, null, []);
}

/// <summary>How far a mined transfer can be trusted.</summary>
/// <param name="Safe">Whether the node's `safe` block has it.</param>
public sealed record Confidence(int Confirmations, bool Safe, bool Finalized)
{
    /// <summary>What the chain's rule says of it, in words; null where the node does not tell.</summary>
    public string? Level { get; init; }

    /// <summary>Null where chance does not decide, or the node does not tell.</summary>
    public UndoChance? UndoChance { get; init; }

    /// <summary>
    /// The share of the stake that votes for the block or its descendants; null where votes do not decide, or are not known any
    /// more.
    /// </summary>
    public double? StakeShare { get; init; }
}

/// <summary>How likely somebody with a share of the hash power undoes a block (`chain_getConfidence`).</summary>
/// <param name="AttackerShare">From 0 to 1.</param>
/// <param name="Probability">From 0 to 1.</param>
public sealed record UndoChance(double AttackerShare, double Probability);

/// <summary>One transfer in the history of an address.</summary>
public sealed record HistoryItem(Hash256 Hash, ulong BlockNumber, Hash256 BlockHash, ulong Timestamp, Address From, Address? To,
    UInt256 Value, UInt256 Fee, bool Succeeded, ulong Nonce);

/// <summary>A page of an address's history, newest first; the cursor of the next one, if there is one.</summary>
public sealed record HistoryPage(IReadOnlyList<HistoryItem> Items, string? Next);
