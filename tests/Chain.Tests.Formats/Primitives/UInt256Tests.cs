using System.Numerics;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class UInt256Tests
{
    private const string Max = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

    [Fact]
    public void The_largest_value_prints_and_parses_in_decimal_and_hex()
    {
        Assert.Equal(Max, UInt256.MaxValue.ToString());
        Assert.Equal(UInt256.MaxValue, UInt256.Parse(Max));
        Assert.Equal("0x" + new string('f', 64), UInt256.MaxValue.ToQuantity());
        Assert.Equal(UInt256.MaxValue, UInt256.Parse("0x" + new string('F', 64)));
    }

    [Theory]
    [InlineData("0", "0x0")]
    [InlineData("1", "0x1")]
    [InlineData("1000000000000000000", "0xde0b6b3a7640000")]
    [InlineData("18446744073709551616", "0x10000000000000000")]
    [InlineData("100000000000000000000000000000000000000", "0x4b3b4ca85a86c47a098a224000000000")]
    public void Decimal_and_quantity_name_the_same_number(string text, string quantity)
    {
        Assert.Equal(text, UInt256.Parse(quantity).ToString());
        Assert.Equal(quantity, UInt256.Parse(text).ToQuantity());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1.0")]
    [InlineData("0xg")]
    [InlineData("115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    [InlineData("0x10000000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_no_number_of_256_bits_is_refused(string text)
    {
        Assert.False(UInt256.TryParse(text, out _));
        Assert.Throws<FormatException>(() => UInt256.Parse(text));
    }

    [Fact]
    public void What_does_not_fit_throws()
    {
        Assert.Throws<OverflowException>(() => UInt256.MaxValue + 1);
        Assert.Throws<OverflowException>(() => UInt256.Zero - 1);
        Assert.Throws<OverflowException>(() => UInt256.MaxValue * 2);
        Assert.Throws<OverflowException>(() => (ulong)new UInt256(0, 1, 0, 0));
        Assert.Throws<OverflowException>(() => (UInt256)BigInteger.MinusOne);
        Assert.Throws<OverflowException>(() => (UInt256)(BigInteger.One << 256));
        Assert.Throws<OverflowException>(() => UInt256.FromBigEndian(new byte[33]));
        Assert.Throws<DivideByZeroException>(() => UInt256.One / UInt256.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => UInt256.One << 256);
        Assert.Throws<ArgumentOutOfRangeException>(() => UInt256.One >> -1);
    }

    [Fact]
    public void The_Try_methods_wrap_when_they_say_no()
    {
        Assert.False(UInt256.TryAdd(UInt256.MaxValue, 2, out var sum));
        Assert.Equal(UInt256.One, sum);
        Assert.False(UInt256.TrySubtract(0, 1, out var difference));
        Assert.Equal(UInt256.MaxValue, difference);
        Assert.False(UInt256.TryMultiply(UInt256.MaxValue, 2, out var product));
        Assert.Equal(UInt256.MaxValue - 1, product);
    }

    [Fact]
    public void Short_big_endian_bytes_are_extended_with_zeros_in_front()
    {
        Assert.Equal(new UInt256(0x0102), UInt256.FromBigEndian([1, 2]));
        Assert.Equal(UInt256.Zero, UInt256.FromBigEndian([]));
        Assert.Equal(new UInt256(0x0102), new UInt256(0x0102).ToHash256().ToUInt256());
    }
}
