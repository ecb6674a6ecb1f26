using System.Globalization;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class ShufflingVectors
{
    public static TheoryData<string> Specs => VectorFiles.TheoryOf("shuffling-spec");

    [VectorTheory]
    [MemberData(nameof(Specs))]
    [ReadsVectors("shuffling-spec")]
    public void Positions_go_where_the_spec_s_own_vectors_send_them(string file)
    {
        var json = VectorFiles.ReadJson(file);
        var rounds = json.GetProperty("rounds").GetUInt64();
        foreach (var test in json.GetProperty("cases").EnumerateArray())
        {
            var seed = SpecVectors.Hash(test.GetProperty("seed"));
            var mapping = SpecVectors.Indices(test.GetProperty("mapping"));
            Assert.Equal(test.GetProperty("count").GetInt32(), mapping.Length);
            Assert.Equal(mapping, SwapOrNot.Shuffle([.. Enumerable.Range(0, mapping.Length)], seed, rounds));
            for (var i = 0; i < mapping.Length; i += Math.Max(1, mapping.Length / 8))
            {
                Assert.Equal(mapping[i], SwapOrNot.ComputeShuffledIndex(i, mapping.Length, seed, rounds));
            }
        }
    }

    [VectorFact]
    [ReadsVectors("shuffling-csv")]
    public void Lists_are_shuffled_as_an_independent_implementation_shuffles_them()
    {
        const ulong rounds = 90;
        foreach (var line in VectorFiles.ReadText(VectorFiles.TheOne("shuffling-csv")).Split('\n',
            StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Trim().Split(',');
            var seed = Hash256.Parse(fields[0]);
            var count = int.Parse(fields[1], CultureInfo.InvariantCulture);
            var list = Numbers(fields[2]);
            var shuffled = Numbers(fields[3]);
            Assert.Equal(count, list.Length);

            // The file places list[j] at compute_shuffled_index(j): the inverse of how committees read it.
            Assert.Equal(list, SwapOrNot.Shuffle(shuffled, seed, rounds));
        }
    }

    private static int[] Numbers(string text) =>
        [.. text.Split(':',
            StringSplitOptions.RemoveEmptyEntries).Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
}
