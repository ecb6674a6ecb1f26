using System.Text.Json;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Reads what several groups of ethereum/tests write the same way.</summary>
internal static class VectorAccounts
{
    /// <summary>`pre`, `alloc` or `postState`: address to balance (or `wei`), nonce, code and storage, all optional.</summary>
    public static IReadOnlyList<KeyValuePair<Address, GenesisAccount>> Alloc(JsonElement accounts)
    {
        var alloc = new SortedDictionary<Address, GenesisAccount>();
        foreach (var account in accounts.EnumerateObject())
        {
            var storage = new SortedDictionary<Hash256, UInt256>();
            if (account.Value.TryGetProperty("storage", out var slots))
            {
                foreach (var slot in slots.EnumerateObject())
                    storage[Number(slot.Name).ToHash256()] = Number(slot.Value.GetString()!);
            }

            var balance = account.Value.TryGetProperty("balance", out var wei) || account.Value.TryGetProperty("wei", out wei)
                ? Number(wei.GetString()!)
                : 0;
            var nonce = account.Value.TryGetProperty("nonce", out var n) ? (ulong)Number(n.GetString()!) : 0;
            var code = account.Value.TryGetProperty("code", out var c) ? Hex.Decode(c.GetString()!) : [];
            alloc[Address.Parse(account.Name)] = new GenesisAccount(balance, nonce, code, [.. storage]);
        }

        return [.. alloc];
    }

    /// <summary>Decimal, or hex after 0x; "0x" is zero.</summary>
    public static UInt256 Number(string text) => text == "0x" ? 0 : UInt256.Parse(text);

    public static UInt256 Number(JsonElement parent, string name) => Number(parent.GetProperty(name).GetString()!);
}
