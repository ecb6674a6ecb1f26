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
            var encoded = RlpTree.Encode(RlpTree.Random(random, 5));
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
            var encoded = RlpTree.Damage(RlpTree.Encode(RlpTree.Random(random, 4)), random);
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
}
