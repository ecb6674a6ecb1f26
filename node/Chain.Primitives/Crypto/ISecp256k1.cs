namespace Chain.Primitives;

/// <summary>
/// The elliptic curve secp256k1 (SEC 2, section 2.4.1) as Ethereum uses it. All numbers are big-endian bytes; a public
/// key is x ‖ y (64 bytes, no prefix); a signature is r ‖ s (64) or r ‖ s ‖ yParity (65). Every implementation gives the
/// same bytes and the same answers; all are safe to use from several threads. A span of the wrong length is a bug and
/// throws <see cref="ArgumentException"/>; bytes of the right length that mean nothing give false, and the output is then
/// unspecified.
/// </summary>
public interface ISecp256k1
{
    /// <summary>"libsecp256k1", "managed" or "bouncycastle".</summary>
    string Name { get; }

    /// <summary>Whether 32 bytes are a scalar from 1 to the order minus one.</summary>
    bool IsValidPrivateKey(ReadOnlySpan<byte> privateKey);

    /// <summary>The public key of a private key; false when the private key is not valid.</summary>
    bool TryGetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey64);

    /// <summary>
    /// Signs a 32-byte digest with the deterministic nonce of RFC 6979 (HMAC-SHA-256, no extra data). The signature has
    /// a low s (EIP-2) and says the parity of its nonce point's y. False when the private key is not valid.
    /// </summary>
    bool TrySign(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> privateKey, Span<byte> signature65);

    /// <summary>
    /// The public key that made a signature (SEC 1, section 4.1.6). A high s is accepted here, as the ecrecover precompile
    /// wants it: refusing it is the rule of <see cref="Signature.IsValid"/>. False when r or s is not from 1 to the order
    /// minus one, the parity is neither 0 nor 1, or no point has that x.
    /// </summary>
    bool TryRecover(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> signature65, Span<byte> publicKey64);

    /// <summary>
    /// Whether a signature of a digest is by this public key. A high s, and a key that is no point of the curve, are refused.
    /// </summary>
    bool Verify(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> signature64, ReadOnlySpan<byte> publicKey64);

    /// <summary>
    /// The bare x coordinate of the product of both keys (ECIES as RLPx wants it: no hash). False when a key is not valid.
    /// </summary>
    bool TryEcdh(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey64, Span<byte> sharedX32);

    /// <summary>
    /// Reads a compressed key: 2 or 3 by the parity of y, then x (SEC 1, section 2.3.4). False when it is no point.
    /// </summary>
    bool TryDecompress(ReadOnlySpan<byte> publicKey33, Span<byte> publicKey64);

    /// <summary>
    /// Private key plus tweak modulo the order (BIP-32's child key). False when the key is not valid, the tweak is not below the
    /// order, or the sum is zero.
    /// </summary>
    bool TryAddToPrivateKey(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> tweak32, Span<byte> result32);

    /// <summary>
    /// Public key plus the tweak's multiple of the generator. False when the key is no point, the tweak is not below the order,
    /// or the sum is infinity.
    /// </summary>
    bool TryAddToPublicKey(ReadOnlySpan<byte> publicKey64, ReadOnlySpan<byte> tweak32, Span<byte> result64);
}
