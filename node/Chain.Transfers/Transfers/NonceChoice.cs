using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>
/// A transfer of the book that may still be mined, and where the node has it; null where it does not know it.
/// </summary>
public sealed record OpenTransfer(SignedTransfer Entry, TransactionPlace? Place);

/// <summary>What a node and the book know of an account's transfers.</summary>
/// <param name="Mined">How many of its transactions are in the chain: the least nonce that is free.</param>
/// <param name="Pending">The node's next nonce, behind what waits in its pool.</param>
/// <param name="Open">The book's transfers that may still be mined, with nonces from <paramref name="Mined"/> on, by
/// nonce.</param>
/// <param name="Signed">Every transfer of the account on this chain that the book has, in the order of signing.</param>
/// <param name="Notes">What a person should know of the book, in sentences.</param>
public sealed record AccountReview(ulong Mined, ulong Pending, IReadOnlyList<OpenTransfer> Open,
    IReadOnlyList<SignedTransfer> Signed, IReadOnlyList<string> Notes)
{
    // geth keeps up to 64 transactions of an account that cannot be mined yet.
    private const ulong UsualWaiting = 64;

    /// <summary>Null where the node's next nonce is believable; else what is odd about it.</summary>
    public string? NonceDoubt()
    {
        var explained = Math.Max(Mined, Open.Select(open => open.Entry.Nonce + 1).DefaultIfEmpty().Max());
        return Pending <= explained + UsualWaiting ? null
            : $"The node says that the next nonce is {Pending}, although the chain has {Mined} transactions of the account: a "
                + "transfer with that nonce waits until all before it are mined.";
    }
}

/// <summary>The nonce of an account's next transfer.</summary>
/// <param name="Nonce">The least one that is neither used, nor waiting at the node, nor signed away in the book.</param>
/// <param name="OfferAgain">The book's transfers before it that the node does not know: without them the next would wait
/// behind a gap.</param>
/// <param name="Beyond">The book's transfers with this nonce or a higher one, which a gap separates from the rest.</param>
public sealed record NonceChoice(ulong Nonce, IReadOnlyList<SignedTransfer> OfferAgain,
    IReadOnlyList<SignedTransfer> Beyond)
{
    public static NonceChoice Of(AccountReview review)
    {
        var byNonce = new SortedDictionary<ulong, OpenTransfer>();
        foreach (var open in review.Open) byNonce[open.Entry.Nonce] = open;
        var next = Math.Max(review.Mined, review.Pending);
        var offerAgain = new List<SignedTransfer>();
        while (byNonce.TryGetValue(next, out var open))
        {
            if (open.Place is null) offerAgain.Add(open.Entry);
            next++;
        }

        return new NonceChoice(next, offerAgain,
            [.. byNonce.Values.Where(open => open.Entry.Nonce > next).Select(open => open.Entry)]);
    }
}
