using System.Diagnostics.CodeAnalysis;

namespace Chain.Primitives;

/// <summary>
/// A secp256k1 private key with its public key and address, worked out once. Prints as its address, never as itself.
/// </summary>
public sealed class PrivateKey
{
    /// <summary>The bytes of a private key.</summary>
    public const int Size = 32;

    private readonly byte[] _secret;
    private readonly byte[] _publicKey;

    private PrivateKey(byte[] secret, byte[] publicKey)
    {
        _secret = secret;
        _publicKey = publicKey;
        Address = Address.FromPublicKey(publicKey);
    }

    /// <summary>From 32 bytes, big-endian.</summary>
    /// <exception cref="ArgumentException">Another length, zero, or a number not below the curve's order.</exception>
    public PrivateKey(ReadOnlySpan<byte> secret)
        : this(secret.ToArray(),
            PublicKeyOf(secret)
            ?? throw new ArgumentException("A private key is 32 bytes, from 1 to the order of secp256k1 minus one.",
                nameof(secret)))
    {
    }

    /// <summary>The account that this key controls.</summary>
    public Address Address { get; }

    /// <summary>The public key: x ‖ y, 64 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <summary>The secret itself: 32 bytes. For keystores, derivation and key agreement.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>False for another length, zero, or a number not below the curve's order.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> secret, [NotNullWhen(true)] out PrivateKey? key)
    {
        key = PublicKeyOf(secret) is { } publicKey ? new PrivateKey(secret.ToArray(), publicKey) : null;
        return key is not null;
    }

    /// <summary>Signs a digest: low s, RFC 6979 nonce; the same digest gives the same signature.</summary>
    public Signature Sign(Hash256 digest)
    {
        Span<byte> bytes = stackalloc byte[Signature.Size];
        if (!Secp256k1.Provider.TrySign(digest.Bytes, _secret, bytes))
            throw new InvalidOperationException($"{digest} has no signature by {Address}: the nonce point's x exceeds the "
                + $"order.");
        return Signature.FromBytes(bytes);
    }

    /// <summary>
    /// The x coordinate of this key times another's public key (ECDH without a hash); false when that is no point of the curve.
    /// </summary>
    public bool TryAgree(ReadOnlySpan<byte> publicKey64, Span<byte> sharedX32) =>
        Secp256k1.Provider.TryEcdh(_secret, publicKey64, sharedX32);

    /// <summary>The address: the secret never reaches a log by accident.</summary>
    public override string ToString() => $"private key of {Address}";

    private static byte[]? PublicKeyOf(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Size) return null;
        var publicKey = new byte[64];
        return Secp256k1.Provider.TryGetPublicKey(secret, publicKey) ? publicKey : null;
    }
}
