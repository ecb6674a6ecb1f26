using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary><c>wallet import</c>: a private key, a recovery phrase or a keystore file from elsewhere.</summary>
internal sealed class ImportCommand
{
    private const string KeyVariable = "CHAIN_PRIVATE_KEY";
    private const int MaxCount = 100;

    private readonly Options _shared;
    private readonly Option<string?> _keyFile = new("--key-file")
    {
        HelpName = "FILE",
        Description = "A private key in hex, from the first line of a file",
    };
    private readonly Option<bool> _mnemonic = new("--mnemonic") { Description = "A recovery phrase, asked for" };
    private readonly Option<string?> _mnemonicFile = new("--mnemonic-file")
    {
        HelpName = "FILE",
        Description = "A recovery phrase from a file",
    };
    private readonly Option<string?> _passphraseFile = new("--passphrase-file")
    {
        HelpName = "FILE",
        Description = "The phrase's own extra passphrase, from a file [none]",
    };
    private readonly Option<string?> _path = new("--path")
    {
        HelpName = "PATH",
        Description = "Where in the phrase's tree of keys the account is [m/44'/60'/0'/0/0]",
    };
    private readonly Option<int> _count = new("--count")
    {
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        Description = "Import so many accounts of the phrase, counting up the path's last number",
    };
    private readonly Option<string?> _keystoreFile = new("--keystore-file")
    {
        HelpName = "FILE",
        Description = "A keystore file of geth, ethers or another wallet",
    };
    private readonly Option<string?> _oldPasswordFile = new("--old-password-file")
    {
        HelpName = "FILE",
        Description = "That file's password [the new one]",
    };

    private ImportCommand(Options shared) => _shared = shared;

    public static Command Create(CommandKit kit)
    {
        var command = new ImportCommand(kit.Options);
        Symbol[] symbols =
        [
            command._keyFile, command._mnemonic, command._mnemonicFile, command._passphraseFile, command._path, command._count,
            command._keystoreFile, command._oldPasswordFile, kit.Options.Name, kit.Options.Light, kit.Options.PasswordFile,
        ];
        return kit.Create("import",
            $"Bring in an account: by default a private key that is asked for, or that stands in the environment as "
                + $"{KeyVariable}", symbols, (session, _) => Task.FromResult(command.Run(session)));
    }

    private ExitCode Run(Session session)
    {
        var name = session.Get(_shared.Name);
        AccountName.Check(name, session.Accounts);
        var count = session.Get(_count);
        if (count is < 1 or > MaxCount)
            throw new WalletException(ExitCode.Usage, $"--count: {count} is not from 1 to {MaxCount}.");
        if (count > 1 && name is not null)
            throw new WalletException(ExitCode.Usage, "--name names one account: leave it out with --count.");
        var sources = new[] { session.Get(_keyFile) is not null, session.Get(_mnemonic), session.Get(_mnemonicFile) is not null,
            session.Get(_keystoreFile) is not null };
        if (sources.Count(given => given) > 1)
            throw new WalletException(ExitCode.Usage, "Give one of --key-file, --mnemonic, --mnemonic-file and --keystore-file.");

        var imported = new JsonArray();
        string? password = null;
        foreach (var key in Keys(session, count))
        {
            if (count > 1 && session.Accounts.FileOf(key.Address) is { File: not null } present)
            {
                session.Screen.Note($"{key.Address} is in the keystore already: {present.Path}");
                continue;
            }

            password ??= session.Passwords.ForNewFile();
            var file = KeyStoring.Store(session, key, password, name, session.Get(_shared.Light));
            session.Screen.Line($"address  [bold]{key.Address}[/]");
            session.Screen.Line($"file     {file}");
            imported.Add((JsonNode)new JsonObject { ["address"] = key.Address.ToString(), ["name"] = name, ["file"] = file });
        }

        session.Screen.Document(new JsonObject { ["accounts"] = imported });
        return ExitCode.Ok;
    }

    private IEnumerable<PrivateKey> Keys(Session session, int count)
    {
        if (session.Get(_keystoreFile) is { } keystore) return [FromKeystore(session, keystore)];
        if (session.Get(_mnemonicFile) is { } file) return FromPhrase(session, TextFile.Read(file, "phrase file"), count);
        if (session.Get(_mnemonic))
            return FromPhrase(session, session.Host.AskSecret("Recovery phrase: ") ?? throw NobodyToAsk("--mnemonic-file FILE"),
                count);
        if (session.Get(_keyFile) is { } keyFile) return [FromHex(TextFile.FirstLine(keyFile, "key file"), keyFile)];
        if (session.Host.Environment(KeyVariable) is { } variable) return [FromHex(variable, KeyVariable)];
        return [FromHex(session.Host.AskSecret("Private key (hex): ")
            ?? throw NobodyToAsk($"--key-file FILE, or set {KeyVariable}"), "what was typed")];
    }

    private PrivateKey FromKeystore(Session session, string path)
    {
        if (!File.Exists(path)) throw new WalletException(ExitCode.Unknown, $"The keystore file {path} is not there.");
        var passwords = session.Get(_oldPasswordFile) is { } old
            ? new Passwords(session.Host, session.Screen, old)
            : session.Passwords;
        return passwords.Open(KeystoreFolder.ReadEntry(path));
    }

    private IEnumerable<PrivateKey> FromPhrase(Session session, string text, int count)
    {
        if (!Mnemonic.Parse(text).IsOk(out var phrase, out var error)) throw new WalletException(ExitCode.Usage, error.Message);
        var path = HdPath.Ethereum(0);
        if (session.Get(_path) is { } given && !HdPath.TryParse(given, out path))
            throw new WalletException(ExitCode.Usage,
                $"--path: '{given}' is not a derivation path such as {HdPath.Ethereum(0)}.");
        var passphrase = session.Get(_passphraseFile) is { } file ? TextFile.FirstLine(file, "passphrase file") : "";
        var master = ExtendedKey.FromSeed(phrase.ToSeed(passphrase));
        if (count == 1) return [master.Derive(path).PrivateKey!];
        if (path.Children.Count == 0)
            throw new WalletException(ExitCode.Usage, "--count needs a path with a last number to count up.");
        return Enumerable.Range(0, count).Select(i => master.Derive(path.WithLast(path.Children[^1] + (uint)i)).PrivateKey!);
    }

    private static PrivateKey FromHex(string text, string origin)
    {
        Span<byte> secret = stackalloc byte[PrivateKey.Size];
        var isKey = Hex.TryDecode(text.Trim(), secret, out var written) && written == PrivateKey.Size;
        return isKey && PrivateKey.TryCreate(secret, out var key)
            ? key
            : throw new WalletException(ExitCode.Usage,
                $"There is no private key in {origin}: 64 hex digits are wanted, from 1 to the order of secp256k1 minus one.");
    }

    private static WalletException NobodyToAsk(string instead) => new(ExitCode.Usage, $"Nobody is there to ask. Give {instead}.");
}
