using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class StakeStateProperties
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_state_decodes_to_itself_and_keeps_its_root(int seed)
    {
        var state = StakeSample.Random(new Random(seed), validators: seed % 7);
        var decoded = StakeStateCodec.Decode(StakeStateCodec.Encode(state), StakeSample.Settings);

        foreach (var field in StakeSample.Fields) Assert.Equal(field.GetValue(state), field.GetValue(decoded));
        Assert.Equal(state.ComputeRoot(), decoded.ComputeRoot());
        Assert.Equal(StakeStateCodec.Encode(state), StakeStateCodec.Encode(decoded));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_field_that_changes_changes_the_root_and_exactly_one_part(int seed)
    {
        var random = new Random(seed);
        var state = StakeSample.Random(random, validators: 5);
        foreach (var field in StakeSample.Fields)
        {
            var changed = state.Clone();
            var value = field.GetValue(changed)!;
            if (value is Array array)
            {
                var at = random.Next(array.Length);
                array.SetValue(StakeSample.Other(array.GetValue(at)!, random), at);
            }
            else
            {
                field.SetValue(changed, StakeSample.Other(value, random));
            }

            Assert.NotEqual((field.Name, state.ComputeRoot()), (field.Name, changed.ComputeRoot()));
            var different = state.ComputePartRoots().Except(changed.ComputePartRoots()).Single().Name;
            var expected = value is Array ? field.Name : "scalars";
            Assert.Equal(expected, different, ignoreCase: true);
        }
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_are_the_one_encoding_of_another_state()
    {
        var random = new Random(11);
        var refused = 0;
        for (var i = 0; i < 4000; i++)
        {
            var bytes = StakeStateCodec.Encode(StakeSample.Random(random, random.Next(4)));
            var intact = bytes.ToArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--) bytes[Place(random, bytes.Length)] = (byte)random.Next(256);
            if (random.Next(5) == 0) bytes = bytes[..random.Next(bytes.Length)];
            if (random.Next(5) == 0) bytes = [.. bytes, (byte)random.Next(256)];
            if (bytes.SequenceEqual(intact)) continue;
            try
            {
                Assert.Equal(bytes, StakeStateCodec.Encode(StakeStateCodec.Decode(bytes, StakeSample.Settings)));
            }
            catch (RlpException)
            {
                // Refused: the other good answer. Any other exception fails the test.
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 3999);
    }

    // The lengths at the beginning are worth more hits than the hashes behind.
    private static int Place(Random random, int length) =>
        random.Next(3) == 0 ? random.Next(Math.Min(length, 200)) : random.Next(length);
}
