using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary><c>wallet export</c>: the bare private key, after asking.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandKit kit)
    {
        var o = kit.Options;
        var account = new Argument<string?>("account")
        {
            HelpName = "ACCOUNT",
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Address or name [the keystore's only account]",
        };
        var output = new Option<string?>("--out")
        {
            HelpName = "FILE",
            Description = "Write it into a new file that only you can read, instead of showing it",
        };
        return kit.Create("export", "Show an account's private key, after asking", [account, output, o.Yes, o.PasswordFile],
            (session, _) =>
        {
            var chosen = session.Accounts.FindOwn(session.Get(account));
            session.Confirm($"Whoever sees the private key of {chosen} owns the account. Go on?");
            var key = session.Unlock(chosen);
            var secret = Hex.Encode(key.Secret);
            var document = new JsonObject { ["address"] = key.Address.ToString() };
            if (session.Get(output) is { } file)
            {
                if (File.Exists(file))
                    throw new WalletException(ExitCode.Failed, $"{file} is there already and is not overwritten. Name another.");
                KeystoreFolder.WriteSecret(file, secret + "\n");
                session.Screen.Line($"written to {file}");
                document["file"] = file;
            }
            else
            {
                session.Screen.Line($"{secret}");
                document["privateKey"] = secret;
            }

            session.Screen.Document(document);
            return Task.FromResult(ExitCode.Ok);
        });
    }
}
