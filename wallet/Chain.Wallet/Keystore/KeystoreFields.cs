using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>A JSON object whose field names are matched without regard to case, as old wallets wrote them ("Crypto").</summary>
internal readonly struct KeystoreFields(JsonElement element)
{
    public static KeystoreError Missing(string what) => new KeystoreError.Malformed($"{what} is missing or malformed");

    public bool TryObject(string name, out KeystoreFields fields)
    {
        var found = TryGet(name, out var value) && value.ValueKind == JsonValueKind.Object;
        fields = new KeystoreFields(value);
        return found;
    }

    public bool TryText(string name, [NotNullWhen(true)] out string? text)
    {
        text = TryGet(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }

    public bool TryHex(string name, out byte[] bytes)
    {
        bytes = [];
        if (!TryText(name, out var text)) return false;
        var buffer = new byte[(text.Length / 2) + 1];
        if (!Hex.TryDecode(text, buffer, out var written)) return false;
        bytes = buffer[..written];
        return true;
    }

    /// <summary>A whole number from 0 to 2^63 - 1.</summary>
    public bool TryNumber(string name, out ulong number)
    {
        number = 0;
        if (!TryGet(name, out var value) || value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var parsed)
            || parsed < 0)
            return false;
        number = (ulong)parsed;
        return true;
    }

    private bool TryGet(string name, out JsonElement value)
    {
        foreach (var property in element.EnumerateObject())
        {
            if (!property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            value = property.Value;
            return true;
        }

        value = default;
        return false;
    }
}
