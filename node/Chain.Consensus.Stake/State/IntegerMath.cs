namespace Chain.Consensus.Stake;

internal static class IntegerMath
{
    /// <summary>integer_squareroot: the greatest x with x * x &lt;= n.</summary>
    public static ulong SquareRoot(ulong n)
    {
        // The floating result is off by at most one near squares of more than 53 bits.
        var root = Math.Min((ulong)Math.Sqrt(n), uint.MaxValue);
        while (root * root > n) root--;
        while (root < uint.MaxValue && (root + 1) * (root + 1) <= n) root++;
        return root;
    }
}
