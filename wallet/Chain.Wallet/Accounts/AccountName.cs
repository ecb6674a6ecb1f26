using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>Which names an account may have: none that could be taken for something else.</summary>
internal static class AccountName
{
    private const int MaxLength = 64;

    /// <exception cref="WalletException">The name is not usable, or in use.</exception>
    public static void Check(string? name, AccountBook accounts)
    {
        if (name is null) return;
        var looksLikeSomethingElse = name.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || name.StartsWith('-') || DevAccounts.IsDevName(name) || Address.TryParse(name, out _);
        if (name.Length is 0 or > MaxLength || looksLikeSomethingElse || name.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            throw new WalletException(ExitCode.Usage, $"--name: '{name}' cannot be a name: 1 to {MaxLength} characters without spaces are wanted, not an address, and neither 0x, dev: nor - in front.");
        if (accounts.Own().FirstOrDefault(account => string.Equals(account.Name, name, StringComparison.OrdinalIgnoreCase)) is { } other)
            throw new WalletException(ExitCode.Failed, $"The name '{name}' belongs to {other.Address} already. Choose another.");
    }
}
