using System.Globalization;
using System.Text.Json;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// How single JSON values are read, as the execution-apis specify: 0x before every hex, no leading zeros in quantities.
/// </summary>
public static class ArgParsers
{
    public static string? Hash(JsonElement json, out Hash256 value)
    {
        value = Hash256.Zero;
        return HexText(json) is { } hex && Hash256.TryParse(hex, out value)
            ? null
            : $"{Show(json)} is not a 32-byte hash (0x and 64 hex digits)";
    }

    /// <summary>Any case of letters: clients check EIP-55 checksums before they send.</summary>
    public static string? Address(JsonElement json, out Address value)
    {
        Span<byte> bytes = stackalloc byte[Primitives.Address.Size];
        var isAddress = HexText(json) is { } hex && Hex.TryDecode(hex, bytes, out var written) && written == bytes.Length;
        value = isAddress ? new Address(bytes) : Primitives.Address.Zero;
        return isAddress ? null : $"{Show(json)} is not an address (0x and 40 hex digits)";
    }

    public static string? Quantity(JsonElement json, out ulong value)
    {
        var why = Number(json, out var number);
        value = why is null && number.IsUInt64 ? (ulong)number : 0;
        return why ?? (number.IsUInt64 ? null : $"{Show(json)} does not fit in 64 bits");
    }

    public static string? Number(JsonElement json, out UInt256 value)
    {
        value = UInt256.Zero;
        if (HexText(json) is not { } hex) return $"{Show(json)} is not a quantity (0x and hex digits)";
        if (hex.Length == 2) return $"{Show(json)} is an empty quantity; zero is \"0x0\"";
        if (hex.Length > 3 && hex[2] == '0') return $"{Show(json)} has leading zero digits";
        return hex[1] == 'x' && UInt256.TryParse(hex, out value) ? null : $"{Show(json)} is not a quantity of at most 256 bits";
    }

    /// <summary>A 256-bit key or value with or without leading zeros, as storage keys are written.</summary>
    public static string? Word(JsonElement json, out Hash256 value)
    {
        value = Hash256.Zero;
        var isWord = HexText(json) is { } hex && hex.Length is > 2 and <= 66 && UInt256.TryParse(hex, out var number)
            && Set(number, out value);
        return isWord ? null : $"{Show(json)} is not hex of 1 to 32 bytes";

        static bool Set(UInt256 number, out Hash256 value)
        {
            value = number.ToHash256();
            return true;
        }
    }

    public static string? Bytes(JsonElement json, out byte[] value)
    {
        value = [];
        if (HexText(json) is not { } hex) return $"{Show(json)} is not hex data (0x and two digits a byte)";
        if (hex.Length % 2 != 0) return $"{Show(json)} has an odd number of hex digits";
        var bytes = new byte[(hex.Length / 2) - 1];
        if (!Hex.TryDecode(hex, bytes, out _)) return $"{Show(json)} holds a character that is no hex digit";
        value = bytes;
        return null;
    }

    public static string? Bool(JsonElement json, out bool value)
    {
        value = json.ValueKind == JsonValueKind.True;
        return json.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : $"{Show(json)} is neither true nor false";
    }

    /// <summary>A count: a JSON number or a quantity.</summary>
    public static string? Int(JsonElement json, out int value)
    {
        value = 0;
        if (json.ValueKind == JsonValueKind.Number)
            return json.TryGetInt32(out value) && value >= 0
                ? null
                : $"{Show(json)} is not a whole number from 0 to {int.MaxValue}";
        if (Quantity(json, out var quantity) is { } why) return why;
        value = (int)Math.Min(quantity, int.MaxValue);
        return null;
    }

    public static string? Long(JsonElement json, out long value)
    {
        value = 0;
        return json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out value)
            ? null
            : $"{Show(json)} is not a whole number";
    }

    public static string? Real(JsonElement json, out double value)
    {
        value = 0;
        return json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out value) && double.IsFinite(value)
            ? null
            : $"{Show(json)} is not a number";
    }

    public static string? Text(JsonElement json, out string value)
    {
        value = TextOf(json) ?? "";
        return TextOf(json) is null ? $"{Show(json)} is not a string" : null;
    }

    /// <summary>The string; null for another kind of value, and for one with broken escapes.</summary>
    public static string? TextOf(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.String) return null;
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape that is half of a surrogate pair is JSON, but no text.
            return null;
        }
    }

    public static bool ValueEqualsText(this JsonElement json, string text) =>
        json.ValueKind == JsonValueKind.String && json.ValueEquals(text);

    /// <summary>A value for an error message: as it was sent, shortened.</summary>
    public static string Show(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Undefined) return "nothing";
        var raw = json.GetRawText();
        return raw.Length <= 80 ? raw : string.Create(CultureInfo.InvariantCulture, $"{raw.AsSpan(0, 77)}...");
    }

    private static string? HexText(JsonElement json)
    {
        var text = TextOf(json);
        return text is not null
            && (text.StartsWith("0x", StringComparison.Ordinal) || text.StartsWith("0X", StringComparison.Ordinal))
            ? text
            : null;
    }
}
