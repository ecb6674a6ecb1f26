namespace Chain.Primitives;

/// <summary>
/// a·G + b·P, the whole of verifying and recovering: both scalars are split in two halves by the curve's endomorphism (Gallant,
/// Lambert, Vanstone), the four halves written in width-w non-adjacent form, and one chain of 128 doublings serves all.
/// </summary>
internal static class DoubleMultiplication
{
    // Digits of G are odd and below 2^7 in amount, those of P below 2^4; half a scalar has at most 128 bits, and a carry.
    private const int GeneratorWidth = 8;
    private const int PointWidth = 5;
    private const int Digits = 130;

    // 1·G, 3·G … 127·G, and the same times λ.
    private static readonly AffinePoint[] GeneratorMultiples =
        Array.ConvertAll(OddMultiples(AffinePoint.Generator, 1 << (GeneratorWidth - 2)), point => point.ToAffine());
    private static readonly AffinePoint[] GeneratorLambdaMultiples =
        Array.ConvertAll(GeneratorMultiples, point => point.TimesLambda());

    /// <summary>a·G + b·P for numbers below the order.</summary>
    public static JacobianPoint Of(UInt256 a, UInt256 b, in AffinePoint point)
    {
        Span<sbyte> digits = stackalloc sbyte[4 * Digits];
        digits.Clear();
        var a1 = digits[..Digits];
        var a2 = digits[Digits..(2 * Digits)];
        var b1 = digits[(2 * Digits)..(3 * Digits)];
        var b2 = digits[(3 * Digits)..];
        WriteHalves(a, GeneratorWidth, a1, a2);
        WriteHalves(b, PointWidth, b1, b2);

        Span<JacobianPoint> multiples = stackalloc JacobianPoint[1 << (PointWidth - 2)];
        Span<JacobianPoint> lambdaMultiples = stackalloc JacobianPoint[1 << (PointWidth - 2)];
        FillOddMultiples(point, multiples);
        for (var i = 0; i < multiples.Length; i++) lambdaMultiples[i] = multiples[i].TimesLambda();

        var sum = JacobianPoint.Infinity;
        for (var i = Digits - 1; i >= 0; i--)
        {
            if (!sum.IsInfinity) sum = sum.Double();
            if (a1[i] != 0) sum += Pick(GeneratorMultiples, a1[i]);
            if (a2[i] != 0) sum += Pick(GeneratorLambdaMultiples, a2[i]);
            if (b1[i] != 0) sum += Pick(multiples, b1[i]);
            if (b2[i] != 0) sum += Pick(lambdaMultiples, b2[i]);
        }

        return sum;
    }

    private static AffinePoint Pick(AffinePoint[] multiples, sbyte digit) =>
        digit > 0 ? multiples[digit >> 1] : -multiples[-digit >> 1];

    private static JacobianPoint Pick(ReadOnlySpan<JacobianPoint> multiples, sbyte digit) =>
        digit > 0 ? multiples[digit >> 1] : -multiples[-digit >> 1];

    private static JacobianPoint[] OddMultiples(in AffinePoint point, int count)
    {
        var multiples = new JacobianPoint[count];
        FillOddMultiples(point, multiples);
        return multiples;
    }

    private static void FillOddMultiples(in AffinePoint point, Span<JacobianPoint> multiples)
    {
        multiples[0] = new JacobianPoint(point);
        var twice = multiples[0].Double();
        for (var i = 1; i < multiples.Length; i++) multiples[i] = multiples[i - 1] + twice;
    }

    private static void WriteHalves(UInt256 scalar, int width, Span<sbyte> first, Span<sbyte> second)
    {
        var (k1, k2) = ScalarSplit.Of(scalar);
        WriteSigned(k1, width, first);
        WriteSigned(k2, width, second);
    }

    // A number of the upper half of the order stands for a negative one.
    private static void WriteSigned(UInt256 scalar, int width, Span<sbyte> digits)
    {
        var isNegative = scalar > Secp256k1.HalfOrder;
        var (low, high, _, _) = isNegative ? Secp256k1.Order - scalar : scalar;
        WriteNonAdjacentForm(new UInt128(high, low), width, digits);
        if (!isNegative) return;
        foreach (ref var digit in digits) digit = (sbyte)-digit;
    }

    // Odd digits between -2^(w-1) and 2^(w-1), at least w - 1 zeros after each.
    private static void WriteNonAdjacentForm(UInt128 value, int width, Span<sbyte> digits)
    {
        var carry = 0;
        for (var bit = 0; bit < Digits;)
        {
            var shifted = bit < 128 ? value >> bit : UInt128.Zero;
            if ((int)((ulong)(shifted & 1)) == carry)
            {
                bit++;
                continue;
            }

            var taken = Math.Min(width, Digits - bit);
            var digit = (int)(ulong)(shifted & ((1UL << taken) - 1)) + carry;
            carry = digit >> (width - 1) & 1;
            digits[bit] = (sbyte)(digit - (carry << width));
            bit += taken;
        }
    }
}
