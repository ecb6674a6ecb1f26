using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary><c>wallet balance</c>: what accounts have, all at the same block.</summary>
internal static class BalanceCommand
{
    public static Command Create(CommandKit kit)
    {
        var accounts = new Argument<string[]>("account")
        {
            HelpName = "ACCOUNT",
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Addresses, names of accounts or contacts, or dev:0 to dev:9 [all of the keystore]",
        };
        return kit.Create("balance", "Show what accounts have", [accounts], async (session, cancel) =>
        {
            var asked = session.Get(accounts)!;
            var chosen = asked.Length > 0 ? [.. asked.Select(session.Accounts.Find)] : session.Accounts.Own();
            if (chosen.Count == 0) session.Accounts.FindOwn(null);
            if (asked.Length == 0)
            {
                foreach (var entry in session.Accounts.Unreadable())
                    session.Screen.Note($"{entry.Complaint} Its account is left out.");
            }

            var block = await session.Node.BlockNumberAsync(cancel).ConfigureAwait(false);
            var list = new JsonArray();
            foreach (var account in chosen)
            {
                var wei = await session.Node.BalanceAsync(account.Address, Hex.Quantity(block), cancel).ConfigureAwait(false);
                var nonce = await session.Node.NonceAsync(account.Address, Hex.Quantity(block), cancel).ConfigureAwait(false);
                session.Screen.Whole($"{account}");
                session.Screen.Whole($"  {Amount.InEther(wei)}, {nonce} {(nonce == 1 ? "transfer" : "transfers")} sent");
                list.Add((JsonNode)new JsonObject
                {
                    ["address"] = account.Address.ToString(),
                    ["name"] = account.Name,
                    ["wei"] = wei.ToString(),
                    ["ether"] = Amount.EtherDigits(wei),
                    ["nonce"] = nonce,
                });
            }

            session.Screen.Line($"[grey]at block {block} of {session.Node.Url}[/]");
            session.Screen.Document(new JsonObject { ["blockNumber"] = block, ["accounts"] = list });
            return ExitCode.Ok;
        });
    }
}
