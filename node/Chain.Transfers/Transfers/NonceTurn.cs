using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>
/// The nonce that a transfer gets, once the account's lock is held and what the node lost was offered to it again.
/// </summary>
/// <param name="Nonce">The nonce.</param>
/// <param name="OfferedAgain">The earlier transfers whose bytes left the program again.</param>
/// <param name="Notes">What happened to them, in sentences.</param>
public sealed record NonceTurn(ulong Nonce, IReadOnlyList<Hash256> OfferedAgain, IReadOnlyList<string> Notes)
{
    /// <summary>
    /// Offers again what the node lost, in order of nonce. Where it refuses one for good, that nonce is free: whatever takes
    /// it, at most one of the two can be mined.
    /// </summary>
    /// <exception cref="TransferBlockedException">It is not known whether an earlier one was accepted: the next would wait
    /// behind it.</exception>
    public static async Task<NonceTurn> TakeAsync(AccountTransfers account, AccountReview review, CancellationToken cancel)
    {
        var choice = NonceChoice.Of(review);
        var (offered, notes) = (new List<Hash256>(), new List<string>());
        foreach (var entry in choice.OfferAgain)
        {
            offered.Add(entry.Hash);
            var report = await account.OfferAgainAsync(entry, cancel).ConfigureAwait(false);
            var what = $"The earlier transfer {entry.Hash} ({Amount.InEther(entry.Transaction.Value)} to "
                + $"{entry.Transaction.To}, nonce {entry.Nonce}) was not known to the node and was offered again, byte for byte";
            if (report.Fate == TransferFate.Unclear) throw new TransferBlockedException($"{what}. {report.Facts} Nothing else "
                + "was signed, since it would wait behind that transfer. Try again later, or replace that one with `wallet "
                + $"cancel {entry.Hash}`.");
            if (!report.HasArrived)
            {
                notes.Add($"{what}. {report.Facts} This transfer takes nonce {entry.Nonce}, so only one of the two can be "
                    + "mined.");
                return new NonceTurn(entry.Nonce, offered, notes);
            }

            notes.Add($"{what}: {AccountTransfers.Describe(report.Fate)}.");
        }

        notes.AddRange(choice.Beyond.Select(entry => $"The earlier transfer {entry.Hash} has nonce {entry.Nonce} and waits "
            + "until those before it are mined."));
        return new NonceTurn(choice.Nonce, offered, notes);
    }
}
