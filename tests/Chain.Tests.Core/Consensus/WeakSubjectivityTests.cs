using Chain.Consensus.Stake;

namespace Chain.Tests;

public sealed class WeakSubjectivityTests
{
    private const ulong Ether = 1_000_000_000;

    /// <summary>The public network's numbers, which the guide's table was made with.</summary>
    private static readonly ProofOfStakeSettings Mainnet = new()
    {
        SlotsPerEpoch = 32,
        MinPerEpochChurnLimit = 4,
        ChurnLimitQuotient = 1 << 16,
        MinValidatorWithdrawabilityDelay = 256,
    };

    /// <summary>The table of the consensus-specs' weak-subjectivity guide, at a safety decay of 10.</summary>
    [Theory]
    [InlineData(28, 32768, 504)]
    [InlineData(28, 65536, 752)]
    [InlineData(28, 131072, 1248)]
    [InlineData(28, 262144, 2241)]
    [InlineData(28, 524288, 2241)]
    [InlineData(28, 1048576, 2241)]
    [InlineData(32, 32768, 665)]
    [InlineData(32, 65536, 1075)]
    [InlineData(32, 131072, 1894)]
    [InlineData(32, 262144, 3532)]
    [InlineData(32, 524288, 3532)]
    [InlineData(32, 1048576, 3532)]
    public void The_period_is_that_of_the_specs_table(ulong averageEther, ulong validators, ulong epochs)
    {
        var churnLimit = Math.Max(Mainnet.MinPerEpochChurnLimit, validators / Mainnet.ChurnLimitQuotient);
        Assert.Equal(epochs, WeakSubjectivity.Period(Mainnet, validators, averageEther * Ether, churnLimit));
    }

    [Fact]
    public void A_state_is_counted_by_its_active_validators()
    {
        var state = Registry.Of(40_000, Mainnet);
        Array.Fill(state.ExitEpochs, Epoch.Genesis, 32_768, 40_000 - 32_768);

        Assert.Equal(665UL, WeakSubjectivity.Period(state));
    }

    [Fact]
    public void Low_balances_are_limited_by_what_deposits_can_add() =>
        Assert.Equal(256UL + (3 * 32_768 * 10 * 16 / (200 * 16 * 32 * 16)),
            WeakSubjectivity.Period(Mainnet, 32_768, 16 * Ether, 4));

    [Fact]
    public void A_registry_without_active_validators_has_the_withdrawal_delay_alone() =>
        Assert.Equal(256UL, WeakSubjectivity.Period(Registry.Of(0, Mainnet)));

    [Fact]
    public void A_test_networks_few_validators_give_little_more_than_the_withdrawal_delay() =>
        Assert.Equal(4UL, WeakSubjectivity.Period(Registry.Of(16)));
}
