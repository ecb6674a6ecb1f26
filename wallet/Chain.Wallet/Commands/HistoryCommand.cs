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
            var page = await session.Node.HistoryAsync(chosen.Address, session.Get(before), size, cancel).ConfigureAwait(false)
                ?? throw new WalletException(ExitCode.Failed, $"The node at {session.Node.Url} keeps no history of addresses (chain_getAddressHistory). Ask a node of this project.");
            Show(session, chosen, page);
            session.Screen.Document(new JsonObject
            {
                ["address"] = chosen.Address.ToString(),
                ["items"] = new JsonArray([.. page.Items.Select(ToJson)]),
                ["next"] = page.Next,
            });
            return ExitCode.Ok;
        });
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
