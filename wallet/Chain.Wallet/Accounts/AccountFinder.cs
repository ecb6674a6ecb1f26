using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>Finds accounts by address, by name in the keystore or among the contacts, or as dev:0 to dev:9.</summary>
/// <param name="folder">The keystore.</param>
/// <param name="book">The book with the contacts; it is read only where a name is looked up.</param>
/// <param name="warn">Told that the book cannot be read where it can be done without.</param>
public sealed class AccountFinder(KeystoreFolder folder, WalletBook book, Action<string> warn)
{
    /// <summary>What to do about a file that cannot be read.</summary>
    public const string Advice = "Put a whole copy in its place, or take it out of the folder.";

    private bool _isUnreadable;

    /// <summary>The accounts of the keystore, in the order of their files.</summary>
    public IReadOnlyList<Account> Own() => Own(folder.List());

    /// <summary>The files of the keystore that cannot be read.</summary>
    public IReadOnlyList<KeystoreEntry> Unreadable() => Unreadable(folder.List());

    /// <summary>Any account: one to look at or to pay.</summary>
    /// <exception cref="WalletException"><see cref="ExitCode.Unknown"/>: neither an address nor a known name.</exception>
    public Account Find(string text)
    {
        if (DevAccounts.TryParse(text, out var index)) return Dev(index);
        if (DevAccounts.IsDevName(text))
            throw new WalletException(ExitCode.Unknown,
                $"'{text}' is not a development account; they are dev:0 to dev:{DevAccounts.Count - 1}.");
        if (Address.TryParse(text, out var address)) return FindAddress(address);
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) throw NotAnAddress(text);
        if (text.StartsWith('-'))
            throw new WalletException(ExitCode.Usage, $"'{text}' is neither an account nor an option of this command.");

