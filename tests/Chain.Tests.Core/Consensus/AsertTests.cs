using System.Numerics;
using Chain.Consensus.Work;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class AsertTests
{
    private const ulong BlockTime = 2;
    private static readonly BlockHeader Header = new()
    {
        ParentHash = Hash256.Zero,
        Beneficiary = Address.Zero,
        StateRoot = Hash256.Zero,
        TransactionsRoot = Hash256.Zero,
        ReceiptsRoot = Hash256.Zero,
        LogsBloom = Bloom.Empty,
        Difficulty = 0,
        Number = 1,
        GasLimit = 0,
        GasUsed = 0,
        Timestamp = 1_000_000,
        BaseFeePerGas = 0,
    };

    [Fact]
    public void A_block_on_schedule_keeps_the_difficulty() =>
        Assert.Equal(1_234_567UL, Next(1_234_567, BlockTime));

    [Fact]
    public void A_half_life_late_halves_the_difficulty() => Assert.Equal(500_000_000UL, Next(1_000_000_000, 11 * BlockTime));

    [Fact]
    public void One_block_changes_the_difficulty_by_little_even_when_it_comes_at_once() =>
        Assert.InRange((ulong)Next(1_000_000_000, 1), 1_030_000_000UL, 1_040_000_000UL);

    [Fact]
    public void The_difficulty_never_falls_below_the_floor() =>
        Assert.Equal(Asert.MinimumDifficulty, Next(Asert.MinimumDifficulty, 1_000_000_000_000));

    [Fact]
    public void The_difficulty_of_a_child_at_the_end_of_time_is_the_floor() =>
        Assert.Equal(Asert.MinimumDifficulty,
            Asert.NextDifficulty(Header with { Difficulty = UInt256.MaxValue, Timestamp = 0 }, ulong.MaxValue, BlockTime));

    [Fact]
    public void Every_bit_of_the_target_is_what_whole_numbers_give()
    {
        var seed = 1UL;
        for (var i = 0; i < 20_000; i++)
        {
            var anchor = UInt256.Max(1,
                new UInt256(Draw(ref seed), Draw(ref seed), Draw(ref seed), Draw(ref seed)) >> (int)(Draw(ref seed) % 256));
            var limit = UInt256.Max(1, UInt256.MaxValue >> (int)(Draw(ref seed) % 40));
            var time = (long)(Draw(ref seed) >> (int)(20 + (Draw(ref seed) % 44))) - 1000;
            var height = Draw(ref seed) >> (int)(40 + (Draw(ref seed) % 24));
            var halfLife = 1 + (Draw(ref seed) >> (int)(40 + (Draw(ref seed) % 24)));
            var spacing = 1 + (Draw(ref seed) % 1000);
            Assert.Equal(Oracle(anchor, time, height, spacing, halfLife, limit),
                Asert.NextTarget(anchor, time, height, spacing, halfLife, limit));
        }
    }

    private static UInt256 Next(UInt256 difficulty, ulong secondsLater) =>
        Asert.NextDifficulty(Header with { Difficulty = difficulty }, Header.Timestamp + secondsLater, BlockTime);

    /// <summary>aserti3-2d as its specification writes it, in integers without bounds.</summary>
    private static UInt256 Oracle(BigInteger anchor, BigInteger time, BigInteger height, BigInteger spacing, BigInteger halfLife,
        BigInteger limit)
    {
        var exponent = (time - (spacing * (height + 1))) * 65536 / halfLife;
        var shifts = exponent >> 16;
        var fraction = exponent - (shifts << 16);
        var factor = 65536
            + (((195766423245049 * fraction) + (971821376 * fraction * fraction) + (5127 * fraction * fraction * fraction)
                + (BigInteger.One << 47)) >> 48);
        var product = anchor * factor;
        if (shifts > 1000) return (UInt256)limit;
        if (shifts < -1000) return UInt256.One;
        var target = shifts >= 16 ? product << (int)(shifts - 16) : product >> (int)(16 - shifts);
        return (UInt256)BigInteger.Min(limit, BigInteger.Max(1, target));
    }

    /// <summary>splitmix64, so that the cases are the same everywhere.</summary>
    private static ulong Draw(ref ulong state)
    {
        state += 0x9e3779b97f4a7c15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
