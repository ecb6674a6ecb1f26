using System.Numerics;
using Chain.Consensus.Work;
using Chain.Rules.Work;

namespace Chain.Tests;

public class ConfidenceTests
{
    // Rosenfeld, "Analysis of hashrate-based double-spending", table 1, in percent, for 1 to 10 confirmations.
    [Theory]
    [InlineData(0.02, new[] { 4, 0.237, 0.016, 0.001, 0, 0, 0, 0, 0, 0 })]
    [InlineData(0.10, new[] { 20, 5.6, 1.712, 0.546, 0.178, 0.059, 0.020, 0.007, 0.002, 0.001 })]
    [InlineData(0.30, new[] { 60, 43.2, 32.616, 25.207, 19.762, 15.645, 12.475, 10.003, 8.055, 6.511 })]
    [InlineData(0.50, new double[] { 100, 100, 100, 100, 100, 100, 100, 100, 100, 100 })]
    public void The_catch_up_probability_is_that_of_Rosenfelds_table(double share, double[] percent)
    {
        for (var n = 1; n <= percent.Length; n++)
            Assert.Equal(percent[n - 1], Math.Round(CatchUp.Probability(share, n) * 100, 3));
    }

    // Nakamoto, "Bitcoin: A Peer-to-Peer Electronic Cash System", section 11.
    [Theory]
    [InlineData(0.1, 1,
        new[] { 1, 0.2045873, 0.0509779, 0.0131722, 0.0034552, 0.0009137, 0.0002428, 0.0000647, 0.0000173, 0.0000046,
            0.0000012 })]
    [InlineData(0.3, 5,
        new[] { 1, 0.1773523, 0.0416605, 0.0101008, 0.0024804, 0.0006132, 0.0001522, 0.0000379, 0.0000095, 0.0000024,
            0.0000006 })]
    public void The_Poisson_form_is_that_of_Nakamotos_table(double share, int step, double[] expected)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], Math.Round(CatchUp.NakamotoPoisson(share, i * step), 7));
    }

    // The same paper: the fewest confirmations with less than one in a thousand.
    [Theory]
    [InlineData(0.10, 5)]
    [InlineData(0.15, 8)]
    [InlineData(0.20, 11)]
    [InlineData(0.25, 15)]
    [InlineData(0.30, 24)]
    [InlineData(0.35, 41)]
    [InlineData(0.40, 89)]
    [InlineData(0.45, 340)]
    public void The_Poisson_form_gives_Nakamotos_waiting_times(double share, int expected)
    {
        Assert.True(CatchUp.NakamotoPoisson(share, expected) < 0.001);
        Assert.True(CatchUp.NakamotoPoisson(share, expected - 1) >= 0.001);
    }

    [Fact]
    public void The_sum_agrees_with_exact_fractions_far_down()
    {
        // q = 1/4, so p = 3/4: 1 - sum of C(m+n-1, m) (3^n - 3^m) / 4^(n+m), over the common denominator 4^2n.
        const int N = 60;
        var sum = BigInteger.Zero;
        var ways = BigInteger.One;
        for (var m = 0; m <= N; m++)
        {
            sum += ways * (BigInteger.Pow(3, N) - BigInteger.Pow(3, m)) * BigInteger.Pow(4, N - m);
            ways = ways * (m + N) / (m + 1);
        }

        var exact = (double)(BigInteger.Pow(4, 2 * N) - sum) / (double)BigInteger.Pow(4, 2 * N);
        Assert.InRange(CatchUp.Probability(0.25, N) / exact, 1 - 1e-9, 1 + 1e-9);
        Assert.InRange(exact, 1e-10, 1e-7);
    }

    [Fact]
    public void More_confirmations_never_help_the_attacker()
    {
        for (var n = 0; n < 300; n++)
            Assert.True(CatchUp.Probability(0.3, n + 1) < CatchUp.Probability(0.3, n), $"at {n} confirmations");
        Assert.True(CatchUp.Probability(0.49, 1_000_000) >= 0);
    }

    [Theory]
    [InlineData(0, 5, 0.0)]
    [InlineData(0, 0, 1.0)]
    [InlineData(0.3, 0, 1.0)]
    [InlineData(0.6, 100, 1.0)]
    public void The_ends_of_the_scale_are_certain(double share, int confirmations, double expected) =>
        Assert.Equal(expected, CatchUp.Probability(share, confirmations));

    [Theory]
    [InlineData(-0.1, 1)]
    [InlineData(1.1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(0.1, -1)]
    public void A_share_that_is_no_share_and_a_negative_count_are_refused(double share, int confirmations)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CatchUp.Probability(share, confirmations));
        Assert.Throws<ArgumentOutOfRangeException>(() => CatchUp.NakamotoPoisson(share, confirmations));
    }

    [Theory]
    [InlineData(0, "coffee")]
    [InlineData(1, "online order")]
    [InlineData(2, "online order")]
    [InlineData(3, "car")]
    [InlineData(5, "car")]
    [InlineData(6, "house")]
    [InlineData(9, "house")]
    [InlineData(10, "exchange deposit")]
    [InlineData(1000, "exchange deposit")]
    public void A_level_names_what_it_is_enough_for(int confirmations, string expected) =>
        Assert.Contains(expected, ConfidenceLevel.Describe(confirmations), StringComparison.Ordinal);
}
