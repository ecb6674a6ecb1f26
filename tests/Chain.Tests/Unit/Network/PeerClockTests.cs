using Chain.Node.Host.Network;

namespace Chain.Tests;

/// <summary>How far the peers' clocks are from ours.</summary>
public sealed class PeerClockTests
{
    private const long Now = 1_700_000_000_000;

    [Fact]
    public async Task Connected_nodes_learn_how_far_their_clocks_are_apart()
    {
        // Clocks that stand still make the round trip nothing, and so the offset exact.
        await using var ahead = await TestHub.StartAsync(1, new PeerHubOptions { UnixMs = () => Now + 9000 }, new ManualTime());
        await using var behind = await TestHub.StartAsync(2, new PeerHubOptions { UnixMs = () => Now, StaticPeers = [ahead.Hub.Self] }, new ManualTime());
        await TestHub.UntilAsync(() => (ahead.Hub.ClockOffsetMs, behind.Hub.ClockOffsetMs) is (not null, not null));
        Assert.Equal((-9000L, 9000L), (ahead.Hub.ClockOffsetMs, behind.Hub.ClockOffsetMs));
    }

    [Fact]
    public async Task Without_a_peer_nothing_is_known()
    {
        await using var alone = await TestHub.StartAsync(1);
        Assert.Null(alone.Hub.ClockOffsetMs);
    }

    [Fact]
    public void An_answer_is_taken_to_be_from_halfway_between_question_and_answer()
    {
        var time = new ManualTime();
        var clock = new PeerClock(new MonotonicClock(time), () => Now);
        Assert.True(clock.Ask());
        time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.True(clock.Answer(Now));
        Assert.Equal(150, clock.OffsetMs);
    }

    [Fact]
    public void A_late_answer_says_nothing_and_an_unasked_one_is_refused()
    {
        var time = new ManualTime();
        var clock = new PeerClock(new MonotonicClock(time), () => Now);
        Assert.False(clock.Answer(Now));
        Assert.True(clock.Ask());
        Assert.False(clock.Ask());
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.True(clock.Answer(Now));
        Assert.Null(clock.OffsetMs);
    }

    [Theory]
    [InlineData(ulong.MaxValue, PeerClock.MaxOffsetMs)]
    [InlineData(0, -PeerClock.MaxOffsetMs)]
    public void An_absurd_time_counts_as_a_day(ulong told, long offset)
    {
        var clock = new PeerClock(new MonotonicClock(new ManualTime()), () => Now);
        Assert.True(clock.Ask());
        Assert.True(clock.Answer(told));
        Assert.Equal(offset, clock.OffsetMs);
    }

    [Fact]
    public void A_liar_among_honest_peers_moves_nothing()
    {
        Assert.Equal(12, PeerClock.Median([PeerClock.MaxOffsetMs, 10, 12]));
        Assert.Equal(0, PeerClock.Median([9000, 0]));
        Assert.Equal(0, PeerClock.Median([-9000, 0]));
        Assert.Null(PeerClock.Median([]));
    }
}
