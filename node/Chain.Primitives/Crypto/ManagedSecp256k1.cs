namespace Chain.Primitives;

/// <summary>
/// secp256k1 without a native library: what works on public data alone (verifying, recovering, reading keys) is done here, on
/// four 64-bit limbs and without allocating, at twice BouncyCastle's speed; whatever touches a secret is BouncyCastle's.
/// </summary>
public sealed class ManagedSecp256k1 : ISecp256k1
{
    private readonly BouncyCastleSecp256k1 _secrets = new();

    /// <inheritdoc/>
    public string Name => "managed";

    /// <inheritdoc/>
    public bool IsValidPrivateKey(ReadOnlySpan<byte> privateKey) => _secrets.IsValidPrivateKey(privateKey);

    /// <inheritdoc/>
    public bool TryGetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey64) =>
        _secrets.TryGetPublicKey(privateKey, publicKey64);

    /// <inheritdoc/>
    public bool TrySign(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> privateKey, Span<byte> signature65) =>
        _secrets.TrySign(hash32, privateKey, signature65);

    /// <inheritdoc/>
    public bool TryRecover(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> signature65, Span<byte> publicKey64)
    {
        Secp256k1.ExpectLength(hash32, 32, nameof(hash32));
        Secp256k1.ExpectLength(signature65, 65, nameof(signature65));
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));
        if (signature65[64] > 1
            || !TryReadScalar(signature65[..32], out var r)
            || !TryReadScalar(signature65[32..64], out var s)
            || !AffinePoint.TryLift(signature65[..32], signature65[64] == 1, out var point)) return false;

        // Q = r⁻¹(sR − eG)
        var inverse = CurveOrder.Invert(r);
        var u1 = CurveOrder.Multiply(CurveOrder.Negate(ReadDigest(hash32)), inverse);
        var u2 = CurveOrder.Multiply(s, inverse);
        return TryWrite(DoubleMultiplication.Of(u1, u2, point), publicKey64);
    }

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> signature64, ReadOnlySpan<byte> publicKey64)
    {
        Secp256k1.ExpectLength(hash32, 32, nameof(hash32));
        Secp256k1.ExpectLength(signature64, 64, nameof(signature64));
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));
        if (!TryReadScalar(signature64[..32], out var r)
            || !TryReadScalar(signature64[32..], out var s)
            || s > Secp256k1.HalfOrder
            || !AffinePoint.TryRead(publicKey64, out var key)) return false;

        var inverse = CurveOrder.Invert(s);
        var sum = DoubleMultiplication.Of(CurveOrder.Multiply(ReadDigest(hash32), inverse), CurveOrder.Multiply(r, inverse), key);

        // r is x modulo the order: x itself, or (one in 2^128) the order less.
        return sum.HasX(FieldElement.From(r))
            || (UInt256.TryAdd(r, Secp256k1.Order, out var x) && x < Secp256k1.FieldPrime && sum.HasX(FieldElement.From(x)));
    }

    /// <inheritdoc/>
    public bool TryEcdh(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey64, Span<byte> sharedX32) =>
        _secrets.TryEcdh(privateKey, publicKey64, sharedX32);

    /// <inheritdoc/>
    public bool TryDecompress(ReadOnlySpan<byte> publicKey33, Span<byte> publicKey64)
    {
        Secp256k1.ExpectLength(publicKey33, 33, nameof(publicKey33));
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));
        if (publicKey33[0] is not (2 or 3) || !AffinePoint.TryLift(publicKey33[1..], publicKey33[0] == 3, out var point))
            return false;
        point.Write(publicKey64);
        return true;
    }

    /// <inheritdoc/>
    public bool TryAddToPrivateKey(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> tweak32, Span<byte> result32) =>
        _secrets.TryAddToPrivateKey(privateKey, tweak32, result32);

    /// <inheritdoc/>
    public bool TryAddToPublicKey(ReadOnlySpan<byte> publicKey64, ReadOnlySpan<byte> tweak32, Span<byte> result64)
    {
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));
        Secp256k1.ExpectLength(tweak32, 32, nameof(tweak32));
        Secp256k1.ExpectLength(result64, 64, nameof(result64));
        var tweak = UInt256.FromBigEndian(tweak32);
        return tweak < Secp256k1.Order
            && AffinePoint.TryRead(publicKey64, out var key)
            && TryWrite(DoubleMultiplication.Of(tweak, UInt256.One, key), result64);
    }

    private static bool TryWrite(in JacobianPoint point, Span<byte> publicKey64)
    {
        if (point.IsInfinity) return false;
        point.ToAffine().Write(publicKey64);
        return true;
    }

    private static UInt256 ReadDigest(ReadOnlySpan<byte> hash32) => CurveOrder.Reduce(UInt256.FromBigEndian(hash32));

    private static bool TryReadScalar(ReadOnlySpan<byte> bytes, out UInt256 scalar)
    {
        scalar = UInt256.FromBigEndian(bytes);
        return !scalar.IsZero && scalar < Secp256k1.Order;
    }
}
