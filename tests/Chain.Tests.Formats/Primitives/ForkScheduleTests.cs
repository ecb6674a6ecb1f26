using Chain.Primitives;

namespace Chain.Tests;

public sealed class ForkScheduleTests
{
    private static readonly Hash256 Mainnet = Hash256.Parse("0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3");

    [Fact]
    public void A_chain_without_forks_has_the_checksum_of_its_genesis_for_ever()
    {
        var schedule = new ForkSchedule(Mainnet);
        Assert.Equal(new ForkId(0xfc64ec04, 0), schedule.At(0));
        Assert.Equal(new ForkId(0xfc64ec04, 0), schedule.At(ulong.MaxValue));
        Assert.Equal(ForkVerdict.Compatible, schedule.Judge(new ForkId(0xfc64ec04, 0), 5));
        Assert.Equal(ForkVerdict.Compatible, schedule.Judge(new ForkId(0xfc64ec04, 6), 5));
        Assert.Equal(ForkVerdict.LocalIncompatibleOrStale, schedule.Judge(new ForkId(0xfc64ec04, 5), 5));
        Assert.Equal(ForkVerdict.LocalIncompatibleOrStale, schedule.Judge(new ForkId(0xfc64ec05, 0), 5));
    }

    [Fact]
    public void Forks_at_genesis_are_skipped_and_equal_ones_count_once() =>
        Assert.Equal(new ForkSchedule(Mainnet, 7, 9).At(8), new ForkSchedule(Mainnet, 0, 0, 7, 7, 9).At(8));

    [Fact]
    public void A_peer_that_is_behind_must_know_what_comes_next()
    {
        var schedule = new ForkSchedule(Mainnet, 1_150_000, 1_920_000);
        Assert.Equal(new ForkId(0x97c2c34c, 1_920_000), schedule.At(1_150_000));
        Assert.Equal(ForkVerdict.Compatible, schedule.Judge(schedule.At(0), 2_000_000));
        Assert.Equal(ForkVerdict.RemoteStale, schedule.Judge(schedule.At(0) with { Next = 0 }, 2_000_000));
        Assert.Equal(ForkVerdict.Compatible, schedule.Judge(schedule.At(2_000_000), 0));
    }

    [Fact]
    public void Forks_out_of_order_are_refused() => Assert.Throws<ArgumentException>(() => new ForkSchedule(Mainnet, 9, 7));
}
