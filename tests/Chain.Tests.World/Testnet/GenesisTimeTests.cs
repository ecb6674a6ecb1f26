using Chain.Rules.Stake;
using Chain.Testnet;

namespace Chain.Tests;

/// <summary>When a new network under proof of stake begins.</summary>
public sealed class GenesisTimeTests
{
    [Theory]
    [InlineData(100.000, 2.0, 250, 102)]
    [InlineData(100.001, 2.0, 250, 103)]
    [InlineData(100.999, 2.0, 250, 103)]
    [InlineData(100.000, 0.0, 1000, 100)]
    [InlineData(100.000, 2.5, 1000, 103)]
    // Slots that are longer than a second: the first block, not genesis, comes a second after the start.
    [InlineData(100.000, 2.0, 2000, 101)]
    [InlineData(100.000, 2.5, 2000, 102)]
    [InlineData(1000.000, 2.0, 60_000, 943)]
    public void Genesis_is_the_first_whole_second_by_which_the_nodes_have_started(double now, double start, ulong slotMs,
        ulong expected) =>
        Assert.Equal(expected,
            StakePlan.GenesisTime(DateTimeOffset.UnixEpoch.AddMilliseconds(now * 1000), TimeSpan.FromSeconds(start), slotMs));

    [Fact]
    public void No_slot_with_a_block_begins_before_the_nodes_have_started_and_none_of_a_second_or_less_lets_them_wait_longer_than_two()
    {
        for (var slotMs = 100UL; slotMs <= 10_000; slotMs += 50)
        {
            for (var nowMs = 500_000L; nowMs < 501_000; nowMs += 37)
            {
                var genesisMs = StakePlan.GenesisTime(DateTimeOffset.FromUnixTimeMilliseconds(nowMs),
                    TimeSpan.FromMilliseconds(2300), slotMs) * 1000;
                Assert.InRange((long)(genesisMs + slotMs) - nowMs - 2300, (long)Math.Min(slotMs, 1000),
                    (long)Math.Min(slotMs, 1000) + 999);
            }
        }
    }

    [Theory]
    [InlineData(1, 2, 100, 1500)]
    [InlineData(2, 2, 200, 2400)]
    [InlineData(4, 2, 100, 2400)]
    [InlineData(4, 8, 100, 1500)]
    [InlineData(4, 2, 200, 4800)]
    [InlineData(16, 2, 62, 5952)]
    [InlineData(4, 2, 1, 1500)]
    [InlineData(64, 1, 1000, 30_000)]
    public void The_start_is_estimated_from_how_long_this_process_took_and_how_many_share_the_processors(int nodes,
        int processors, int ownMs, int expectedMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(expectedMs),
            StartEstimate.Of(nodes, processors, TimeSpan.FromMilliseconds(ownMs)));

    [Fact]
    public void Genesis_may_not_be_put_off_for_more_than_an_hour()
    {
        var wishes = new StakeWishes { GenesisDelay = TimeSpan.FromHours(2) };
        Assert.Contains("--genesis-delay", Assert.Throws<UsageException>(() => StakePlan.Check(wishes, 4)).Message,
            StringComparison.Ordinal);
    }
}
