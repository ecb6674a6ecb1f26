using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;
using Org.BouncyCastle.Utilities;

namespace Chain.Primitives;

/// <summary>
/// secp256k1 by BouncyCastle's curve arithmetic: works everywhere, is the oracle for the other two, and signs where there is no
/// native library. None of BouncyCastle's parsers sees a peer's bytes.
/// Its running time depends on the secrets: on a machine that others share, prefer libsecp256k1.
/// </summary>
public sealed class BouncyCastleSecp256k1 : ISecp256k1
{
    // CustomNamedCurves: arithmetic made for this prime, and the curve's endomorphism.
    private static readonly X9ECParameters Parameters = CustomNamedCurves.GetByName("secp256k1");
    private static readonly ECCurve Curve = Parameters.Curve;
    private static readonly ECPoint Generator = Parameters.G;
    private static readonly BigInteger N = Parameters.N;
    private static readonly BigInteger HalfN = N.ShiftRight(1);

    /// <inheritdoc/>
    public string Name => "bouncycastle";

    /// <inheritdoc/>
    public bool IsValidPrivateKey(ReadOnlySpan<byte> privateKey) => TryReadScalar(privateKey, out _);

    /// <inheritdoc/>
    public bool TryGetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey64) =>
        TryReadScalar(privateKey, out var d) && TryWrite(TimesGenerator(d), publicKey64);

    /// <inheritdoc/>
    public bool TrySign(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> privateKey, Span<byte> signature65)
    {
        Secp256k1.ExpectLength(signature65, 65, nameof(signature65));
        var e = ReadDigest(hash32);
        if (!TryReadScalar(privateKey, out var d)) return false;

        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(N, d, hash32.ToArray());
        while (true)
        {
            var k = nonces.NextK();
            var point = TimesGenerator(k).Normalize();
            var x = point.AffineXCoord.ToBigInteger();
            var r = x.Mod(N);
            if (r.SignValue == 0) continue;
            var s = BigIntegers.ModOddInverse(N, k).Multiply(e.Add(d.Multiply(r))).Mod(N);
            if (s.SignValue == 0) continue;

            var isOdd = point.AffineYCoord.TestBitZero();
            if (s.CompareTo(HalfN) > 0) (s, isOdd) = (N.Subtract(s), !isOdd);
            Write(r, signature65[..32]);
            Write(s, signature65[32..64]);
            signature65[64] = isOdd ? (byte)1 : (byte)0;

            // An x above the order (one in 2^128) has no place in a signature of Ethereum's.
            return x.CompareTo(N) < 0;
        }
    }

    /// <inheritdoc/>
    public bool TryRecover(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> signature65, Span<byte> publicKey64)
    {
        Secp256k1.ExpectLength(signature65, 65, nameof(signature65));
        var e = ReadDigest(hash32);
        if (signature65[64] > 1
            || !TryReadScalar(signature65[..32], out var r)
            || !TryReadScalar(signature65[32..64], out var s)
            || !TryLift(r, signature65[64] == 1, out var point)) return false;

        // Q = r⁻¹(sR − eG)
        var inverse = BigIntegers.ModOddInverse(N, r);
        var u1 = N.Subtract(e).Multiply(inverse).Mod(N);
        var u2 = s.Multiply(inverse).Mod(N);
        return TryWrite(ECAlgorithms.SumOfTwoMultiplies(Generator, u1, point, u2), publicKey64);
    }

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> signature64, ReadOnlySpan<byte> publicKey64)
    {
        Secp256k1.ExpectLength(signature64, 64, nameof(signature64));
        var e = ReadDigest(hash32);
        if (!TryReadPoint(publicKey64, out var key)
            || !TryReadScalar(signature64[..32], out var r)
            || !TryReadScalar(signature64[32..], out var s)
            || s.CompareTo(HalfN) > 0) return false;

        var inverse = BigIntegers.ModOddInverse(N, s);
        var u1 = e.Multiply(inverse).Mod(N);
        var u2 = r.Multiply(inverse).Mod(N);
        var sum = ECAlgorithms.SumOfTwoMultiplies(Generator, u1, key, u2);
        return !sum.IsInfinity && sum.Normalize().AffineXCoord.ToBigInteger().Mod(N).Equals(r);
    }

    /// <inheritdoc/>
    public bool TryEcdh(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey64, Span<byte> sharedX32)
    {
        Secp256k1.ExpectLength(sharedX32, 32, nameof(sharedX32));
        if (!TryReadScalar(privateKey, out var d) | !TryReadPoint(publicKey64, out var key)) return false;
        Write(key!.Multiply(d).Normalize().AffineXCoord.ToBigInteger(), sharedX32);
        return true;
    }

    /// <inheritdoc/>
    public bool TryDecompress(ReadOnlySpan<byte> publicKey33, Span<byte> publicKey64)
    {
        Secp256k1.ExpectLength(publicKey33, 33, nameof(publicKey33));
        return publicKey33[0] is 2 or 3
            && TryLift(new BigInteger(1, publicKey33[1..].ToArray()), publicKey33[0] == 3, out var point)
            && TryWrite(point, publicKey64);
    }

    /// <inheritdoc/>
    public bool TryAddToPrivateKey(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> tweak32, Span<byte> result32)
    {
        Secp256k1.ExpectLength(result32, 32, nameof(result32));
        if (!TryReadScalar(privateKey, out var d) | !TryReadTweak(tweak32, out var tweak)) return false;
        var sum = d!.Add(tweak).Mod(N);
        Write(sum, result32);
        return sum.SignValue != 0;
    }

    /// <inheritdoc/>
    public bool TryAddToPublicKey(ReadOnlySpan<byte> publicKey64, ReadOnlySpan<byte> tweak32, Span<byte> result64) =>
        TryReadPoint(publicKey64, out var key) & TryReadTweak(tweak32, out var tweak)
        && TryWrite(key!.Add(TimesGenerator(tweak)), result64);

    private static ECPoint TimesGenerator(BigInteger scalar) => new FixedPointCombMultiplier().Multiply(Generator, scalar);

    private static BigInteger ReadDigest(ReadOnlySpan<byte> hash32)
    {
        Secp256k1.ExpectLength(hash32, 32, nameof(hash32));
        return new BigInteger(1, hash32.ToArray()).Mod(N);
    }

    private static bool TryReadTweak(ReadOnlySpan<byte> bytes, out BigInteger tweak)
    {
        Secp256k1.ExpectLength(bytes, 32, nameof(bytes));
        tweak = new BigInteger(1, bytes.ToArray());
        return tweak.CompareTo(N) < 0;
    }

    private static bool TryReadScalar(ReadOnlySpan<byte> bytes, out BigInteger scalar) =>
        TryReadTweak(bytes, out scalar) && scalar.SignValue != 0;

    private static bool TryReadPoint(ReadOnlySpan<byte> publicKey64, out ECPoint? point)
    {
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));
        point = null;
        if (UInt256.FromBigEndian(publicKey64[..32]) >= Secp256k1.FieldPrime
            || UInt256.FromBigEndian(publicKey64[32..]) >= Secp256k1.FieldPrime)
            return false;
        point = Curve.CreatePoint(new BigInteger(1, publicKey64[..32].ToArray()), new BigInteger(1, publicKey64[32..].ToArray()));
        return point.IsValid();
    }

    // The point with this x and this parity of y, if there is one: y² = x³ + 7.
    private static bool TryLift(BigInteger x, bool isOdd, out ECPoint? point)
    {
        point = null;
        if (x.CompareTo(Curve.Field.Characteristic) >= 0) return false;
        var fieldX = Curve.FromBigInteger(x);
        var y = fieldX.Square().Multiply(fieldX).Add(Curve.B).Sqrt();
        if (y is null) return false;
        if (y.TestBitZero() != isOdd) y = y.Negate();
        point = Curve.CreatePoint(x, y.ToBigInteger());
        return true;
    }

    private static bool TryWrite(ECPoint? point, Span<byte> publicKey64)
    {
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));
        if (point is null || point.IsInfinity) return false;
        var affine = point.Normalize();
        Write(affine.AffineXCoord.ToBigInteger(), publicKey64[..32]);
        Write(affine.AffineYCoord.ToBigInteger(), publicKey64[32..]);
        return true;
    }

    private static void Write(BigInteger value, Span<byte> destination) =>
        BigIntegers.AsUnsignedByteArray(32, value).CopyTo(destination);
}
