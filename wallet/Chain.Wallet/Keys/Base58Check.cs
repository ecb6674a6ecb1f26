using System.Numerics;
using System.Security.Cryptography;

namespace Chain.Wallet;

/// <summary>Base58 with a four-byte double SHA-256 checksum, as Bitcoin and BIP-32 write keys.</summary>
public static class Base58Check
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    public static string Encode(ReadOnlySpan<byte> payload)
    {
        byte[] bytes = [.. payload, .. Checksum(payload)];
        var number = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var digits = new Stack<char>();
        while (!number.IsZero)
        {
            number = BigInteger.DivRem(number, 58, out var digit);
            digits.Push(Alphabet[(int)digit]);
        }

        foreach (var b in bytes)
        {
            if (b != 0) break;
            digits.Push('1');
        }

        return string.Concat(digits);
    }

    /// <summary>The payload; null for a character outside the alphabet, a wrong checksum, or more than 256 characters.</summary>
    public static byte[]? TryDecode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > 256) return null;
        var number = BigInteger.Zero;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0) return null;
            number = (number * 58) + digit;
        }

        var zeros = text.Length - text.TrimStart('1').Length;
        byte[] bytes = [.. new byte[zeros], .. number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true)];
        if (bytes.Length < 4) return null;
        var payload = bytes[..^4];
        return Checksum(payload).AsSpan().SequenceEqual(bytes.AsSpan(payload.Length)) ? payload : null;
    }

    private static byte[] Checksum(ReadOnlySpan<byte> payload) => SHA256.HashData(SHA256.HashData(payload))[..4];
}
