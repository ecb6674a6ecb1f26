using Chain.Primitives;

namespace Chain.Transfers;

/// <summary>What a transfer was signed for.</summary>
public enum TransferPurpose
{
    Send,
    Faucet,
    SpeedUp,
    Cancel,
    Deposit,
}

/// <summary>What is known of a signed transfer.</summary>
public enum TransferFate
{
    /// <summary>Signed and written down. Nothing else is known: the program ended before it learned more.</summary>
    Signed,

    /// <summary>A node has it in its pool, or had when it was last asked.</summary>
    Accepted,

    /// <summary>In a block of the canonical chain when a node was last asked.</summary>
    Mined,

    /// <summary>
    /// It may have been accepted: the node gave no usable answer, and did not know the transfer when asked for it.
    /// </summary>
    Unclear,

    /// <summary>The node refused it and did not know it afterwards, or it never left the program.</summary>
    Refused,

    /// <summary>The chain has another transaction with its nonce, so it can never be mined there.</summary>
    NonceUsed,

    /// <summary>The account's owner replaced it by another with the same nonce.</summary>
    Replaced,
}

/// <summary>A signed transfer as the book has it.</summary>
/// <param name="Transaction">The signed bytes.</param>
/// <param name="From">Who signed.</param>
/// <param name="ChainId">For which chain.</param>
/// <param name="Genesis">The hash of that chain's genesis block; null where the node did not say it.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="SignedAt">When.</param>
/// <param name="Replaces">The waiting transfer whose place it takes.</param>
/// <param name="Node">The node it was first handed to: scheme, host and port.</param>
public sealed record SignedTransfer(Transaction Transaction, Address From, ulong ChainId, Hash256? Genesis,
    TransferPurpose Purpose, DateTimeOffset SignedAt, Hash256? Replaces, string Node)
{
    /// <summary>What is known of it.</summary>
    public TransferFate Fate { get; init; }

    /// <summary>In words, what the fate was taken from. Parts of it are a node's.</summary>
    public string? Detail { get; init; }

    /// <summary>
    /// Whether the command that signed it ended knowing what became of it, whatever was found out later; null: it was ended
    /// before it could write that down, or is still at it.
    /// </summary>
    public bool? EndedKnowing { get; init; }

    public Hash256 Hash => Transaction.Hash;

    public ulong Nonce => Transaction.Nonce;

    /// <summary>Whether it may still be mined, as far as the book knows.</summary>
    public bool IsOpen => Fate is TransferFate.Signed or TransferFate.Accepted or TransferFate.Unclear;

    /// <summary>Whether a node has it, as far as the book knows: in its pool, or in a block.</summary>
    public bool HasArrived => Fate is TransferFate.Accepted or TransferFate.Mined;

    /// <summary>Whether it is of the same chain. A genesis hash that is not known fits any.</summary>
    public bool IsOf(ChainIdentity chain) => ChainId == chain.ChainId
        && (Genesis is null || chain.Genesis is null || Genesis == chain.Genesis);

    /// <summary>The most that it can take from the account, in wei: its value and its highest fee.</summary>
    public UInt256 MaximumCost => TransferCost.Of(Transaction.Value, Transaction.MaxFeePerGas, Transaction.GasLimit);
}

/// <summary>Which chain: its id, and its genesis block's hash where that is known.</summary>
public readonly record struct ChainIdentity(ulong ChainId, Hash256? Genesis);
