using System.Security.Cryptography;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>
/// The asymmetric encryption of RLPx (devp2p, RLPx, "ECIES Encryption"): R ‖ iv ‖ AES-128-CTR(kE, iv, m) ‖ HMAC-SHA-256, with
/// kE ‖ kM the concatenation KDF (NIST SP 800-56, SHA-256) of the shared x.
/// </summary>
internal static class Ecies
{
    /// <summary>How much longer the cipher text is: point (65), iv (16), tag (32).</summary>
    public const int Overhead = PointSize + IvSize + TagSize;

    private const int PointSize = 65;
    private const int IvSize = 16;
    private const int TagSize = 32;

    /// <summary>
    /// Encrypts to a public key with a given one-time key and iv. False when the public key is no point of the curve.
    /// </summary>
    /// <param name="macData">Authenticated beside the cipher text, not sent with it.</param>
    public static bool TryEncrypt(ReadOnlySpan<byte> recipient64, PrivateKey oneTime, ReadOnlySpan<byte> iv16,
        ReadOnlySpan<byte> message, ReadOnlySpan<byte> macData, Span<byte> encrypted)
    {
        Span<byte> shared = stackalloc byte[32];
        if (!oneTime.TryAgree(recipient64, shared)) return false;
        Span<byte> keys = stackalloc byte[32];
        DeriveKeys(shared, keys);
        encrypted[0] = 0x04;
        oneTime.PublicKey.CopyTo(encrypted[1..]);
        iv16.CopyTo(encrypted[PointSize..]);
        var body = encrypted.Slice(PointSize + IvSize, message.Length);
        message.CopyTo(body);
        using (var aes = new AesCtr(keys[..16], iv16)) aes.Apply(body);
        Tag(keys[16..], encrypted.Slice(PointSize, IvSize + message.Length), macData,
            encrypted.Slice(PointSize + IvSize + message.Length, TagSize));
        return true;
    }

    /// <summary>Decrypts; false for anything that was not encrypted to this key with this authenticated data.</summary>
    public static bool TryDecrypt(PrivateKey recipient, ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> macData,
        out byte[] message)
    {
        message = [];
        if (encrypted.Length < Overhead || encrypted[0] != 0x04) return false;
        Span<byte> shared = stackalloc byte[32];
        if (!recipient.TryAgree(encrypted[1..PointSize], shared)) return false;
        Span<byte> keys = stackalloc byte[32];
        DeriveKeys(shared, keys);
        Span<byte> tag = stackalloc byte[TagSize];
        Tag(keys[16..], encrypted[PointSize..^TagSize], macData, tag);
        if (!CryptographicOperations.FixedTimeEquals(tag, encrypted[^TagSize..])) return false;
        message = encrypted[(PointSize + IvSize)..^TagSize].ToArray();
        using var aes = new AesCtr(keys[..16], encrypted.Slice(PointSize, IvSize));
        aes.Apply(message);
        return true;
    }

    // One round of the KDF gives the 32 bytes that are needed: SHA-256(counter 1 ‖ z).
    private static void DeriveKeys(ReadOnlySpan<byte> shared, Span<byte> keys)
    {
        Span<byte> input = stackalloc byte[36];
        input.Clear();
        input[3] = 1;
        shared.CopyTo(input[4..]);
        SHA256.HashData(input, keys);
    }

    private static void Tag(ReadOnlySpan<byte> macKey, ReadOnlySpan<byte> ivAndCipherText, ReadOnlySpan<byte> macData,
        Span<byte> tag)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, SHA256.HashData(macKey));
        hmac.AppendData(ivAndCipherText);
        hmac.AppendData(macData);
        hmac.GetHashAndReset(tag);
    }
}
