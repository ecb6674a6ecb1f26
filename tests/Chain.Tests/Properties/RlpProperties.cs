using Chain.Primitives;

namespace Chain.Tests;

public sealed class RlpProperties
{
    private const int Seed = 7;

    [Fact]
    public void Any_tree_leads_back_to_itself()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 2000; i++)
        {
            var encoded = RlpTree.Encode(Tree(random, 5));
            Assert.Equal(encoded, RlpTree.Encode(RlpTree.Decode(encoded)));
        }
    }

    [Fact]
    public void Damaged_bytes_are_either_refused_or_the_one_encoding_of_something_else()
    {
        var random = new Random(Seed);
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var encoded = RlpTree.Encode(Tree(random, 4));
            for (var hits = random.Next(1, 4); hits > 0; hits--) encoded[random.Next(encoded.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) encoded = encoded[..random.Next(encoded.Length)];
            try
            {
                Assert.Equal(encoded, RlpTree.Encode(RlpTree.Decode(encoded)));
                accepted++;
            }
            catch (RlpException)
            {
                // Refused: the other good answer. Any other exception fails the test.
            }
        }

        Assert.InRange(accepted, 1, 19_999);
    }

    private static object Tree(Random random, int depth)
    {
        if (depth == 0 || random.Next(3) == 0)
        {
            var bytes = new byte[random.Next(5) switch { 0 => 0, 1 => 1, 2 => random.Next(54, 58), 3 => random.Next(254, 258), _ => random.Next(40) }];
            random.NextBytes(bytes);
            return bytes;
        }

        return Enumerable.Range(0, random.Next(5)).Select(_ => Tree(random, depth - 1)).ToList();
    }
}
