using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>A planned transfer on its way through the last questions to the node.</summary>
/// <param name="Planned">What was planned.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Cap">The most that the fee may become.</param>
internal sealed record TransferOrder(PlannedTransfer Planned, TransferPurpose Purpose, FeeCap Cap)
{
    public TransferPlan Plan => Planned.Plan;

    public AccountTransfers Account => Planned.Account;

    /// <summary>What to ask before it is signed; null: this command asks nothing.</summary>
    public string? Question { get; init; }

    /// <summary>Whether the nonce is not the wallet's to choose: the user gave it, or it is the replaced transfer's.</summary>
    public bool HasFixedNonce { get; init; }

    /// <summary>Whether the value is whatever the account has.</summary>
    public bool TakesAll { get; init; }

    /// <summary>The waiting transfer whose place it takes.</summary>
    public Hash256? Replaces { get; init; }

    /// <summary>What else is out of the ordinary about it; null: nothing.</summary>
    public TransferDoubt? Doubt { get; init; }

    /// <summary>Whether the user wants it although an equal one may have been accepted.</summary>
    public bool IsAgain { get; init; }

    /// <summary>Whether the user named the chain.</summary>
    public bool HasChainId { get; init; }
}