        var entries = folder.List();
        var (own, unreadable) = (Own(entries), Unreadable(entries));
        var named = own.Where(account => IsCalled(account, text)).ToList();
        var contacts = (named.Count > 0 ? ContactsIfReadable() : Contacts()).Where(account => IsCalled(account, text));
        named.AddRange(contacts.Where(contact => named.TrueForAll(account => account.Address != contact.Address)));
        return named.Count switch
        {
            1 => named[0],
            0 => throw new WalletException(ExitCode.Unknown,
                $"No {(unreadable.Count > 0 ? "readable account" : "account")} or contact is called '{text}'. "
                    + $"{Known(own, unreadable)} `wallet contact list` shows the contacts."),
            _ => throw new WalletException(ExitCode.Unknown,
                $"{named.Count} accounts are called '{text}': {string.Join(", ", named.Select(account => account.Address))}. "
                    + $"Use the address."),
        };
    }

    /// <summary>As <see cref="Find"/>, and a bare address gets the name of the contact that has it.</summary>
    public Account FindNamed(string text)
    {
        var account = Find(text);
        return account.Name is not null ? account
            : account with { Name = ContactsIfReadable().FirstOrDefault(contact => contact.Address == account.Address)?.Name };
    }

    /// <summary>An account that this wallet can sign for; with no text, the only one of the keystore.</summary>
    /// <exception cref="WalletException"><see cref="ExitCode.Unknown"/>: no such account, or more than one to choose
    /// from.</exception>
    public Account FindOwn(string? text)
    {
        if (text is null)
        {
            var entries = folder.List();
            var (own, unreadable) = (Own(entries), Unreadable(entries));

            // A file whose account cannot be read leaves a choice too: it may be the one that is meant.
            if (own.Count == 1 && unreadable.TrueForAll(entry => entry.Address is null || entry.Address == own[0].Address))
                return own[0];
            throw new WalletException(ExitCode.Unknown, own.Count > 0 || unreadable.Count > 0
                ? $"Which account? {Known(own, unreadable)}"
                : $"There is no account in {folder.Path}. Make one with `wallet new`, or on a local network use dev:0 (to "
                    + $"send, `--from dev:0`).");
        }

        var account = Find(text);
        if (account.IsOwn) return account;
        if (FileOf(account.Address) is { } damaged)
            throw new WalletException(ExitCode.Unknown,
                $"The file of {account.Address} is damaged. {damaged.Complaint} Bring the key in again with `wallet import`, "
                    + $"or put a whole copy of the file in its place.");
        return DevAccounts.IndexOf(account.Address) is { } index
            ? Dev(index)
            : throw new WalletException(ExitCode.Unknown,
                $"The key of {account.Address} is not in {folder.Path}. Bring it in with `wallet import`, or choose another "
                    + $"account: `wallet list` shows them.");
    }

    /// <summary>
    /// The only account of the keystore; where that leaves a choice, the account that signed last, be it one of the development
    /// accounts, which no keystore has.
    /// </summary>
    /// <exception cref="WalletException"><see cref="ExitCode.Unknown"/>: the book knows of none either.</exception>
    public Account FindLatest()
    {
        try
        {
            return FindOwn(null);
        }
        catch (WalletException) when (LastSender() is { } sender)
        {
            return DevAccounts.IndexOf(sender) is { } index ? Dev(index) : FindNamed(sender.ToString());
        }
    }

    private Address? LastSender()
    {
        try
        {
            return book.Read().Transfers is [.., var last] ? last.From : null;
        }
        catch (BookException)
        {
            return null;
        }
    }

    /// <summary>The contacts, by name.</summary>
    /// <exception cref="BookException">The book cannot be read.</exception>
    public IReadOnlyList<Account> Contacts() =>
        [.. book.Read().Contacts.Select(contact => new Account(contact.Address, contact.Name, null, null))];

    /// <summary>The contacts, by name; none where the book cannot be read, and that is said.</summary>
    public IReadOnlyList<Account> ContactsIfReadable()
    {
        if (_isUnreadable) return [];
        try
        {
            return Contacts();
        }
        catch (BookException e)
        {
            _isUnreadable = true;
            warn(e.Message);
            return [];
        }
    }

    /// <summary>
    /// What names addresses: the keystore first, then the contacts, then the development accounts. Read once, for many look-ups.
    /// </summary>
    public Func<Address, string?> Names()
    {
        var names = new Dictionary<Address, string>();
        foreach (var account in Own().Concat(ContactsIfReadable()).Concat(Enumerable.Range(0, DevAccounts.Count).Select(Dev)))
        {
            if (account.Name is not null) names.TryAdd(account.Address, account.Name);
        }

        return address => names.GetValueOrDefault(address);
    }

    /// <summary>The address that a text spells.</summary>
    /// <exception cref="WalletException"><see cref="ExitCode.Usage"/>: it is no address.</exception>
    public static Address ParseAddress(string text) =>
        Address.TryParse(text, out var address) ? address : throw NotAnAddress(text);

    /// <summary>
    /// Where an address already has a file, one that can be read before one that cannot; null where it has none.
    /// </summary>
    public KeystoreEntry? FileOf(Address address) =>
        folder.List().Where(entry => entry.Address == address).MinBy(entry => entry.File is null);

    private Account FindAddress(Address address) =>
        FileOf(address) is { File: not null } entry ? FromEntry(entry) : new Account(address, null, null, null);

    private static bool IsCalled(Account account, string name) =>
        string.Equals(account.Name, name, StringComparison.OrdinalIgnoreCase);

    private static Account FromEntry(KeystoreEntry entry) => new(entry.Address!.Value, entry.Name, entry, null);

    private static Account Dev(int index) => new(DevAccounts.Key(index).Address, DevAccounts.Name(index), null, index);

    private static List<Account> Own(IReadOnlyList<KeystoreEntry> entries) =>
        [.. entries.Where(entry => entry is { File: not null, Address: not null }).Select(FromEntry)];

    private static List<KeystoreEntry> Unreadable(IReadOnlyList<KeystoreEntry> entries) =>
        [.. entries.Where(entry => entry.File is null)];

    private static string Known(List<Account> own, List<KeystoreEntry> unreadable)
    {
        var accounts = own.Count > 0 ? $"The keystore has: {string.Join(", ", own)}."
            : unreadable.Count > 0 ? "The keystore has no account that can be read."
            : "The keystore is empty; on a local network there are dev:0 to dev:9.";
        return unreadable.Count == 0
            ? accounts
            : $"{accounts} {string.Join(" ", unreadable.Select(entry => entry.Complaint))} {Advice}";
    }

    private static WalletException NotAnAddress(string text)
    {
        if (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
            return new WalletException(ExitCode.Usage, $"'{text}' is not an address: 0x and 40 hex digits are wanted.");
        var digits = text[2..];
        return new WalletException(ExitCode.Usage, digits.Length != 40 || digits.Any(c => !char.IsAsciiHexDigit(c))
            ? $"'{text}' is not an address: 0x and 40 hex digits are wanted, {digits.Length} characters follow the 0x."
            : $"'{text}' is not an address: the case of its letters does not match its EIP-55 checksum, so a character is "
                + $"mistaken. Copy it again.");
    }
}
