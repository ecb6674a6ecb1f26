namespace Chain.Consensus.Work;

/// <summary>
/// How likely an attacker with a share q of the hash power undoes a block that has n confirmations (its own counts as the
/// first), when he has mined in secret since the moment it was made and never gives up.
/// </summary>
public static class CatchUp
{
    // Deeper than this the probability of a minority is beyond any meaning; the value at this depth is its upper bound.
    private const int DeepestConfirmations = 10_000;

    /// <summary>
    /// Rosenfeld's formula (arXiv 1402.2009, section 4): while the honest miners find n blocks, the attacker finds m with a
    /// negative binomial distribution, and from n - m - 1 blocks behind he draws level and passes with probability
    /// (q/p)^(n - m) (one block he is granted in advance). 1 when nothing confirms it, or for half the hash power and more.
    /// </summary>
    /// <param name="attackerShare">q, from 0 to 1.</param>
    /// <param name="confirmations">n, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share outside 0 to 1, or negative confirmations.</exception>
    public static double Probability(double attackerShare, int confirmations)
    {
        Check(attackerShare, confirmations);
        if (confirmations == 0 || attackerShare >= 0.5) return 1;
        if (attackerShare == 0) return 0;

        // The complement of the paper's sum, so that nothing cancels: the terms up to n with p and q exchanged, and the
        // tail of the distribution. In logarithms, since q^n alone leaves the range of a double.
        var n = Math.Min(confirmations, DeepestConfirmations);
        var (logP, logQ) = (Math.Log(1 - attackerShare), Math.Log(attackerShare));
        var logWays = 0.0;
        var sum = 0.0;
        for (var m = 0; ; m++)
        {
            var term = m <= n ? Math.Exp(logWays + (m * logP) + (n * logQ)) : Math.Exp(logWays + (n * logP) + (m * logQ));
            sum += term;
            if (m > n && term <= sum * 1e-17) return Math.Min(sum, 1);
            logWays += Math.Log((double)(m + n) / (m + 1));
        }
    }

    /// <summary>
    /// Nakamoto's own formula (Bitcoin, section 11): the attacker's progress taken as Poisson. Lower than the truth;
    /// here to compare with. 1 for half the hash power and more.
    /// </summary>
    /// <param name="attackerShare">q, from 0 to 1.</param>
    /// <param name="confirmations">z, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A share outside 0 to 1, or negative confirmations.</exception>
    public static double NakamotoPoisson(double attackerShare, int confirmations)
    {
        Check(attackerShare, confirmations);
        if (attackerShare >= 0.5) return 1;
        var z = Math.Min(confirmations, DeepestConfirmations);
        var ratio = attackerShare / (1 - attackerShare);
        var lambda = z * ratio;
        var poisson = Math.Exp(-lambda);
        var sum = 1.0;
        for (var k = 0; k <= z; k++)
        {
            sum -= poisson * (1 - Math.Pow(ratio, z - k));
            poisson *= lambda / (k + 1);
        }

        return Math.Clamp(sum, 0, 1);
    }

    private static void Check(double attackerShare, int confirmations)
    {
        if (attackerShare is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(attackerShare), attackerShare,
                "The attacker's share of the hash power is from 0 to 1.");
        ArgumentOutOfRangeException.ThrowIfNegative(confirmations);
    }
}
