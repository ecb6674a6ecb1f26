namespace Chain.Primitives;

/// <summary>
/// Writes a scalar k as k1 + k2·λ modulo the order, where both parts (or their negatives) have at most 128 bits and λ is the cube
/// root of one that belongs to the endomorphism (x, y) -> (βx, y). The short lattice vectors (a1, b1), (a2, b2) come from the
/// extended Euclidean algorithm on the order and λ (Guide to Elliptic Curve Cryptography, algorithm 3.74).
/// </summary>
internal static class ScalarSplit
{
    private static readonly UInt256 Lambda = new(0xdf02967c1b23bd72, 0x122e22ea20816678, 0xa5261c028812645a, 0x5363ad4cc05c30e0);

    // -b1, and -b2 modulo the order.
    private static readonly UInt256 MinusB1 = new(0x6f547fa90abfe4c3, 0xe4437ed6010e8828, 0, 0);
    private static readonly UInt256 MinusB2 = new(0xd765cda83db1562c, 0x8a280ac50774346d, 0xfffffffffffffffe, 0xffffffffffffffff);

    // Round(2^384 * b2 / n) and Round(2^384 * -b1 / n): divisions by the order become products.
    private static readonly UInt256 G1 = new(0xe893209a45dbb031, 0x3daa8a1471e8ca7f, 0xe86c90e49284eb15, 0x3086d221a7d46bcd);
    private static readonly UInt256 G2 = new(0x1571b4ae8ac47f71, 0x221208ac9df506c6, 0x6f547fa90abfe4c4, 0xe4437ed6010e8828);

    /// <summary>Both parts, modulo the order: a negative one stands in its upper half.</summary>
    public static (UInt256 K1, UInt256 K2) Of(UInt256 k)
    {
        var k2 = CurveOrder.Add(CurveOrder.Multiply(Top(k, G1), MinusB1), CurveOrder.Multiply(Top(k, G2), MinusB2));
        return (CurveOrder.Add(k, CurveOrder.Negate(CurveOrder.Multiply(k2, Lambda))), k2);
    }

    // Round(a * b / 2^384).
    private static UInt256 Top(UInt256 a, UInt256 b)
    {
        Span<ulong> product = stackalloc ulong[8];
        UInt256.MultiplyWide(a, b, product);
        var top = new UInt256(product[6], product[7], 0, 0);
        return product[5] >> 63 == 0 ? top : top + UInt256.One;
    }
}
