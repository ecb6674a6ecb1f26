using Chain.Programs;

namespace Chain.Wallet;

/// <summary>A transfer of the book that no block has.</summary>
/// <param name="Entry">What the book knows of it.</param>
/// <param name="State">In a word, for machines.</param>
/// <param name="Words">The same for people.</param>
internal sealed record UnminedTransfer(SignedTransfer Entry, string State, string Words);

/// <summary>What this wallet signed and no block has.</summary>
internal static class SignedTransfers
{
    /// <summary>
    /// The transfers of an account that may still be mined, by nonce; behind them those that will not be, newest first.
    /// </summary>
    /// <param name="session">The command.</param>
    /// <param name="account">The sender.</param>
    /// <param name="limit">How many of those that will not be mined are listed.</param>
    /// <param name="cancel">Ends it.</param>
    public static async Task<IReadOnlyList<UnminedTransfer>> OutsideChainAsync(Session session, Account account, int limit,
        CancellationToken cancel)
    {
        var transfers = await session.Planner.AccountAsync(account, await session.Node.ChainIdAsync(cancel).ConfigureAwait(false),
            cancel).ConfigureAwait(false);
        try
        {
            var review = await transfers.ReviewAsync(cancel).ConfigureAwait(false);
            foreach (var note in review.Notes) session.Screen.Note($"note: {note}");
            if (TransferDoubt.OfDamage(session.Book.Files, session.Book.Read()) is { } doubt)
                session.Screen.Note($"note: {doubt.Sentence}");
            var open = review.Open.Select(item => Describe(item.Entry, item.Place));
            var unclear =
                review.Signed.Where(entry => entry.IsOpen && entry.Nonce < review.Mined).Select(entry => Describe(entry, null));
            var ended = review.Signed.Where(entry =>
                entry.Fate is TransferFate.Replaced or TransferFate.Refused or TransferFate.NonceUsed);
            return [.. open, .. unclear, .. ended.Reverse().Take(limit).Select(entry => Describe(entry, null))];
        }
        catch (BookException e)
        {
            session.Screen.Note($"warning: {e.Message}");
            return [];
        }
    }

    /// <summary>What the book alone knows of the latest transfers of an account, newest first, on whichever chain.</summary>
    public static IReadOnlyList<UnminedTransfer> OfBook(Session session, Account account, int limit) =>
    [
        .. session.Book.Read().Transfers.Where(entry => entry.From == account.Address).Reverse().Take(limit)
            .Select(entry =>
                new UnminedTransfer(entry, TransferFlow.Camel(entry.Fate.ToString()),
                    $"last known: {AccountTransfers.Describe(entry.Fate)}")),
    ];

    private static UnminedTransfer Describe(SignedTransfer entry, TransactionPlace? place)
    {
        var detail = entry.Detail is { Length: > 0 } text ? $" ({Printable.Field(text)})" : "";
        return entry.Fate switch
        {
            _ when place is not null => new UnminedTransfer(entry, "pending", "pending: it waits in the pool"),
            TransferFate.Replaced => new UnminedTransfer(entry, "replaced", $"replaced{detail}"),
            TransferFate.Refused => new UnminedTransfer(entry, "refused", $"refused{detail}"),
            TransferFate.NonceUsed =>
                new UnminedTransfer(entry, "nonceUsed", $"failed: another transaction has its nonce{detail}"),
            _ => new UnminedTransfer(entry, "notFound",
                $"unclear: not known to this node; last known: {AccountTransfers.Describe(entry.Fate)}"),
        };
    }
}
