using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>Gets passwords from a file, from CHAIN_PASSWORD or from a person; never from the command line.</summary>
public sealed class Passwords(WalletHost host, Screen screen, string? file)
{
    public const string Variable = "CHAIN_PASSWORD";
    private const int Attempts = 3;

    /// <summary>Opens a keystore file; a person may try three times.</summary>
    public PrivateKey Open(KeystoreEntry entry)
    {
        var keystore = entry.File ?? throw new WalletException(ExitCode.Unknown, entry.Complaint);
        var given = Given();
        for (var attempt = 1; ; attempt++)
        {
            var password = given ?? host.AskSecret($"Password for {entry.Address?.ToString() ?? entry.Path}: ")
                ?? throw NobodyToAsk();
            if (keystore.IsSlow && !screen.IsJson) screen.Note("Opening the key...");
            if (keystore.Open(password).IsOk(out var key, out var error)) return key;
            if (error is not KeystoreError.WrongPassword)
                throw new WalletException(ExitCode.Unknown, $"{entry.Path}: {error.Message}.");
            if (given is not null || attempt == Attempts)
                throw new WalletException(ExitCode.WrongPassword,
                    $"The password {Origin()} does not open {entry.Path}. Nothing was changed.");
            screen.Note("That password does not open it. Try again.");
        }
    }

    /// <summary>The password for a new file; a person types it twice and not empty.</summary>
    public string ForNewFile()
    {
        if (Given() is { } given) return given;
        while (true)
        {
            var password = host.AskSecret("Password for the new file: ") ?? throw NobodyToAsk();
            if (password.Length == 0)
            {
                screen.Note("An empty password protects nothing. (If that is meant, give an empty file with --password-file.)");
                continue;
            }

            if (password == host.AskSecret("The same again: ")) return password;
            screen.Note("The two differ. Try again.");
        }
    }

    // The file's first line; a variable that is set but empty does not count.
    private string? Given() => file is null ? host.Environment(Variable) : TextFile.FirstLine(file, "password file");

    private string Origin() =>
        file is not null ? $"in {file}" : host.Environment(Variable) is not null ? $"in {Variable}" : "typed";

    private static WalletException NobodyToAsk() =>
        new(ExitCode.Usage, $"A password is needed and nobody is there to ask. Give --password-file FILE, or set {Variable}.");
}
