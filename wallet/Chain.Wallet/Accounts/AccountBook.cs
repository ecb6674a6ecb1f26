using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>Finds accounts by address, by name in the keystore, or as dev:0 to dev:9.</summary>
public sealed class AccountBook(KeystoreFolder folder)
{
    /// <summary>The accounts of the keystore, in the order of their files.</summary>
    public IReadOnlyList<Account> Own() =>
        [.. folder.List().Where(entry => entry is { File: not null, Address: not null }).Select(FromEntry)];

    /// <summary>Any account: one to look at or to pay.</summary>
    /// <exception cref="WalletException"><see cref="ExitCode.Unknown"/>: neither an address nor a known name.</exception>
    public Account Find(string text)
    {
        if (DevAccounts.TryParse(text, out var index)) return Dev(index);
        if (DevAccounts.IsDevName(text)) throw new WalletException(ExitCode.Unknown, $"'{text}' is not a development account; they are dev:0 to dev:{DevAccounts.Count - 1}.");
        if (Address.TryParse(text, out var address)) return FindAddress(address);
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) throw NotAnAddress(text);
        if (text.StartsWith('-')) throw new WalletException(ExitCode.Usage, $"'{text}' is neither an account nor an option of this command.");

        var own = Own();
        var named = own.Where(account => string.Equals(account.Name, text, StringComparison.OrdinalIgnoreCase)).ToList();
        return named.Count switch
        {
            1 => named[0],
            0 => throw new WalletException(ExitCode.Unknown, $"No account is called '{text}'. {Known(own)}"),
            _ => throw new WalletException(ExitCode.Unknown, $"{named.Count} accounts are called '{text}': {string.Join(", ", named.Select(account => account.Address))}. Use the address."),
        };
    }

    /// <summary>An account that this wallet can sign for; with no text, the only one of the keystore.</summary>
    /// <exception cref="WalletException"><see cref="ExitCode.Unknown"/>: no such account, or more than one to choose from.</exception>
    public Account FindOwn(string? text)
    {
        if (text is null)
        {
            var own = Own();
            return own.Count == 1 ? own[0] : throw new WalletException(ExitCode.Unknown, own.Count == 0
                ? $"There is no account in {folder.Path}. Make one with `wallet new`, or on a local network use --from dev:0."
                : $"Which account? {Known(own)}");
        }

        var account = Find(text);
        if (account.IsOwn) return account;
        if (FileOf(account.Address) is { } damaged) throw new WalletException(ExitCode.Unknown, $"The file of {account.Address} cannot be used. {damaged.Path}: {damaged.Problem}.");
        return DevAccounts.IndexOf(account.Address) is { } index
            ? Dev(index)
            : throw new WalletException(ExitCode.Unknown, $"The key of {account.Address} is not in {folder.Path}. Bring it in with `wallet import`, or choose another account: `wallet list` shows them.");
    }

    /// <summary>Where an address already has a file; null where it has none.</summary>
    public KeystoreEntry? FileOf(Address address) => folder.List().FirstOrDefault(entry => entry.Address == address);

    private Account FindAddress(Address address) =>
        folder.List().FirstOrDefault(entry => entry.File is not null && entry.Address == address) is { } entry ? FromEntry(entry) : new Account(address, null, null, null);

    private static Account FromEntry(KeystoreEntry entry) => new(entry.Address!.Value, entry.Name, entry, null);

    private static Account Dev(int index) => new(DevAccounts.Key(index).Address, DevAccounts.Name(index), null, index);

    private static string Known(IReadOnlyList<Account> own) => own.Count == 0
        ? "The keystore is empty; on a local network there are dev:0 to dev:9."
        : $"The keystore has: {string.Join(", ", own)}.";

    private static WalletException NotAnAddress(string text)
    {
        var digits = text[2..];
        return new WalletException(ExitCode.Usage, digits.Length != 40 || digits.Any(c => !char.IsAsciiHexDigit(c))
            ? $"'{text}' is not an address: 0x and 40 hex digits are wanted, {digits.Length} characters follow the 0x."
            : $"'{text}' is not an address: the case of its letters does not match its EIP-55 checksum, so a character is mistaken. Copy it again.");
    }
}
