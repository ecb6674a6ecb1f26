using Chain.Consensus.Stake;
using Chain.Consensus.Work;
using Chain.Network;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Rules.Work;

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
        await using var behind = await TestHub.StartAsync(2,
            new PeerHubOptions { UnixMs = () => Now, StaticPeers = [ahead.Hub.Self] }, new ManualTime());
        await TestHub.UntilAsync(() => (ahead.Hub.ClockOffsetMs, behind.Hub.ClockOffsetMs) is (not null, not null));
        Assert.Equal((-9000L, 9000L), (ahead.Hub.ClockOffsetMs, behind.Hub.ClockOffsetMs));
    }

    [Fact]
    public async Task What_is_known_of_the_clocks_outlives_the_peers_and_ends_when_the_clock_is_set()
    {
        var skew = 9000L;
        await using var wrong =
            await TestHub.StartAsync(1, new PeerHubOptions { UnixMs = () => Now + Volatile.Read(ref skew) }, new ManualTime());
        var right = await TestHub.StartAsync(2, new PeerHubOptions { UnixMs = () => Now, StaticPeers = [wrong.Hub.Self] },
            new ManualTime());
        await TestHub.UntilAsync(() => wrong.Hub.ClockOffsetMs is not null);

        await right.DisposeAsync();
        await TestHub.UntilAsync(() => wrong.Hub.PeerCount == 0);
        Assert.Equal(-9000, wrong.Hub.ClockOffsetMs);

        Volatile.Write(ref skew, 0);
        Assert.Equal(0, wrong.Hub.ClockOffsetMs);
    }

    [Theory]
    [InlineData(100, 500)]
    [InlineData(250, 500)]
    [InlineData(1_000, 1_000)]
    [InlineData(12_000, 2_000)]
    public void The_offset_that_calls_for_an_alert_follows_the_slot_under_stake(ulong slotMs, long offset)
    {
        Assert.Equal(offset, new StakeApi().LargestClockOffsetMs(new ChainSpec
        {
            ChainId = 1,
            Consensus = new ProofOfStakeSettings { SlotDurationMs = slotMs },
        }));
        Assert.Equal(2_000,
            new WorkApi().LargestClockOffsetMs(new ChainSpec { ChainId = 1, Consensus = new ProofOfWorkSettings() }));
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
