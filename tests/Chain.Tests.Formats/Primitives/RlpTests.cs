using Chain.Primitives;

namespace Chain.Tests;

public sealed class RlpTests
{
    // The examples of the yellow paper's appendix B and of the Ethereum wiki, and the borders of the length forms.
    public static TheoryData<string, string> Strings => new()
    {
        { "0x", "0x80" },
        { "0x00", "0x00" },
        { "0x0f", "0x0f" },
        { "0x7f", "0x7f" },
        { "0x80", "0x8180" },
        { "0x0400", "0x820400" },
        { "0x646f67", "0x83646f67" },
        { "0x" + new string('a', 110), "0xb7" + new string('a', 110) },
        { "0x" + new string('a', 112), "0xb838" + new string('a', 112) },
        { "0x" + new string('a', 510), "0xb8ff" + new string('a', 510) },
        { "0x" + new string('a', 512), "0xb90100" + new string('a', 512) },
        { "0x" + new string('a', 131072), "0xba010000" + new string('a', 131072) },
    };

    [Theory]
    [MemberData(nameof(Strings))]
    public void A_string_has_one_encoding(string bytes, string encoded)
    {
        Assert.Equal(encoded, Hex.Encode(RlpTree.Encode(Hex.Decode(bytes))));
        Assert.Equal(bytes, Hex.Encode((byte[])RlpTree.Decode(Hex.Decode(encoded))));
    }

    [Theory]
    [InlineData("0xc0")]
    [InlineData("0xc88363617483646f67")]
    [InlineData("0xc7c0c1c0c3c0c1c0")]
    [InlineData("0xf838b700000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    public void A_list_decodes_and_encodes_to_the_same_bytes(string encoded) =>
        Assert.Equal(encoded, Hex.Encode(RlpTree.Encode(RlpTree.Decode(Hex.Decode(encoded)))));

    [Theory]
    [InlineData("0x", "nothing")]
    [InlineData("0x8100", "a wrapped single byte")]
    [InlineData("0x817f", "a wrapped single byte")]
    [InlineData("0xb80100", "a long form of a short string")]
    [InlineData("0xb90038", "a length with a leading zero")]
    [InlineData("0xf80180", "a long form of a short list")]
    [InlineData("0x83646f", "a string cut short")]
    [InlineData("0xc88363617483646f", "a list cut short")]
    [InlineData("0xb8", "a length cut short")]
    [InlineData("0x8080", "two items")]
    [InlineData("0xc180ff", "bytes after the list")]
    [InlineData("0xc183", "an item that leaves its list")]
    [InlineData("0xbfffffffffffffffff", "a string of 2^64 - 1 bytes")]
    [InlineData("0xffffffffffffffffff", "a list of 2^64 - 1 bytes")]
    [InlineData("0xbb80000000", "a string of 2^31 bytes")]
    public void What_is_not_canonical_is_refused(string encoded, string what)
    {
        var refused = Assert.Throws<RlpException>(() => RlpTree.Decode(Hex.Decode(encoded)));
        Assert.False(string.IsNullOrEmpty(refused.Message), what);
    }

    [Theory]
    [InlineData("0x00")]
    [InlineData("0x820001")]
    [InlineData("0x89010000000000000000")]
    [InlineData("0xc0")]
    public void A_number_of_64_bits_has_no_leading_zero_and_at_most_eight_bytes(string encoded) =>
        Assert.Throws<RlpException>(() => new RlpReader(Hex.Decode(encoded)).ReadUInt64());

    [Fact]
    public void Numbers_lead_back_to_themselves()
    {
        ulong[] numbers = [0, 1, 127, 128, 255, 256, uint.MaxValue, ulong.MaxValue];
        var rlp = new RlpWriter(0);
        foreach (var number in numbers) rlp.Write(number);
        rlp.Write(UInt256.MaxValue);
        rlp.Write(int.MaxValue);
        rlp.Write(true);
        rlp.Write((Address?)null);

        var reader = new RlpReader(rlp.WrittenSpan);
        foreach (var number in numbers) Assert.Equal(number, reader.ReadUInt64());
        Assert.Equal(UInt256.MaxValue, reader.ReadUInt256());
        Assert.Equal(int.MaxValue, reader.ReadInt32());
        Assert.True(reader.ReadBool());
        Assert.Null(reader.ReadOptionalAddress());
        reader.ExpectEnd();
    }

    [Fact]
    public void Values_out_of_their_range_are_refused()
    {
        Assert.Throws<RlpException>(() => new RlpReader(RlpTree.Encode(new byte[] { 2 })).ReadBool());
        Assert.Throws<RlpException>(() => new RlpReader(RlpTree.Encode(new byte[] { 0x80, 0, 0, 0 })).ReadInt32());
        Assert.Throws<RlpException>(() => new RlpReader(RlpTree.Encode(new byte[19])).ReadOptionalAddress());
        Assert.Throws<RlpException>(() => new RlpReader(RlpTree.Encode(new byte[31])).ReadHash());
        Assert.Throws<RlpException>(() => new RlpReader(RlpTree.Encode(new byte[33])).ReadUInt256());
        Assert.Throws<RlpException>(() => new RlpReader([0x80]).ReadList());
        Assert.Throws<OverflowException>(() => new RlpWriter().Write(-1));
    }

    [Fact]
    public void A_writer_with_open_lists_gives_nothing()
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        Assert.Throws<InvalidOperationException>(() => rlp.WrittenSpan.Length);
        rlp.EndList();
        Assert.Throws<InvalidOperationException>(rlp.EndList);
        Assert.Equal("0xc0", Hex.Encode(rlp.WrittenSpan));
        rlp.Clear();
        Assert.Equal(0, rlp.WrittenSpan.Length);
    }

    [Fact]
    public void A_claimed_length_allocates_nothing()
    {
        byte[] claim = [0xba, 0xff, 0xff, 0xff];
        Assert.Throws<RlpException>(() => new RlpReader(claim).ReadBytes());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<RlpException>(() => new RlpReader(claim).ReadBytes());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }
}
