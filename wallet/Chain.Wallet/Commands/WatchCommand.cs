using System.CommandLine;
using System.Text.Json.Nodes;

namespace Chain.Wallet;

/// <summary><c>wallet watch</c>: follows one transfer until it is settled or lost.</summary>
internal static class WatchCommand
{
    public static Command Create(CommandKit kit)
    {
        var o = kit.Options;
        var hash = new Argument<string>("hash") { HelpName = "TXHASH", Description = "The transfer's hash" };
        var until = new Option<string>("--until") { HelpName = "N|safe|finalized", DefaultValueFactory = _ => "6", Description = "Stop after N confirmations (0: seen in the pool), or once its block is safe or finalized" };
        return kit.Create("watch", "Follow one transfer: pool, block, confirmations, reorganisations", [hash, until, o.Timeout, o.AttackerShare], (session, cancel) =>
        {
            var transaction = Session.TransactionHash(session.Get(hash)!);
            var options = session.WatchOptions(until.Name, session.Get(until)!, defaultTimeout: null);
            return TransferFlow.FollowAsync(session, transaction, options, new JsonObject { ["hash"] = transaction.ToString() }, cancel);
        });
    }
}
