using System.Globalization;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>
/// The ten accounts of the standard development mnemonic, funded on every local network. The whole world knows their keys:
/// they sign for chain 31337 and for no other.
/// </summary>
public static class DevAccounts
{
    /// <summary>The words everyone's tools use (Hardhat, Anvil, Ganache's --deterministic differs).</summary>
    public const string Phrase = "test test test test test test test test test test test junk";

    /// <summary>The chain id of local networks.</summary>
    public const ulong ChainId = 31337;

    public const int Count = 10;

    /// <summary>The account that gives away ether.</summary>
    public const int Faucet = Count - 1;

    private const string Prefix = "dev:";

    private static readonly Lazy<PrivateKey[]> Keys = new(() =>
    {
        var branch = ExtendedKey.FromSeed(Mnemonic.ToSeed(Phrase, "")).Derive(ParentOfAll());
        return [.. Enumerable.Range(0, Count).Select(i => branch.Derive((uint)i).PrivateKey!)];
    });

    /// <summary>The key of account 0 to 9.</summary>
    public static PrivateKey Key(int index) => Keys.Value[index];

    public static string Name(int index) => $"{Prefix}{index}";

    /// <summary>Reads dev:0 to dev:9.</summary>
    public static bool TryParse(string text, out int index)
    {
        ArgumentNullException.ThrowIfNull(text);
        index = 0;
        return text.StartsWith(Prefix, StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && index < Count;
    }

    /// <summary>Whether a name claims to be a development account, existing or not.</summary>
    public static bool IsDevName(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The number of the development account with this address; null for any other.</summary>
    public static int? IndexOf(Address address)
    {
        var index = Array.FindIndex(Keys.Value, key => key.Address == address);
        return index < 0 ? null : index;
    }

    private static HdPath ParentOfAll() =>
        HdPath.TryParse("m/44'/60'/0'/0", out var path) ? path : throw new InvalidOperationException();
}
