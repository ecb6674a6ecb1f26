using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Terminal;
using Spectre.Console;

namespace Chain.Wallet;

/// <summary><c>wallet list</c>: what is in the keystore, without opening anything.</summary>
internal static class ListCommand
{
    public static Command Create(CommandKit kit)
    {
        var dev = new Option<bool>("--dev") { Description = "The development accounts too" };
        return kit.Create("list", "List the accounts", [dev], (session, _) =>
        {
            var table = new Table().AddColumn("name").AddColumn(new TableColumn("address").NoWrap()).AddColumn("file");
            var accounts = new JsonArray();
            var unreadable = new JsonArray();
            foreach (var entry in session.Folder.List())
            {
                if (entry.File is null)
                {
                    session.Screen.Note($"{entry.Complaint} {AccountFinder.Advice}");
                    unreadable.Add((JsonNode)new JsonObject { ["file"] = entry.Path, ["reason"] = entry.Problem });
                    continue;
                }

                table.AddRow(Shown.Field(entry.Name), entry.Address?.ToString() ?? "(said only when opened)",
                    Shown.Line(entry.Path));
                accounts.Add((JsonNode)new JsonObject
                {
                    ["name"] = entry.Name,
                    ["address"] = entry.Address?.ToString(),
                    ["file"] = entry.Path,
                });
            }

            var document = new JsonObject
            {
                ["keystore"] = session.Folder.Path,
                ["accounts"] = accounts,
                ["unreadable"] = unreadable,
            };
            if (session.Get(dev)) document["development"] = AddDevelopment(table);
            if (table.Rows.Count == 0 && unreadable.Count > 0)
                session.Screen.Line($"No account in {session.Folder.Path} can be read.");
            else if (table.Rows.Count == 0)
            {
                const string Hint = "Make one with `wallet new`; on a local network there are dev:0 to dev:9.";
                session.Screen.Line($"No accounts in {session.Folder.Path}. {Hint}");
            }
            else session.Screen.Table(table);
            session.Screen.Document(document);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static JsonArray AddDevelopment(Table table)
    {
        var list = new JsonArray();
        for (var i = 0; i < DevAccounts.Count; i++)
        {
            var address = DevAccounts.Key(i).Address.ToString();
            table.AddRow(DevAccounts.Name(i), address, $"key known to everybody; chain {DevAccounts.ChainId} only");
            list.Add((JsonNode)new JsonObject { ["name"] = DevAccounts.Name(i), ["address"] = address });
        }

        return list;
    }
}
