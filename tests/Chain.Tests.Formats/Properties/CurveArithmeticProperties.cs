using System.Numerics;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// The limb arithmetic under the managed curve against BigInteger: carries that random input never meets are in the edges.
/// </summary>
public sealed class CurveArithmeticProperties
{
    private const int Seed = 977;
    private static readonly BigInteger P = Secp256k1.FieldPrime;
    private static readonly BigInteger N = Secp256k1.Order;
    private static readonly BigInteger Top = BigInteger.One << 256;

    [Fact]
    public void Field_operations_are_those_of_BigInteger_also_on_numbers_above_the_prime() => ForAllPairs(Top, (a, b) =>
    {
        var (x, y) = (FieldElement.From((UInt256)a), FieldElement.From((UInt256)b));
        Assert.Equal((a + b) % P, (BigInteger)(x + y).ToUInt256());
        Assert.Equal((a - b + (2 * P)) % P, (BigInteger)(x - y).ToUInt256());
        Assert.Equal(a * b % P, (BigInteger)(x * y).ToUInt256());
        Assert.Equal(a * a % P, (BigInteger)x.Square().ToUInt256());
        Assert.Equal((a - b) % P == 0, x.IsSameAs(y));
        Assert.Equal(a % P == 0, x.IsZero);
        Assert.Equal(!(a % P).IsEven, x.IsOdd);
    });

    [Fact]
    public void Long_chains_of_field_operations_stay_right()
    {
        var (x, expected) = (FieldElement.From(UInt256.MaxValue), Top - 1);
        for (var i = 0; i < 5000; i++)
        {
            var y = x.Square() - (x + x);
            x = (y * x) + y;
            var other = (expected * expected) - (2 * expected);
            expected = ((((other * expected) + other) % P) + P) % P;
            Assert.Equal(expected, (BigInteger)x.ToUInt256());
        }
    }

    [Fact]
    public void Roots_are_found_exactly_where_they_exist()
    {
        foreach (var value in Values(P).Take(120))
        {
            var exists = value.IsZero || BigInteger.ModPow(value, (P - 1) / 2, P).IsOne;
            Assert.Equal(exists, FieldElement.From((UInt256)value).TryGetRoot(out var root));
            if (exists) Assert.Equal(value, BigInteger.ModPow(root.ToUInt256(), 2, P));
        }
    }

    [Fact]
    public void Inverses_multiply_to_one()
    {
        foreach (var value in Values(N).Where(value => !value.IsZero))
        {
            Assert.Equal(BigInteger.One, value * (BigInteger)CurveOrder.Invert((UInt256)value) % N);
            Assert.Equal(BigInteger.One, value * (BigInteger)FieldElement.From((UInt256)value).Invert().ToUInt256() % P);
        }
    }

    [Fact]
    public void Operations_modulo_the_order_are_those_of_BigInteger() => ForAllPairs(N, (a, b) =>
    {
        var (x, y) = ((UInt256)a, (UInt256)b);
        Assert.Equal((a + b) % N, (BigInteger)CurveOrder.Add(x, y));
        Assert.Equal(a * b % N, (BigInteger)CurveOrder.Multiply(x, y));
        Assert.Equal((N - a) % N, (BigInteger)CurveOrder.Negate(x));
    });

    [Fact]
    public void A_split_scalar_adds_up_and_both_parts_are_short()
    {
        var lambda = BigInteger.Parse("05363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72",
            System.Globalization.NumberStyles.HexNumber);
        Assert.Equal(BigInteger.One, BigInteger.ModPow(lambda, 3, N));
        foreach (var k in Values(N))
        {
            var (k1, k2) = ScalarSplit.Of((UInt256)k);
            Assert.Equal(k, ((BigInteger)k1 + (k2 * lambda)) % N);
            Assert.All([k1, k2], part => Assert.InRange(UInt256.Min(part, CurveOrder.Negate(part)).BitLength, 0, 128));
        }
    }

    [Fact]
    public void Sums_of_multiples_that_meet_are_right()
    {
        // a·G + b·G for scalars whose chains pass through equal points, opposite points and infinity.
        UInt256[] scalars = [0, 1, 2, 3, 4, 5, 127, 128, 129, Secp256k1.HalfOrder, Secp256k1.HalfOrder + 1, Secp256k1.Order - 2,
            Secp256k1.Order - 1];
        foreach (var a in scalars)
        {
            foreach (var b in scalars)
            {
                var sum = DoubleMultiplication.Of(a, b, AffinePoint.Generator);
                var scalar = CurveOrder.Add(a, b);
                Assert.Equal(scalar.IsZero, sum.IsInfinity);
                if (scalar.IsZero) continue;
                var bytes = new byte[64];
                sum.ToAffine().Write(bytes);
                Assert.Equal(new PrivateKey(scalar.ToHash256().Bytes).PublicKey.ToArray(), bytes);
            }
        }
    }

    private static void ForAllPairs(BigInteger bound, Action<BigInteger, BigInteger> check)
    {
        var edges = Edges(bound);
        foreach (var a in edges)
        {
            foreach (var b in edges) check(a, b);
        }

        var random = new Random(Seed);
        for (var i = 0; i < 5000; i++) check(Any(random) % bound, Any(random) % bound);
    }

    private static IEnumerable<BigInteger> Values(BigInteger bound)
    {
        var random = new Random(Seed);
        return Edges(bound).Concat(Enumerable.Range(0, 300).Select(_ => Any(random) % bound));
    }

    private static List<BigInteger> Edges(BigInteger bound)
    {
        var edges = new HashSet<BigInteger>();
        foreach (var centre in new[] { 0, BigInteger.One << 32, BigInteger.One << 64, BigInteger.One << 128,
            BigInteger.One << 192, N / 2, N, P, Top, Top - (BigInteger.One << 32), Top - (BigInteger.One << 64),
            Top - (BigInteger.One << 192) })
        {
            for (var delta = -3; delta <= 3; delta++) edges.Add(centre + delta);
        }

        return [.. edges.Where(value => value.Sign >= 0 && value < bound).Order()];
    }

    private static BigInteger Any(Random random)
    {
        var bytes = new byte[32];
        random.NextBytes(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }
}
