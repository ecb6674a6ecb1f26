using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary><c>wallet watch</c>: follows one transfer until it is settled or lost.</summary>
internal static class WatchCommand
{
    public static Command Create(CommandKit kit)
    {
        var o = kit.Options;
        var hash = new Argument<string>("hash") { HelpName = "TXHASH", Description = "The transfer's hash" };
        var until = new Option<string>("--until")
        {
            HelpName = "N|safe|finalized",
            DefaultValueFactory = _ => "6",
            Description = "Stop after N confirmations (0: seen in the pool), or once its block is safe or finalized",
        };
        return kit.Create("watch", "Follow one transfer: pool, block, confirmations, reorganisations",
            [hash, until, o.Timeout, o.AttackerShare], (session, cancel) =>
        {
            var transaction = Session.TransactionHash(session.Get(hash)!);
            var options = session.WatchOptions(until.Name, session.Get(until)!, defaultTimeout: null);
            var entry = Find(session, transaction);
            var document = Describe(session, transaction, entry);
            return TransferFlow.FollowAsync(session, transaction, options with { IsSignedHere = entry is not null }, document,
                cancel);
        });
    }

    // What the book knows of it, so that it is seen which transfer this is. A transfer of somebody else is followed all the same.
    private static JsonObject Describe(Session session, Hash256 hash, SignedTransfer? entry)
    {
        var document = new JsonObject { ["hash"] = hash.ToString() };
        if (entry is null) return document;
        var nameOf = session.Accounts.Names();
        var to = entry.Transaction.To;
        (document["from"], document["fromName"]) = (entry.From.ToString(), nameOf(entry.From));
        (document["to"], document["toName"]) = (to?.ToString(), to is { } address ? nameOf(address) : null);
        document["value"] = entry.Transaction.Value.ToString();
        session.Screen.Whole($"from     {new Account(entry.From, nameOf(entry.From), null, null)}");
        if (to is { } recipient) session.Screen.Whole($"to       {new Account(recipient, nameOf(recipient), null, null)}");
        session.Screen.Whole($"value    {Amount.InEther(entry.Transaction.Value)}");
        return document;
    }

    private static SignedTransfer? Find(Session session, Hash256 hash)
    {
        try
        {
            return session.Book.Read().Transfers.FirstOrDefault(entry => entry.Hash == hash);
        }
        catch (BookException e)
        {
            session.Screen.Note($"warning: {e.Message}");
            return null;
        }
    }
}
