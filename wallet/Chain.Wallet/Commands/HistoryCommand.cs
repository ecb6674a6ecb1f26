using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Chain.Wallet;

/// <summary><c>wallet history</c>: the transfers of an account, by page, newest first.</summary>
internal static class HistoryCommand
{
    private const int MaxLimit = 100;

    public static Command Create(CommandKit kit)
    {
        var account = new Argument<string?>("account") { HelpName = "ACCOUNT", Arity = ArgumentArity.ZeroOrOne, Description = "Address, name or dev:0 to dev:9 [the keystore's only account]" };
        var limit = new Option<int>("--limit") { HelpName = "N", DefaultValueFactory = _ => 25, Description = $"Transfers on a page, 1 to {MaxLimit}" };
        var before = new Option<string?>("--before") { HelpName = "CURSOR", Description = "Go on where the page before ended" };
        return kit.Create("history", "Show the transfers of an account", [account, limit, before], async (session, cancel) =>
        {
            var size = session.Get(limit);
            if (size is < 1 or > MaxLimit) throw new WalletException(ExitCode.Usage, $"--limit: {size} is not from 1 to {MaxLimit}.");
            var chosen = session.Get(account) is { } text ? session.Accounts.Find(text) : session.Accounts.FindOwn(null);
            var waiting = await UnminedAsync(session, chosen, cancel).ConfigureAwait(false);
            ShowUnmined(session, waiting);
            var page = await session.Node.HistoryAsync(chosen.Address, session.Get(before), size, cancel).ConfigureAwait(false)
                ?? throw new WalletException(ExitCode.Failed, $"The node at {session.Node.Url} keeps no history of addresses (chain_getAddressHistory). Ask a node of this project.");
            Show(session, chosen, page);
            session.Screen.Document(new JsonObject
            {
                ["address"] = chosen.Address.ToString(),
                ["notInTheChain"] = new JsonArray([.. waiting.Select(ToJson)]),
                ["items"] = new JsonArray([.. page.Items.Select(ToJson)]),
                ["next"] = page.Next,
            });
            return ExitCode.Ok;
        });
    }

    // What this wallet signed and no block has: in the pool, lost on the way, or of unknown fate.
    private static async Task<IReadOnlyList<OpenTransfer>> UnminedAsync(Session session, Account account,
        CancellationToken cancel)
    {
        var transfers = await session.Planner.AccountAsync(account, await session.Node.ChainIdAsync(cancel).ConfigureAwait(false),
            cancel).ConfigureAwait(false);
        try
        {
            var review = await transfers.ReviewAsync(cancel).ConfigureAwait(false);
            foreach (var note in review.Notes) session.Screen.Note($"note: {note}");
            return review.Open;
        }
        catch (JournalException e)
        {
            session.Screen.Note($"warning: {e.Message}");
            return [];
        }
    }

    private static void ShowUnmined(Session session, IReadOnlyList<OpenTransfer> waiting)
    {
        foreach (var (entry, place) in waiting)
        {
            var state = place is not null ? "waits in the pool"
                : $"not known to this node; {AccountTransfers.Describe(entry.Fate)} when it was last heard of";
            var what = $"{Amount.InEther(entry.Transaction.Value)} to {entry.Transaction.To}, nonce {entry.Nonce}";
            session.Screen.Line($"not in the chain: {entry.Hash}, {what}, signed {entry.SignedAt:yyyy-MM-dd HH:mm:ss} UTC: {state}");
        }
    }

    private static void Show(Session session, Account account, HistoryPage page)
    {
        if (page.Items.Count == 0)
        {
            session.Screen.Line($"No transfers of {account} in the chain.");
            return;
        }

        var table = new Table().AddColumn(new TableColumn("block").RightAligned()).AddColumn("time (UTC)").AddColumn("").AddColumn("with")
            .AddColumn(new TableColumn("ether").RightAligned()).AddColumn(new TableColumn("fee").RightAligned()).AddColumn("").AddColumn("hash");
        foreach (var item in page.Items)
        {
            var outgoing = item.From == account.Address;
            var other = outgoing ? item.To : item.From;
            table.AddRow(
                $"{item.BlockNumber}",
                Time(item.Timestamp),
                outgoing ? other == account.Address ? "self" : "out" : "in",
                other?.ToString() ?? "(new contract)",
                Amount.EtherDigits(item.Value),
                outgoing ? Amount.EtherDigits(item.Fee) : "",
                item.Succeeded ? "" : "failed",
                item.Hash.ToString());
        }

        session.Screen.Table(table);
        if (page.Next is not null) session.Screen.Line($"[grey]more: wallet history {account.Address} --before {page.Next}[/]");
    }

    // A date ends with the year 9999; a block's time need not.
    private static string Time(ulong seconds) => seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
        ? DateTimeOffset.UnixEpoch.AddSeconds(seconds).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
        : $"{seconds} s";

    private static JsonObject ToJson(OpenTransfer open) => new()
    {
        ["hash"] = open.Entry.Hash.ToString(),
        ["to"] = open.Entry.Transaction.To?.ToString(),
        ["value"] = open.Entry.Transaction.Value.ToString(),
        ["nonce"] = open.Entry.Nonce,
        ["signedAt"] = open.Entry.SignedAt.ToString("O", CultureInfo.InvariantCulture),
        ["purpose"] = TransferFlow.Camel(open.Entry.Purpose.ToString()),
        ["state"] = open.Place is null ? "notFound" : "pending",
    };

    private static JsonObject ToJson(HistoryItem item) => new()
    {
        ["hash"] = item.Hash.ToString(),
        ["blockNumber"] = item.BlockNumber,
        ["blockHash"] = item.BlockHash.ToString(),
        ["timestamp"] = item.Timestamp,
        ["from"] = item.From.ToString(),
        ["to"] = item.To?.ToString(),
        ["value"] = item.Value.ToString(),
        ["fee"] = item.Fee.ToString(),
        ["succeeded"] = item.Succeeded,
        ["nonce"] = item.Nonce,
    };
}
