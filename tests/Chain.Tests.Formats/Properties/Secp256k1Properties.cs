using Chain.Primitives;

namespace Chain.Tests;

/// <summary>All implementations of the curve give the same bytes and the same refusals; BouncyCastle is the oracle.</summary>
public sealed class Secp256k1Properties
{
    private const int Seed = 256;
    private static readonly BouncyCastleSecp256k1 Oracle = new();

    [Fact]
    public void The_managed_curve_answers_as_BouncyCastle_on_random_input() => CompareOnRandomInput(new ManagedSecp256k1());

    [NativeSecp256k1Fact]
    public void The_native_library_answers_as_BouncyCastle_on_random_input() => CompareOnRandomInput(Native()!);

    [Fact]
    public void The_managed_curve_answers_as_BouncyCastle_on_edges_and_rubbish() => CompareOnEdges(new ManagedSecp256k1());

    [NativeSecp256k1Fact]
    public void The_native_library_answers_as_BouncyCastle_on_edges_and_rubbish() => CompareOnEdges(Native()!);

    [Fact]
    public void The_managed_curve_answers_as_BouncyCastle_on_random_signatures() =>
        CompareOnRandomSignatures(new ManagedSecp256k1());

    [NativeSecp256k1Fact]
    public void The_native_library_answers_as_BouncyCastle_on_random_signatures() => CompareOnRandomSignatures(Native()!);

