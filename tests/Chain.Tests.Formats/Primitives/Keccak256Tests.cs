using System.Text;
using Chain.Primitives;
using Org.BouncyCastle.Crypto.Digests;

namespace Chain.Tests;

public sealed class Keccak256Tests
{
    [Theory]
    [InlineData("", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("transfer(address,uint256)", "0xa9059cbb2ab09eb219583f4a59a5d0623ade346d962bcd4e46b11da047c9049b")]
    public void Known_texts_have_their_known_hashes(string text, string expected) =>
        Assert.Equal(expected, Keccak256.Hash(Encoding.UTF8.GetBytes(text)).ToString());

    [Fact]
    public void The_hash_of_nothing_has_a_name() => Assert.Equal(Keccak256.Hash([]), Keccak256.Empty);

    [Fact]
    public void Every_length_across_two_block_borders_hashes_as_BouncyCastle_does()
    {
        var data = new byte[301];
        new Random(1).NextBytes(data);
        for (var length = 0; length <= 300; length++)
        {
            var digest = new KeccakDigest(256);
            digest.BlockUpdate(data, 0, length);
            var expected = new byte[32];
            digest.DoFinal(expected, 0);
            Assert.Equal(expected, Keccak256.Hash(data.AsSpan(0, length)).ToArray());

            // The same bytes at an odd place in memory.
            Assert.Equal(Keccak256.Hash(data.AsSpan(1, length)), Keccak256.Hash(data.AsSpan(1, length).ToArray()));
        }
    }

    [Fact]
    public void The_permutation_takes_exactly_25_lanes() =>
        Assert.Throws<ArgumentException>(() => KeccakF1600.Permute(new ulong[24]));
}
