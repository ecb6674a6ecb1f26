using Chain.Primitives;

namespace Chain.Tests;

public sealed class HexTests
{
    [Fact]
    public void Bytes_become_lower_case_digits_after_0x()
    {
        Assert.Equal("0x", Hex.Encode([]));
        Assert.Equal("0x00abff", Hex.Encode([0x00, 0xab, 0xff]));
    }

    [Theory]
    [InlineData("0x00abff")]
    [InlineData("0X00ABFF")]
    [InlineData("00aBfF")]
    public void Digits_of_either_case_are_read_with_or_without_0x(string text) =>
        Assert.Equal([0x00, 0xab, 0xff], Hex.Decode(text));

    [Theory]
    [InlineData("0x1")]
    [InlineData("0x1g")]
    [InlineData("0x 1")]
    [InlineData("0x0x11")]
    public void What_is_not_hex_is_refused_and_quoted(string text)
    {
        Assert.Contains(text, Assert.Throws<FormatException>(() => Hex.Decode(text)).Message, StringComparison.Ordinal);
        Assert.False(Hex.TryDecode(text, new byte[8], out _));
    }

    [Fact]
    public void What_does_not_fit_or_is_null_is_refused()
    {
        Assert.False(Hex.TryDecode("0x0102", new byte[1], out _));
        Assert.False(Hex.TryDecode(null, new byte[1], out _));
        Assert.True(Hex.TryDecode("0x", [], out var written));
        Assert.Equal(0, written);
    }

    [Fact]
    public void A_long_text_is_shortened_in_the_message() =>
        Assert.InRange(Assert.Throws<FormatException>(() => Hex.Decode(new string('z', 10_000))).Message.Length, 1, 200);

    [Fact]
    public void A_quantity_has_no_leading_zeros()
    {
        Assert.Equal("0x0", Hex.Quantity(0));
        Assert.Equal("0x400", Hex.Quantity(1024));
    }

    [Fact]
    public void A_hash_reads_and_prints_64_digits_and_nothing_else()
    {
        var text = "0x" + new string('0', 62) + "2a";
        Assert.Equal(text, Hash256.Parse(text).ToString());
        Assert.Equal(new UInt256(42), Hash256.Parse(text).ToUInt256());
        Assert.Throws<FormatException>(() => Hash256.Parse("0x2a"));
        Assert.Throws<ArgumentException>(() => new Hash256(new byte[31]));
        Assert.True(Hash256.Zero < Hash256.Parse(text));
    }
}
