using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>Something out of the ordinary about a transfer, which a person has to see before it is signed.</summary>
/// <param name="Sentence">What it is.</param>
/// <param name="Remedy">How to say beforehand that it is meant.</param>
public sealed record TransferDoubt(string Sentence, string Remedy)
{
    /// <summary>A fee above the cap; null where it is within.</summary>
    public static TransferDoubt? OfFee(FeeCap cap, UInt256 maxFeePerGas, ulong gasLimit) =>
        cap.Complaint(maxFeePerGas, gasLimit) is { } complaint
        ? new TransferDoubt(complaint, FeeRemedy(maxFeePerGas, gasLimit))
        : null;

    /// <summary>A nonce that a node made up; null where it is believable.</summary>
    public static TransferDoubt? OfNonce(AccountReview review) =>
        review.NonceDoubt() is { } doubt ? new TransferDoubt(doubt, "Ask another node, or give the nonce yourself.") : null;

    /// <summary>
    /// Something that neither file of the book tells any more, so that a transfer may be unknown; null where nothing is lost, or
    /// a person has accepted it.
    /// </summary>
    public static TransferDoubt? OfDamage(BookFiles files, BookContents contents)
    {
        if (contents.OpenDamage is not [var first, ..] open) return null;
        var lines = open.Where(damage => damage.Line > 0).Select(damage => damage.Line).ToList();
        var more = lines.Count > 5 ? $" and {lines.Count - 5} more" : "";
        var what = lines.Count == 0 ? "Something is missing in" : $"{(lines.Count == 1 ? "Line" : "Lines")} "
            + $"{string.Join(", ", lines.Take(5))}{more} cannot be read in";
        return new TransferDoubt(
            $"{what} the journal {files.Journal} ({first.Problem.TrimEnd('.')}), and the book {files.Database} does not have "
                + "what it said: a transfer that was signed before may be unknown.",
            "To go on without it, answer the question that `wallet send` asks without --yes; the answer is remembered.");
    }

    /// <summary>An equal transfer that may have been accepted.</summary>
    public static TransferDoubt OfTwin(SignedTransfer twin) => new(
        $"A transfer of {Amount.InEther(twin.Transaction.Value)} to {twin.Transaction.To} was signed at "
            + $"{twin.SignedAt:yyyy-MM-dd HH:mm:ss} UTC, {twin.Hash} with nonce {twin.Nonce}, and the command ended without "
            + $"knowing whether it was accepted. Now {AccountTransfers.Describe(twin.Fate)}. Sending again makes a second "
            + "payment.",
        $"See `wallet watch {twin.Hash}`; to pay again, add --again.");

    /// <summary>
    /// A node of another chain than at the last transfer that it got; null where it is the same. A node decides by its chain id
    /// for which chain a transfer is signed, and whoever has the transfer can use it there.
    /// </summary>
    public static TransferDoubt? OfChain(WalletBook book, Uri url, ulong chainId)
    {
        var node = url.GetLeftPart(UriPartial.Authority);
        return book.Read().Transfers.LastOrDefault(entry => entry.Node == node) is { } last && last.ChainId != chainId
            ? new TransferDoubt(
                $"The node at {node} was of chain {last.ChainId} when the last transfer was sent there, and says now that it "
                    + $"is of chain {chainId}: what is signed for a chain can be used there.",
                $"If it is meant, say so with --chain-id {chainId}.")
            : null;
    }

    /// <summary>
    /// Another payment that a replacement would push out beside the one that it is for; null where there is none. What pays the
    /// same as the replaced transfer or as the replacement is an earlier replacement of it.
    /// </summary>
    /// <param name="review">The account's transfers.</param>
    /// <param name="old">The replaced transfer.</param>
    /// <param name="isLost">Whether the node does not know it.</param>
    /// <param name="to">The replacement's recipient.</param>
    /// <param name="value">The replacement's value in wei.</param>
    public static TransferDoubt? OfDisplaced(AccountReview review, Transaction old, bool isLost, Address to, UInt256 value)
    {
        bool Pays(Transaction other, Address? recipient, UInt256 wei) => other.To == recipient && other.Value == wei;
        const string Remedy = "See `wallet history`; to give that one up, run the command without --yes.";
        var beside = review.Open.Where(open => open.Entry.Nonce == old.Nonce && open.Entry.Hash != old.Hash).ToList();
        var other = beside.Select(open => open.Entry.Transaction)
            .LastOrDefault(open => !Pays(open, old.To, old.Value) && !Pays(open, to, value));
        if (other is not null) return new TransferDoubt(
            $"The transfer {other.Hash} of {Amount.InEther(other.Value)} to {other.To} has nonce {old.Nonce} too: only one of "
                + "the two can be mined.", Remedy);
        var isTaken = isLost && review.Pending > old.Nonce && !beside.Exists(open => open.Place is not null);
        return isTaken ? new TransferDoubt(Unknown(old.Nonce), Remedy) : null;
    }

    /// <summary>What to say of a nonce that a transfer from elsewhere has.</summary>
    public static string Unknown(ulong nonce) => $"Nonce {nonce} is also that of a transfer in the node's pool that this wallet "
        + "does not know: only one of the two can be mined.";

    private static string FeeRemedy(UInt256 maxFeePerGas, ulong gasLimit)
    {
        var fee = Amount.EtherDigits(TransferCost.Fee(maxFeePerGas, gasLimit));
        return $"If it is meant, allow it with --max-total-fee {fee}ether; if a node named the figures, ask another one.";
    }
}
