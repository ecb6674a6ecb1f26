using System.CommandLine;
using System.Text.Json.Nodes;

namespace Chain.Wallet;

/// <summary><c>wallet resend</c>: hands a transfer that was signed before to a node again, byte for byte.</summary>
internal static class ResendCommand
{
    public static Command Create(CommandKit kit)
    {
        var hash = new Argument<string>("hash") { HelpName = "TXHASH", Description = "A transfer that this wallet signed" };
        return kit.Create("resend", "Hand a signed transfer to a node again, byte for byte: it makes one payment however "
            + "often it is sent", [hash, kit.Options.ChainId], async (session, cancel) =>
        {
            var wanted = Session.TransactionHash(session.Get(hash)!);
            var transfer = session.Book.Read().Transfers.FirstOrDefault(entry => entry.Hash == wanted)
                ?? throw new WalletException(ExitCode.Unknown,
                    $"The book {session.Book.Files.Database} has no transfer {wanted}.");
            var planner = session.Planner;
            var from = session.Accounts.Find(transfer.From.ToString());
            var chainId = await planner.ChainIdAsync(session.Get(kit.Options.ChainId) ?? transfer.ChainId, from, null,
                cancel).ConfigureAwait(false);
            var account = await planner.AccountAsync(from, chainId, cancel).ConfigureAwait(false);
            if (!transfer.IsOf(account.Chain)) throw new WalletException(ExitCode.Failed,
                $"The transfer {wanted} was signed for a chain {chainId} with another genesis block than that of the node at "
                + $"{session.Node.Url}. Nothing was sent.");
            using var turn = await account.LockAsync(() =>
                session.Screen.Note($"waiting until another transfer of {from} is sent"), cancel).ConfigureAwait(false);
            var report = await account.OfferAgainAsync(transfer, cancel).ConfigureAwait(false);
            return Tell(session, report);
        });
    }

    private static ExitCode Tell(Session session, SendReport report)
    {
        var transfer = report.Transfer;
        var code = report.HasArrived ? ExitCode.Ok : report.Fate == TransferFate.Unclear ? ExitCode.MaybeAccepted
            : ExitCode.Failed;
        var document = new JsonObject
        {
            ["hash"] = report.Hash.ToString(),
            ["from"] = transfer.From.ToString(),
            ["to"] = transfer.Transaction.To?.ToString(),
            ["value"] = transfer.Transaction.Value.ToString(),
            ["nonce"] = transfer.Nonce,
            ["outcome"] = TransferFlow.Camel(report.Fate.ToString()),
        };
        if (code != ExitCode.Ok) document["error"] = Screen.ErrorObject(code, report.Facts);
        session.Screen.Document(document);
        if (report.Warning is not null) session.Screen.Note($"warning: {report.Warning}");
        if (code != ExitCode.Ok) session.Screen.Note($"error: {report.Facts}");
        else session.Screen.Whole($"sent again {report.Hash}: {AccountTransfers.Describe(report.Fate)}");
        return code;
    }
}
