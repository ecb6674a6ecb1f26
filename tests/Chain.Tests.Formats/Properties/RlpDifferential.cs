using Chain.Primitives;
using Nethereum.RLP;

namespace Chain.Tests;

/// <summary>Our RLP against Nethereum's: equal bytes out, equal trees in, and nothing that we accept is refused or read otherwise
/// there. The reverse does not hold: their decoder lets many encodings of one tree pass.</summary>
public sealed class RlpDifferential
{
    private const int Seed = 11;

    [Fact]
    public void Any_tree_is_written_as_nethereum_writes_it()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 2000; i++)
        {
            var tree = RlpTree.Random(random, 5);
            Assert.Equal(Hex.Encode(TheirEncode(tree)), Hex.Encode(RlpTree.Encode(tree)));
        }
    }

    [Fact]
    public void Any_tree_that_we_write_is_read_by_nethereum_as_it_was()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 2000; i++)
        {
            var encoded = RlpTree.Encode(RlpTree.Random(random, 5));
            Assert.Equal(encoded, RlpTree.Encode(TheirDecode(encoded)));
        }
    }

    [Fact]
    public void Damaged_bytes_that_we_accept_mean_the_same_to_nethereum()
    {
        var random = new Random(Seed);
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var encoded = RlpTree.Damage(RlpTree.Encode(RlpTree.Random(random, 4)), random);
            if (!IsAccepted(encoded)) continue;
            accepted++;
            Assert.Equal(encoded, RlpTree.Encode(TheirDecode(encoded)));
        }

        Assert.InRange(accepted, 1, 19_999);
    }

    [Theory]
    [InlineData(0x00UL)]
    [InlineData(0x7fUL)]
    [InlineData(0x80UL)]
    [InlineData(0x0400UL)]
    [InlineData(ulong.MaxValue)]
    public void Numbers_are_written_as_nethereum_writes_them(ulong value)
    {
        var writer = new RlpWriter();
        writer.Write(value);
        Assert.Equal(RLP.EncodeElement(((System.Numerics.BigInteger)value).ToBytesForRLPEncoding()), writer.ToArray());
    }

    // A lone byte below 0x80 in a long form of its own: two encodings of one tree, of which only one may be valid.
    [Fact]
    public void A_wrapped_single_byte_is_refused_here_and_accepted_there()
    {
        byte[] wrapped = [0x81, 0x01];
        Assert.False(IsAccepted(wrapped));
        Assert.Equal(new byte[] { 0x01 }, RLP.Decode(wrapped).RLPData);
    }

    private static bool IsAccepted(byte[] encoded)
    {
        try
        {
            RlpTree.Decode(encoded);
            return true;
        }
        catch (RlpException)
        {
            return false;
        }
    }

    private static byte[] TheirEncode(object tree) => tree is byte[] bytes
        ? RLP.EncodeElement(bytes)
        : RLP.EncodeList(((List<object>)tree).Select(TheirEncode).ToArray());

    private static object TheirDecode(byte[] encoded) => Tree(RLP.Decode(encoded));

    // An empty string has no data there.
    private static object Tree(IRLPElement element) => element is RLPCollection list
        ? list.Select(Tree).ToList()
        : element.RLPData ?? [];
}
