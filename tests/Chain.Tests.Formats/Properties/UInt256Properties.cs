using System.Numerics;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Every operation against BigInteger, over pairs of edge values and seeded random ones of all lengths.</summary>
public sealed class UInt256Properties
{
    private const int Seed = 20240611;
    private static readonly BigInteger Modulus = BigInteger.One << 256;
    private static readonly IReadOnlyList<BigInteger> Edges = MakeEdges();

    [Fact]
    public void Sums_differences_and_products_are_those_of_BigInteger() => ForAllPairs((a, b) =>
    {
        var (x, y) = ((UInt256)a, (UInt256)b);
        Assert.Equal(a + b < Modulus, UInt256.TryAdd(x, y, out var sum));
        Assert.Equal((a + b) % Modulus, (BigInteger)sum);
        Assert.Equal(a >= b, UInt256.TrySubtract(x, y, out var difference));
        Assert.Equal((a - b + Modulus) % Modulus, (BigInteger)difference);
        Assert.Equal(a * b < Modulus, UInt256.TryMultiply(x, y, out var product));
        Assert.Equal(a * b % Modulus, (BigInteger)product);
    });

    [Fact]
    public void Quotients_and_remainders_are_those_of_BigInteger() => ForAllPairs((a, b) =>
    {
        if (b.IsZero) return;
        var (quotient, remainder) = UInt256.DivRem((UInt256)a, (UInt256)b);
        Assert.Equal(a / b, (BigInteger)quotient);
        Assert.Equal(a % b, (BigInteger)remainder);
    });

    [Fact]
    public void Division_corrects_digits_that_were_guessed_too_large()
    {
        // Divisors with a full top digit and empty lower ones, dividends just below a multiple: the rare steps of algorithm D.
        var random = new Random(Seed);
        for (var i = 0; i < 20_000; i++)
        {
            var divisor = Sparse(random);
            var dividend = (divisor * Sparse(random)) + (divisor * random.Next(2)) - random.Next(3);
            if (divisor.IsZero || dividend.Sign < 0 || dividend >= Modulus) continue;
            var (quotient, remainder) = UInt256.DivRem((UInt256)dividend, (UInt256)divisor);
            Assert.Equal((dividend / divisor, dividend % divisor), ((BigInteger)quotient, (BigInteger)remainder));
        }
    }

    [Fact]
    public void Order_and_bitwise_operations_are_those_of_BigInteger() => ForAllPairs((a, b) =>
    {
        var (x, y) = ((UInt256)a, (UInt256)b);
        Assert.Equal(Math.Sign(a.CompareTo(b)), Math.Sign(x.CompareTo(y)));
        Assert.Equal((a == b, a < b, a <= b, a > b, a >= b), (x == y, x < y, x <= y, x > y, x >= y));
        Assert.Equal(a & b, (BigInteger)(x & y));
        Assert.Equal(a | b, (BigInteger)(x | y));
        Assert.Equal(BigInteger.Min(a, b), (BigInteger)UInt256.Min(x, y));
        Assert.Equal(BigInteger.Max(a, b), (BigInteger)UInt256.Max(x, y));
    });

    [Fact]
    public void Shifts_are_those_of_BigInteger_without_the_bits_above_256()
    {
        foreach (var value in Edges)
        {
            for (var count = 0; count < 256; count++)
            {
                Assert.Equal((value << count) % Modulus, (BigInteger)((UInt256)value << count));
                Assert.Equal(value >> count, (BigInteger)((UInt256)value >> count));
            }
        }
    }

    [Fact]
    public void Text_and_bytes_lead_back_to_the_number()
    {
        var random = new Random(Seed);
        foreach (var value in Edges.Concat(Enumerable.Range(0, 2000).Select(_ => Any(random))))
        {
            var number = (UInt256)value;
            Assert.Equal(value.ToString(), number.ToString());
            Assert.Equal(number, UInt256.Parse(number.ToString()));
            Assert.Equal(number, UInt256.Parse(number.ToQuantity()));
            Assert.Equal(value.GetBitLength(), number.BitLength);
            Assert.Equal(value <= ulong.MaxValue, number.IsUInt64);
            Assert.InRange((double)number, (double)value * 0.999999999999, (double)value * 1.000000000001);
            var bytes = new byte[32];
            number.WriteBigEndian(bytes);
            Assert.Equal(number, UInt256.FromBigEndian(bytes));
        }
    }

    private static void ForAllPairs(Action<BigInteger, BigInteger> check)
    {
        foreach (var a in Edges)
        {
            foreach (var b in Edges) check(a, b);
        }

        var random = new Random(Seed);
        for (var i = 0; i < 20_000; i++) check(Any(random), Any(random));
    }

    private static List<BigInteger> MakeEdges()
    {
        var edges = new HashSet<BigInteger>();
        foreach (var bit in new[] { 0, 1, 31, 32, 63, 64, 65, 127, 128, 129, 191, 192, 193, 255, 256 })
        {
            for (var delta = -2; delta <= 2; delta++) edges.Add((BigInteger.One << bit) + delta);
        }

        edges.Add((BigInteger)Secp256k1.Order);
        edges.Add(BigInteger.Pow(10, 18));
        edges.Add(BigInteger.Pow(10, 19));
        edges.Add(BigInteger.Pow(10, 38));
        return [.. edges.Where(value => value.Sign >= 0 && value < Modulus).Order()];
    }

    private static BigInteger Any(Random random)
    {
        var bytes = new byte[random.Next(33)];
        random.NextBytes(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }

    // Digits of 64 bits that are mostly all ones, all zeros or the top bit alone.
    private static BigInteger Sparse(Random random)
    {
        var value = BigInteger.Zero;
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            ulong digit = random.Next(6) switch
            {
                0 => 0UL,
                1 => 1UL,
                2 => ulong.MaxValue,
                3 => 1UL << 63,
                4 => ulong.MaxValue - 1,
                _ => (ulong)random.NextInt64()
            };
            value = (value << 64) + digit;
        }

        return value;
    }
}
