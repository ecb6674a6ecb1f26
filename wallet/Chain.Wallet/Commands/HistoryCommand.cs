using System.CommandLine;
using System.Text.Json.Nodes;

namespace Chain.Wallet;

/// <summary>
/// <c>wallet history</c>: what this wallet signed and no block has, then the chain's transfers by page, newest first.
/// </summary>
internal static class HistoryCommand
{
    private const int MaxLimit = 100;

    public static Command Create(CommandKit kit)
    {
        var account = new Argument<string?>("account")
        {
            HelpName = "ACCOUNT",
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Address, name or dev:0 to dev:9 [the keystore's only account, else the one that signed last]",
        };
        var limit = new Option<int>("--limit")
        {
            HelpName = "N",
            DefaultValueFactory = _ => 25,
            Description = $"Transfers on a page, 1 to {MaxLimit}",
        };
        var before = new Option<string?>("--before") { HelpName = "CURSOR", Description = "Go on where the page before ended" };
        return kit.Create("history", "Show the transfers of an account", [account, limit, before], async (session, cancel) =>
        {
            var size = session.Get(limit);
            if (size is < 1 or > MaxLimit)
                throw new WalletException(ExitCode.Usage, $"--limit: {size} is not from 1 to {MaxLimit}.");
            var chosen = session.Get(account) is { } text ? session.Accounts.FindNamed(text) : session.Accounts.FindLatest();
            var cursor = session.Get(before);
            var list = new HistoryList(session.Screen, chosen.Address, session.Accounts.Names());
            IReadOnlyList<UnminedTransfer> signed;
            try
            {
                signed = await SignedTransfers.OutsideChainAsync(session, chosen, cursor is null ? size : 0, cancel)
                    .ConfigureAwait(false);
            }
            catch (NodeUnreachableException e)
            {
                return ShowBook(session, chosen, list, size, e);
            }

            foreach (var transfer in signed) list.Show(transfer);
            var page = await session.Node.HistoryAsync(chosen.Address, cursor, size, cancel).ConfigureAwait(false)
                ?? throw new WalletException(ExitCode.Failed,
                    $"The node at {session.Node.Url} keeps no history of addresses (chain_getAddressHistory). Ask a node of "
                        + $"this project.");
            foreach (var item in page.Items) list.Show(item);
            if (page.Items.Count == 0) session.Screen.Whole($"No transfers of {chosen} in the chain.");
            if (page.Next is not null) session.Screen.Whole($"more: wallet history {chosen.Address} --before {page.Next}");
            session.Screen.Document(new JsonObject
            {
                ["address"] = chosen.Address.ToString(),
                ["name"] = chosen.Name,
                ["notInTheChain"] = new JsonArray([.. signed.Select(list.ToJson)]),
                ["items"] = new JsonArray([.. page.Items.Select(list.ToJson)]),
                ["next"] = page.Next,
            });
            return ExitCode.Ok;
        });
    }

    // Without a node the book still says what was signed.
    private static ExitCode ShowBook(Session session, Account account, HistoryList list, int limit,
        NodeUnreachableException problem)
    {
        var signed = SignedTransfers.OfBook(session, account, limit);
        foreach (var transfer in signed) list.Show(transfer, "from the book, signed");
        var message = $"{problem.Message} Shown is what the wallet's book knows.";
        session.Screen.Document(new JsonObject
        {
            ["address"] = account.Address.ToString(),
            ["name"] = account.Name,
            ["signed"] = new JsonArray([.. signed.Select(list.ToJson)]),
            ["error"] = Screen.ErrorObject(ExitCode.NodeUnreachable, message),
        });
        session.Screen.Note($"error: {message}");
        return ExitCode.NodeUnreachable;
    }
}
