using System.CommandLine;
using System.Text.Json.Nodes;

namespace Chain.Wallet;

/// <summary><c>wallet contact</c>: names for the addresses of others.</summary>
internal static class ContactCommands
{
    public static Command Create(CommandKit kit) =>
        new("contact", "Names for addresses that are not yours: pay and look up by name")
    {
        Add(kit),
        Remove(kit),
        List(kit),
    };

    private static Command Add(CommandKit kit)
    {
        var name = new Argument<string>("name") { HelpName = "NAME", Description = "The name, in any case" };
        var address = new Argument<string>("address") { HelpName = "ADDRESS", Description = "0x and 40 hex digits" };
        return kit.Create("add", "Give an address a name", [name, address], (session, _) =>
        {
            var contact = new Contact(session.Get(name)!, AccountFinder.ParseAddress(session.Get(address)!));
            session.Book.RequireWritable();
            AccountName.Check(contact.Name, session.Accounts, "NAME");
            if (Named(session, contact.Address) is { } present) throw new WalletException(ExitCode.Failed,
                $"{contact.Address} is called '{present}' already. An address has one name: nothing was changed.");
            if (!session.Book.TryAdd(contact)) throw AccountName.Taken(contact.Name, session.Accounts.Find(contact.Name).Address);
            return Task.FromResult(Tell(session, "added    ", contact));
        });
    }

    private static Command Remove(CommandKit kit)
    {
        var name = new Argument<string>("name") { HelpName = "NAME", Description = "The contact's name" };
        return kit.Create("remove", "Forget a contact; its transfers stay in the history", [name], (session, _) =>
        {
            var asked = session.Get(name)!;
            var removed = session.Book.Remove(asked) ?? throw new WalletException(ExitCode.Unknown,
                $"No contact is called '{asked}'. `wallet contact list` shows them.");
            return Task.FromResult(Tell(session, "removed  ", removed));
        });
    }

    private static Command List(CommandKit kit) => kit.Create("list", "List the contacts", [], (session, _) =>
    {
        var contacts = session.Accounts.Contacts();
        if (TransferDoubt.OfDamage(session.Book.Files, session.Book.Read()) is { } doubt)
            session.Screen.Note($"note: {doubt.Sentence}");
        foreach (var contact in contacts) session.Screen.Whole($"{contact.Address}  {contact.Name}");
        if (contacts.Count == 0) session.Screen.Line($"No contacts. `wallet contact add NAME ADDRESS` adds one.");
        session.Screen.Document(new JsonObject
        {
            ["contacts"] = new JsonArray([.. contacts.Select(contact =>
                new JsonObject { ["name"] = contact.Name, ["address"] = contact.Address.ToString() })]),
        });
        return Task.FromResult(ExitCode.Ok);
    });

    // A name of the keystore or of a contact: a development account may have one more.
    private static string? Named(Session session, Primitives.Address address) =>
        session.Accounts.Own().Concat(session.Accounts.Contacts()).FirstOrDefault(account => account.Address == address)?.Name;

    private static ExitCode Tell(Session session, string what, Contact contact)
    {
        session.Screen.Whole($"{what}{contact.Address}  {contact.Name}");
        session.Screen.Document(new JsonObject { ["name"] = contact.Name, ["address"] = contact.Address.ToString() });
        return ExitCode.Ok;
    }
}
