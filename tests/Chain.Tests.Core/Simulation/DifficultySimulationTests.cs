using Chain.Consensus.Work;
using Chain.Rules.Work;

namespace Chain.Tests;

/// <summary>A thousandfold change of the hash rate settles within 12 half-lives and never stalls.</summary>
public sealed class DifficultySimulationTests
{
    private const double Change = 1000;

    [Theory]
    [InlineData(2)]
    [InlineData(13)]
    public void With_blocks_of_the_expected_work_the_difficulty_settles_within_twelve_half_lives_and_stays(ulong blockTime)
    {
        var history = DifficultySimulation.Run(seed: null, Change, blockTime);
        AssertSettles(history, blockTime, DifficultySimulation.HalfLivesToSettle, "expected work");
        foreach (var phase in history.Phases)
        {
            var deserved = phase.HashesPerSecond * blockTime;
            var settled = history.Curve.Where(point =>
                point.Seconds >= phase.StartsAtSeconds + phase.SettledAfterSeconds
                && point.Seconds < phase.StartsAtSeconds + history.Phases[1].StartsAtSeconds);
            Assert.All(settled, point => Assert.InRange((double)point.Difficulty, deserved / 1.5, deserved * 1.5));
        }
    }

    // After a fall the difficulty halves once a half-life at best, so chance has only two of the twelve left to play with.
    [Fact]
    public void With_blocks_found_by_chance_it_settles_in_each_of_two_hundred_histories_and_half_of_them_in_that_time()
    {
        var histories = Enumerable.Range(1, 200).Select(seed => DifficultySimulation.Run((ulong)seed, Change, 2)).ToArray();
        for (var i = 0; i < histories.Length; i++) AssertSettles(histories[i], 2, 16, $"seed {i + 1}");
        foreach (var phase in new[] { 0, 1, 2 })
            Assert.InRange(histories.Count(history =>
                history.Phases[phase].SettledAfterSeconds <= HalfLife(2) * DifficultySimulation.HalfLivesToSettle), 150, 200);
    }

    [Fact]
    public void Equal_seeds_give_equal_histories_and_others_do_not()
    {
        var curve = DifficultySimulation.Run(7, Change, 2).Curve;
        Assert.Equal(curve, DifficultySimulation.Run(7, Change, 2).Curve);
        Assert.NotEqual(curve, DifficultySimulation.Run(8, Change, 2).Curve);
    }

    [Theory]
    [InlineData(0.5, 2)]
    [InlineData(1e7, 2)]
    [InlineData(1000, 1)]
    public void A_change_or_a_block_time_out_of_range_is_refused(double change, ulong blockTime) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DifficultySimulation.Run(1, change, blockTime));

    // A gap of the whole time that settling takes would be a stall.
    private static void AssertSettles(DifficultyHistory history, ulong blockTime, double halfLives, string of)
    {
        var allowed = halfLives * HalfLife(blockTime);
        Assert.Equal(3, history.Phases.Count);
        foreach (var phase in history.Phases)
        {
            Assert.True(phase.SettledAfterSeconds <= allowed,
                $"{of}: at {phase.HashesPerSecond} H/s settled after {phase.SettledAfterSeconds} s, allowed {allowed} s.");
            Assert.True(phase.LongestGapSeconds < DifficultySimulation.HalfLivesToSettle * HalfLife(blockTime),
                $"{of}: at {phase.HashesPerSecond} H/s a gap of {phase.LongestGapSeconds} s.");
            Assert.True(phase.SettledBlockSeconds / blockTime is > 0.9 and < 1.1,
                $"{of}: at {phase.HashesPerSecond} H/s blocks settled to one every {phase.SettledBlockSeconds} s.");
        }
    }

    private static double HalfLife(ulong blockTime) => Asert.HalfLifeBlocks * blockTime;
}
