using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class AmountTests
{
    [Theory]
    [InlineData("1.5ether", "1500000000000000000")]
    [InlineData(" 1.5 Ether ", "1500000000000000000")]
    [InlineData("1.5ETH", "1500000000000000000")]
    [InlineData(".5eth", "500000000000000000")]
    [InlineData("21gwei", "21000000000")]
    [InlineData("0.000000001gwei", "1")]
    [InlineData("100wei", "100")]
    [InlineData("0", "0")]
    [InlineData("0.10000000000000000000000ether", "100000000000000000")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639935wei",
        "115792089237316195423570985008687907853269984665640564039457584007913129639935")]
    public void An_amount_with_its_unit_is_exact(string text, string wei)
    {
        Assert.True(Amount.Parse(text).IsOk(out var parsed, out var error), error?.Message);
        Assert.Equal(wei, parsed.ToString());
    }

    [Theory]
    [InlineData("", typeof(AmountError.NotANumber))]
    [InlineData("ether", typeof(AmountError.NotANumber))]
    [InlineData("1.", typeof(AmountError.NotANumber))]
    [InlineData("1..5ether", typeof(AmountError.NotANumber))]
    [InlineData("1.2.3ether", typeof(AmountError.NotANumber))]
    [InlineData("1,5ether", typeof(AmountError.NotANumber))]
    [InlineData("1e18wei", typeof(AmountError.NotANumber))]
    [InlineData("-1ether", typeof(AmountError.NotANumber))]
    [InlineData("0x10wei", typeof(AmountError.NotANumber))]
    [InlineData("1 000ether", typeof(AmountError.NotANumber))]
    [InlineData("5", typeof(AmountError.NoUnit))]
    [InlineData("1.5", typeof(AmountError.NoUnit))]
    [InlineData("1finney", typeof(AmountError.UnknownUnit))]
    [InlineData("0.5wei", typeof(AmountError.TooPrecise))]
    [InlineData("0.0000000001gwei", typeof(AmountError.TooPrecise))]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936wei",
        typeof(AmountError.TooLarge))]
    public void What_is_no_amount_is_refused_with_its_reason(string text, Type expected)
    {
        var error = Amount.Parse(text).Error;
        Assert.IsType(expected, error);
        Assert.Contains(text.Trim(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_longer_than_any_amount_is_refused() =>
        Assert.IsType<AmountError.TooLarge>(Amount.Parse(new string('1', 100_000) + "wei").Error);

    [Theory]
    [InlineData("0", "0 ether", "0 gwei")]
    [InlineData("1", "0.000000000000000001 ether", "0.000000001 gwei")]
    [InlineData("1500000000000000000", "1.5 ether", "1500000000 gwei")]
    [InlineData("10000000000000000000000", "10000 ether", "10000000000000 gwei")]
    public void Amounts_print_exactly(string wei, string ether, string gwei)
    {
        Assert.Equal(ether, Amount.InEther(UInt256.Parse(wei)));
        Assert.Equal(gwei, Amount.InGwei(UInt256.Parse(wei)));
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7200)]
    public void Times_read(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out var span));
        Assert.Equal(TimeSpan.FromSeconds(seconds), span);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("0s")]
    [InlineData("1d")]
    [InlineData("99999999h")]
    public void What_is_no_time_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));

    [Theory]
    [InlineData(0.6, "60 %")]
    [InlineData(0.32616, "32.6 %")]
    [InlineData(0.00178, "0.178 %")]
    [InlineData(0.0007, "1 in 1,400")]
    [InlineData(1.2e-7, "1 in 8,300,000")]
    [InlineData(1e-20, "next to nothing")]
    public void Probabilities_read_as_people_say_them(double probability, string expected) =>
        Assert.Equal(expected, ProbabilityText.Describe(probability));
}
