namespace Chain.Primitives;

/// <summary>
/// Arithmetic modulo the order n of secp256k1, on numbers below n. Running time depends on the values: for public data only.
/// </summary>
internal static class CurveOrder
{
    // 2^256 modulo n, three limbs.
    private static ReadOnlySpan<ulong> Wrap => [0x402da1732fc9bebf, 0x4551231950b75fc4, 1];

    /// <summary>The number modulo n.</summary>
    public static UInt256 Reduce(UInt256 value) => value >= Secp256k1.Order ? value - Secp256k1.Order : value;

    public static UInt256 Negate(UInt256 a) => a.IsZero ? a : Secp256k1.Order - a;

    public static UInt256 Add(UInt256 a, UInt256 b) => a >= Secp256k1.Order - b ? a - (Secp256k1.Order - b) : a + b;

    /// <summary>One over a number that is not zero.</summary>
    public static UInt256 Invert(UInt256 a) => ModularInverse.Of(a, Secp256k1.Order);

    public static UInt256 Multiply(UInt256 a, UInt256 b)
    {
        Span<ulong> product = stackalloc ulong[8];
        UInt256.MultiplyWide(a, b, product);

        // Folding the upper half in, 512 bits become 386, then 260, then 257, then 256.
        Span<ulong> folded = stackalloc ulong[8];
        while ((product[4] | product[5] | product[6] | product[7]) != 0)
        {
            folded.Clear();
            product[..4].CopyTo(folded);
            AddProduct(folded, product[4..], Wrap);
            folded.CopyTo(product);
        }

        return Reduce(new UInt256(product[0], product[1], product[2], product[3]));
    }

    // sum += a * b; the sum has room for it.
    private static void AddProduct(Span<ulong> sum, ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        unchecked
        {
            for (var i = 0; i < a.Length; i++)
            {
                if (a[i] == 0) continue;
                ulong carry = 0;
                for (var j = i; j < sum.Length; j++)
                {
                    var high = Math.BigMul(a[i], j - i < b.Length ? b[j - i] : 0, out ulong low);
                    low += carry;
                    high += low < carry ? 1UL : 0UL;
                    sum[j] += low;
                    carry = high + (sum[j] < low ? 1UL : 0UL);
                }
            }
        }
    }
}
