using System.Runtime.CompilerServices;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class AddressTests
{
    private const string Checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    public void An_address_prints_with_its_checksum(string text)
    {
        Assert.Equal(text, Address.Parse(text).ToString());
        Assert.Equal(text, Address.Parse(text.ToLowerInvariant()).ToString());
        Assert.Equal(text, Address.Parse("0x" + text[2..].ToUpperInvariant()).ToString());
        Assert.Equal(text, Address.Parse(text[2..]).ToString());
    }

    [Theory]
    [InlineData("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg")]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData(null)]
    public void A_wrong_checksum_length_or_digit_is_refused(string? text) => Assert.False(Address.TryParse(text, out _));

    [Fact]
    public void A_refusal_says_what_was_wrong() =>
        Assert.Contains("'0x12'", Assert.Throws<FormatException>(() => Address.Parse("0x12")).Message, StringComparison.Ordinal);

    [Fact]
    public void It_takes_exactly_twenty_bytes_in_memory_and_from_callers()
    {
        Assert.Equal(20, Unsafe.SizeOf<Address>());
        Assert.Throws<ArgumentException>(() => new Address(new byte[19]));
        Assert.Throws<ArgumentException>(() => Address.FromPublicKey(new byte[65]));
    }

    [Fact]
    public void Addresses_that_differ_in_one_byte_are_unequal_and_ordered_by_it()
    {
        var bytes = new byte[20];
        for (var i = 0; i < 20; i++)
        {
            bytes[i] = 1;
            var address = new Address(bytes);
            Assert.Equal(bytes, address.ToArray());
            Assert.NotEqual(Address.Zero, address);
            Assert.True(Address.Zero < address);
            Assert.NotEqual(Address.Zero.GetHashCode(), address.GetHashCode());
            Assert.Equal(new Address(bytes), address);
            bytes[i] = 0;
        }
    }

    [Fact]
    public void The_first_contract_of_an_account_has_its_known_address() =>
        Assert.Equal("0xcd234A471b72ba2F1Ccf0A70FCABA648a5eeCD8d",
            Address.OfContract(Address.Parse("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"), 0).ToString());

    [Fact]
    public void Comparing_does_not_allocate()
    {
        var (a, b) = (Address.Parse(Checksummed), Address.Zero);
        var equal = a.Equals(b);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) equal |= a == b | a.GetHashCode() == b.GetHashCode() | a < b;
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.False(equal);
    }
}