    [Fact]
    public void BouncyCastle_recovers_and_verifies_what_it_signed()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 20; i++)
        {
            var (key, digest) = (Bytes(random, 32), Bytes(random, 32));
            var (publicKey, recovered, signature) = (new byte[64], new byte[64], new byte[65]);
            Assert.True(Oracle.TryGetPublicKey(key, publicKey));
            Assert.True(Oracle.TrySign(digest, key, signature));
            Assert.True(Signature.FromBytes(signature).IsValid);
            Assert.True(Oracle.TryRecover(digest, signature, recovered));
            Assert.Equal(publicKey, recovered);
            Assert.True(Oracle.Verify(digest, signature.AsSpan(0, 64), publicKey));
            signature[random.Next(64)] ^= (byte)(1 << random.Next(8));
            Assert.False(Oracle.Verify(digest, signature.AsSpan(0, 64), publicKey));
        }
    }

    [Fact]
    public void A_tweak_moves_both_keys_alike()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 20; i++)
        {
            var (key, tweak) = (Bytes(random, 32), Bytes(random, 32));
            var (publicKey, movedKey, movedPublic, expected) = (new byte[64], new byte[32], new byte[64], new byte[64]);
            Assert.True(Oracle.TryGetPublicKey(key, publicKey));
            Assert.True(Oracle.TryAddToPrivateKey(key, tweak, movedKey));
            Assert.True(Oracle.TryAddToPublicKey(publicKey, tweak, movedPublic));
            Assert.True(Oracle.TryGetPublicKey(movedKey, expected));
            Assert.Equal(expected, movedPublic);
        }
    }

    [Fact]
    public void A_span_of_the_wrong_length_is_a_bug_and_throws()
    {
        foreach (var curve in Native() is { } native
            ? new ISecp256k1[] { Oracle, new ManagedSecp256k1(), native } : [Oracle, new ManagedSecp256k1()])
        {
            Assert.Throws<ArgumentException>(() => curve.IsValidPrivateKey(new byte[31]));
            Assert.Throws<ArgumentException>(() => curve.TryGetPublicKey(new byte[33], new byte[64]));
            Assert.Throws<ArgumentException>(() => curve.TrySign(new byte[31], UInt256.One.ToHash256().Bytes, new byte[65]));
            Assert.Throws<ArgumentException>(() => curve.TryRecover(new byte[32], new byte[64], new byte[64]));
            Assert.Throws<ArgumentException>(() => curve.Verify(new byte[32], new byte[65], new byte[64]));
            Assert.Throws<ArgumentException>(() => curve.TryEcdh(new byte[32], new byte[65], new byte[32]));
            Assert.Throws<ArgumentException>(() => curve.TryDecompress(new byte[32], new byte[64]));
            Assert.Throws<ArgumentException>(() => curve.TryAddToPrivateKey(new byte[32], new byte[32], new byte[31]));
            Assert.Throws<ArgumentException>(() => curve.TryAddToPublicKey(new byte[33], new byte[32], new byte[64]));
        }
    }

    private static void CompareOnRandomInput(ISecp256k1 candidate)
    {
        var random = new Random(Seed);
        for (var i = 0; i < 40; i++)
        {
            var (key, other, digest) = (Bytes(random, 32), Bytes(random, 32), Bytes(random, 32));
            var publicKey = Same(64, candidate, (curve, output) => curve.TryGetPublicKey(key, output));
            var otherPublic = Same(64, candidate, (curve, output) => curve.TryGetPublicKey(other, output));
            var signature = Same(65, candidate, (curve, output) => curve.TrySign(digest, key, output));
            Assert.Equal(publicKey, Same(64, candidate, (curve, output) => curve.TryRecover(digest, signature, output)));
            Assert.True(Same(candidate, curve => curve.Verify(digest, signature.AsSpan(0, 64), publicKey)));
            Assert.False(Same(candidate, curve => curve.Verify(digest, signature.AsSpan(0, 64), otherPublic)));
            Same(32, candidate, (curve, output) => curve.TryEcdh(key, otherPublic, output));
            Same(32, candidate, (curve, output) => curve.TryAddToPrivateKey(key, other, output));
            Same(64, candidate, (curve, output) => curve.TryAddToPublicKey(publicKey, other, output));
            var compressed = new byte[33];
            Secp256k1.Compress(publicKey, compressed);
            Assert.Equal(publicKey, Same(64, candidate, (curve, output) => curve.TryDecompress(compressed, output)));
        }
    }

    private static void CompareOnEdges(ISecp256k1 candidate)
    {
        var random = new Random(Seed);
        var scalars = Edges().Concat([Bytes(random, 32)]).ToList();
        var points = Edges().Zip(Edges().AsEnumerable().Reverse(), (x, y) => x.Concat(y).ToArray())
            .Concat([Generator(), Negated(Generator()), Bytes(random, 64)]).ToList();
        foreach (var a in scalars)
        {
            Same(candidate, curve => curve.IsValidPrivateKey(a));
            Same(64, candidate, (curve, output) => curve.TryGetPublicKey(a, output));
            for (byte prefix = 0; prefix < 8; prefix++)
            {
                byte[] compressed = [prefix, .. a];
                Same(64, candidate, (curve, output) => curve.TryDecompress(compressed, output));
            }

            foreach (var b in scalars)
            {
                Same(65, candidate, (curve, output) => curve.TrySign(a, b, output));
                Same(32, candidate, (curve, output) => curve.TryAddToPrivateKey(a, b, output));
                Same(candidate, curve => curve.Verify(scalars[^1], [.. a, .. b], Generator()));
                for (byte parity = 0; parity < 5; parity++)
                {
                    byte[] signature = [.. a, .. b, parity];
                    Same(64, candidate, (curve, output) => curve.TryRecover(scalars[^1], signature, output));
                    Same(64, candidate, (curve, output) => curve.TryRecover(new byte[32], signature, output));
                }
            }

            foreach (var point in points)
            {
                Same(64, candidate, (curve, output) => curve.TryAddToPublicKey(point, a, output));
                Same(32, candidate, (curve, output) => curve.TryEcdh(a, point, output));
            }
        }
    }

    private static void CompareOnRandomSignatures(ISecp256k1 candidate)
    {
        var random = new Random(Seed);
        for (var i = 0; i < 100; i++)
        {
            var digest = Bytes(random, 32);
            byte[] signature = [.. Bytes(random, 64), (byte)random.Next(2)];
            Same(64, candidate, (curve, output) => curve.TryRecover(digest, signature, output));
        }
    }

    private static LibSecp256k1? Native() => LibSecp256k1.TryLoad(out var native, out _) ? native : null;

    private static byte[] Same(int length, ISecp256k1 candidate, Func<ISecp256k1, byte[], bool> call)
    {
        var (expected, got) = (new byte[length], new byte[length]);
        var accepted = call(Oracle, expected);
        Assert.Equal(accepted, call(candidate, got));
        if (accepted) Assert.Equal(expected, got);
        return expected;
    }

    private static bool Same(ISecp256k1 candidate, Func<ISecp256k1, bool> call)
    {
        var expected = call(Oracle);
        Assert.Equal(expected, call(candidate));
        return expected;
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    // Around zero, half the order, the order, the field's prime and the top.
    private static List<byte[]> Edges() =>
    [
        .. new UInt256[] { 0, 1, 2, Secp256k1.HalfOrder, Secp256k1.HalfOrder + 1, Secp256k1.Order - 1, Secp256k1.Order,
            Secp256k1.Order + 1, Secp256k1.FieldPrime - 1, Secp256k1.FieldPrime, UInt256.MaxValue }
            .Select(value => value.ToHash256().ToArray()),
    ];

    private static byte[] Generator() => new PrivateKey(UInt256.One.ToHash256().Bytes).PublicKey.ToArray();

    private static byte[] Negated(byte[] point) =>
        [.. point[..32], .. (Secp256k1.FieldPrime - UInt256.FromBigEndian(point.AsSpan(32))).ToHash256().Bytes];
}
