namespace Chain.Primitives;

/// <summary>
/// An ECDSA signature over secp256k1 with the parity of its nonce point's y, from which the signer is recovered. Any
/// value can be held; <see cref="IsValid"/> says whether it may count.
/// </summary>
/// <param name="R">The nonce point's x modulo the order.</param>
/// <param name="S">The proof; low in a valid signature (EIP-2).</param>
/// <param name="YParity">0 for an even y, 1 for an odd one.</param>
public readonly record struct Signature(UInt256 R, UInt256 S, byte YParity)
{
    /// <summary>The bytes of r ‖ s ‖ yParity.</summary>
    public const int Size = 65;

    /// <summary>
    /// r from 1 to the order minus one, s from 1 to half the order, parity 0 or 1 (yellow paper, appendix F; EIP-2).
    /// </summary>
    public bool IsValid =>
        !R.IsZero && R < Secp256k1.Order && !S.IsZero && S <= Secp256k1.HalfOrder && YParity <= 1;

    /// <summary>Reads r ‖ s ‖ yParity, 65 bytes, whatever they are.</summary>
    public static Signature FromBytes(ReadOnlySpan<byte> bytes)
    {
        Secp256k1.ExpectLength(bytes, Size, nameof(bytes));
        return new Signature(UInt256.FromBigEndian(bytes[..32]), UInt256.FromBigEndian(bytes[32..64]), bytes[64]);
    }

    /// <summary>Writes r ‖ s ‖ yParity, 65 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        Secp256k1.ExpectLength(destination, Size, nameof(destination));
        R.WriteBigEndian(destination);
        S.WriteBigEndian(destination[32..]);
        destination[64] = YParity;
    }

    /// <summary>r ‖ s ‖ yParity, 65 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>
    /// The public key (x ‖ y) that signed this digest; false for a signature that is not valid or recovers to nothing.
    /// </summary>
    public bool TryRecoverPublicKey(Hash256 digest, Span<byte> publicKey64)
    {
        if (!IsValid) return false;
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Secp256k1.Provider.TryRecover(digest.Bytes, bytes, publicKey64);
    }

    /// <summary>The account that signed this digest; false for a signature that is not valid or recovers to nothing.</summary>
    public bool TryRecoverAddress(Hash256 digest, out Address signer)
    {
        Span<byte> publicKey = stackalloc byte[64];
        var recovered = TryRecoverPublicKey(digest, publicKey);
        signer = recovered ? Address.FromPublicKey(publicKey) : Address.Zero;
        return recovered;
    }

    /// <summary>
    /// Whether this is a valid signature of the digest by this public key (x ‖ y). The parity is not looked at.
    /// </summary>
    public bool IsBy(ReadOnlySpan<byte> publicKey64, Hash256 digest)
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Secp256k1.Provider.Verify(digest.Bytes, bytes[..64], publicKey64);
    }
}
