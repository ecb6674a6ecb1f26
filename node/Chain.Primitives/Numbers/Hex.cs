namespace Chain.Primitives;

/// <summary>Hex as Ethereum writes it: 0x and an even number of digits for bytes, no leading zeros for quantities.</summary>
public static class Hex
{
    /// <summary>0x and two lower-case digits a byte; "0x" for none.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => string.Concat("0x", Convert.ToHexStringLower(bytes));

    /// <summary>A JSON-RPC quantity: 0x and no leading zeros; "0x0" for zero.</summary>
    public static string Quantity(ulong value) => $"0x{value:x}";

    /// <summary>Reads bytes, with or without a leading 0x.</summary>
    /// <exception cref="FormatException">An odd number of digits, or a character that is no hex digit.</exception>
    public static byte[] Decode(string hex)
    {
        ArgumentNullException.ThrowIfNull(hex);
        var digits = Digits(hex);
        if (digits.Length % 2 != 0) throw new FormatException($"'{Shorten(hex)}' has an odd number of hex digits.");
        var bytes = new byte[digits.Length / 2];
        if (!TryDecode(hex, bytes, out _)) throw new FormatException($"'{Shorten(hex)}' is not hex.");
        return bytes;
    }

    /// <summary>Reads bytes into a buffer; false when the text is not hex or does not fit.</summary>
    public static bool TryDecode(string? hex, Span<byte> destination, out int written)
    {
        written = 0;
        if (hex is null) return false;
        var digits = Digits(hex);
        if (digits.Length % 2 != 0 || digits.Length / 2 > destination.Length) return false;
        return Convert.FromHexString(digits, destination, out _, out written) == System.Buffers.OperationStatus.Done;
    }

    private static ReadOnlySpan<char> Digits(string hex) =>
        hex.StartsWith("0x", StringComparison.Ordinal) || hex.StartsWith("0X", StringComparison.Ordinal) ? hex.AsSpan(2) : hex;

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..77] + "...";
}
