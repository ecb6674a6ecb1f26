using Chain.Primitives;
using Chain.Programs;

namespace Chain.Wallet;

/// <summary>Which names an account or a contact may have: none that could be taken for something else.</summary>
internal static class AccountName
{
    private const int MaxLength = 64;

    /// <exception cref="WalletException">The name is not usable, or in use.</exception>
    /// <param name="name">The name; null: none is wanted.</param>
    /// <param name="accounts">Who has names already.</param>
    /// <param name="option">What the user gave it with.</param>
    public static void Check(string? name, AccountFinder accounts, string option = "--name")
    {
        if (name is null) return;
        var hasOtherCharacters = name.Any(char.IsWhiteSpace) || Printable.Line(name) != name;
        if (name.Length is 0 or > MaxLength || hasOtherCharacters || LooksLikeSomethingElse(name))
            throw new WalletException(ExitCode.Usage,
                $"{option}: '{name}' cannot be a name: 1 to {MaxLength} visible characters without spaces are wanted, not an "
                    + $"address or an amount, and neither 0x, dev: nor - in front.");
        if (accounts.Own().Concat(accounts.ContactsIfReadable()).FirstOrDefault(account =>
            string.Equals(account.Name, name, StringComparison.OrdinalIgnoreCase)) is { } other)
            throw Taken(name, other.Address);
    }

    public static WalletException Taken(string name, Address other) =>
        new(ExitCode.Failed, $"The name '{name}' belongs to {other} already. Choose another.");

    private static bool LooksLikeSomethingElse(string name) => name.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith('-') || name.StartsWith("dev:", StringComparison.OrdinalIgnoreCase) || Address.TryParse(name, out _)
        || LooksLikeAmount(name);

    private static bool LooksLikeAmount(string name) => string.Equals(name, "all", StringComparison.OrdinalIgnoreCase)
        || Amount.Parse(name).IsOk(out _, out var error) || error is AmountError.NoUnit or AmountError.TooPrecise
        or AmountError.TooLarge;
}
