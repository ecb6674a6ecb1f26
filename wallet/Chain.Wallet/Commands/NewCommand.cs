using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary><c>wallet new</c>: a new account from the machine's randomness.</summary>
internal static class NewCommand
{
    public static Command Create(CommandKit kit)
    {
        var o = kit.Options;
        var mnemonic = new Option<bool>("--mnemonic") { Description = "Make it from a new recovery phrase, which is shown once" };
        var words = new Option<int>("--words")
        {
            HelpName = "12|24",
            DefaultValueFactory = _ => 12,
            Description = "Words of the recovery phrase",
        };
        return kit.Create("new", "Make a new account and its keystore file", [o.Name, mnemonic, words, o.Light, o.PasswordFile],
            (session, _) =>
        {
            var name = session.Get(o.Name);
            AccountName.Check(name, session.Accounts);
            var count = session.Get(words);
            if (count is not (12 or 24)) throw new WalletException(ExitCode.Usage, $"--words: {count} is neither 12 nor 24.");
            var phrase = session.Get(mnemonic) ? Mnemonic.Generate(count) : null;
            var path = HdPath.Ethereum(0);
            var key = phrase is null ? RandomKey() : ExtendedKey.FromSeed(phrase.ToSeed()).Derive(path).PrivateKey!;
            var file = KeyStoring.Store(session, key, session.Passwords.ForNewFile(), name, session.Get(o.Light));

            session.Screen.Line($"address  [bold]{key.Address}[/]");
            session.Screen.Line($"file     {file}");
            var document = new JsonObject { ["address"] = key.Address.ToString(), ["name"] = name, ["file"] = file };
            if (phrase is null)
            {
                if (!session.Screen.IsJson)
                    session.Screen.Note("Back up this file and its password: without both, what the account holds is lost.");
            }
            else
            {
                session.Screen.Line($"phrase   [bold]{phrase.Phrase}[/]");
                session.Screen.Line($"path     {path}");
                document["mnemonic"] = phrase.Phrase;
                document["path"] = path.ToString();
                if (!session.Screen.IsJson)
                    session.Screen.Note("Write the phrase on paper, now: it is kept nowhere, it restores the account, and "
                        + "whoever sees it owns the account.");
            }

            session.Screen.Document(document);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static PrivateKey RandomKey()
    {
        while (true)
        {
            if (PrivateKey.TryCreate(RandomNumberGenerator.GetBytes(PrivateKey.Size), out var key)) return key;
        }
    }
}
