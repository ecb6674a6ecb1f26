using Chain.Consensus.Work;
using Chain.Primitives;
using Chain.Rules.Work;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class TransferTrackerTests
{
    private static readonly TransferStatus Pending = TransferStatus.Unknown with { State = TransferState.Pending };

    [Fact]
    public void A_transfer_that_goes_well_is_told_step_by_step()
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        Assert.Equal(["unknown"], Kinds(tracker.Observe(new Observation(TransferStatus.Unknown, null))));
        Assert.Empty(tracker.Observe(new Observation(TransferStatus.Unknown, null)));
        Assert.False(tracker.IsKnown);
        Assert.Equal(["pending"], Kinds(tracker.Observe(new Observation(Pending, null))));
        Assert.Equal(["mined", "confirmations"], Kinds(tracker.Observe(Mined(7, 1))));
        Assert.Empty(tracker.Observe(Mined(7, 1)));
        Assert.Equal(["confirmations"], Kinds(tracker.Observe(Mined(7, 5))));
        Assert.Null(tracker.Outcome);
        var last = Assert.Single(tracker.Observe(Mined(7, 6)));
        Assert.Equal("6 confirmations, deeply confirmed: by custom enough for a house; an attacker with 30 % of the hash power "
            + "undoes it with probability 15.6 %", last.Text);
        Assert.Equal(WatchOutcome.Settled, tracker.Outcome);
    }

    [Fact]
    public void A_transfer_that_the_node_has_lost_is_told_once_and_again_when_it_is_back()
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        tracker.Observe(new Observation(Pending, null));

        // For a moment a transfer can be nowhere.
        Assert.Empty(tracker.Observe(new Observation(TransferStatus.Unknown, null)));
        Assert.Equal(["lost"], Kinds(tracker.Observe(new Observation(TransferStatus.Unknown, null))));
        Assert.Empty(tracker.Observe(new Observation(TransferStatus.Unknown, null)));
        Assert.Equal("not known to the node any more", tracker.Standing);
        Assert.Null(tracker.Outcome);

        Assert.Equal(["pending"], Kinds(tracker.Observe(new Observation(Pending, null))));
        Assert.Equal(["mined", "confirmations"], Kinds(tracker.Observe(Mined(7, 1))));
    }

    [Fact]
    public void A_reorganisation_shows_even_where_the_node_keeps_no_history()
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        tracker.Observe(Mined(7, 2));
        var lost = Assert.Single(tracker.Observe(new Observation(Pending, null)));
        Assert.Equal("orphaned", lost.Kind);
        Assert.Equal($"block 7 ({Block(7).ToShortString()}) was reorganised away, the transfer is back in the pool", lost.Text);
        Assert.Equal(["mined", "confirmations"], Kinds(tracker.Observe(Mined(8, 1))));
    }

    [Fact]
    public void A_transfer_that_moved_to_another_block_left_the_first()
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        tracker.Observe(Mined(7, 2));
        var events = tracker.Observe(Mined(8, 1));
        Assert.Equal(["orphaned", "mined", "confirmations"], Kinds(events));
        Assert.DoesNotContain("pool", events[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_happened_between_two_looks_is_told_from_the_nodes_history()
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        var history = new List<TransferChange> { Change(TransferState.Pending, 1) };
        Assert.Equal(["pending"], Kinds(tracker.Observe(new Observation(Pending with { History = [.. history] }, null))));
        history.AddRange([Change(TransferState.Mined, 2, 7), Change(TransferState.Orphaned, 3, 7),
            Change(TransferState.Mined, 4, 8), Change(TransferState.Orphaned, 5, 8)]);
        var events = tracker.Observe(new Observation(TransferStatus.Unknown with
        {
            State = TransferState.Orphaned,
            History = [.. history]
        }, null));
        Assert.Equal(["mined", "orphaned", "mined", "orphaned"], Kinds(events));
        Assert.Equal([2L, 3L, 4L, 5L], events.Select(happened => happened.AtMs));
        Assert.DoesNotContain("pool", events[1].Text, StringComparison.Ordinal);
        Assert.Contains("back in the pool", events[3].Text, StringComparison.Ordinal);
        Assert.Null(tracker.Outcome);
    }

    [Fact]
    public void A_losing_transfer_is_told_as_reorganised_away_and_impossible()
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        tracker.Observe(Mined(7, 2));
        var rival = Block(99);
        var status = new TransferStatus(TransferState.Conflicting, null, null, rival,
            "transaction 0x99 of the same sender and nonce was mined",
            [Change(TransferState.Mined, 1, 7), Change(TransferState.Orphaned, 2, 7),
                new TransferChange(TransferState.Conflicting, 3, null, null, rival,
                    "transaction 0x99 of the same sender and nonce was mined")]);
        Assert.Empty(tracker.Observe(new Observation(status, null)));
        var events = tracker.Observe(new Observation(status, null));
        Assert.Equal(["orphaned", "conflicting"], Kinds(events));
        Assert.Equal("impossible now: transaction 0x99 of the same sender and nonce was mined", events[1].Text);
        Assert.Equal(rival, events[1].ReplacedBy);
        Assert.Equal(WatchOutcome.Conflicting, tracker.Outcome);
    }

    // Our node stores what it cannot work out again, and adds "mined" only while it is so.
    [Fact]
    public void A_history_whose_end_is_worked_out_afresh_loses_nothing()
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        var mined = Mined(7, 1);
        tracker.Observe(mined with { Status = mined.Status with { History = [Change(TransferState.Mined, 1, 7)] } });
        var stored = new List<TransferChange> { Change(TransferState.Orphaned, 2, 7), Change(TransferState.Pending, 2) };
        Assert.Equal(["orphaned"], Kinds(tracker.Observe(new Observation(Pending with { History = [.. stored] }, null))));
        stored.AddRange([Change(TransferState.Orphaned, 3, 9), Change(TransferState.Pending, 3)]);
        var again = Assert.Single(tracker.Observe(new Observation(Pending with { History = [.. stored] }, null)));
        Assert.Equal($"block 9 ({Block(9).ToShortString()}) was reorganised away, the transfer is back in the pool", again.Text);
    }

    [Fact]
    public void A_node_that_was_restarted_and_forgot_is_not_told_twice()
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        tracker.Observe(new Observation(Mined(7,
            1).Status with
        { History = [Change(TransferState.Pending, 1), Change(TransferState.Mined, 2, 7)] }, Mined(7,
            1).Confidence));
        Assert.Empty(tracker.Observe(new Observation(Mined(7, 1).Status with { History = [Change(TransferState.Mined, 2, 7)] },
            Mined(7, 1).Confidence)));
    }

    [Theory]
    [InlineData(TransferState.Replaced, WatchOutcome.Replaced, "replaced")]
    [InlineData(TransferState.Dropped, WatchOutcome.Dropped, "dropped")]
    public void A_transfer_that_leaves_the_pool_ends_the_watch_with_the_reason(TransferState state, WatchOutcome outcome,
        string kind)
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        tracker.Observe(new Observation(Pending, null));
        var gone = new Observation(TransferStatus.Unknown with { State = state, Reason = "a better offer" }, null);
        var told = Assert.Single(tracker.Observe(gone).Concat(tracker.Observe(gone)));
        Assert.Equal(kind, told.Kind);
        Assert.Contains("a better offer", told.Text, StringComparison.Ordinal);
        Assert.Equal(outcome, tracker.Outcome);
    }

    [Fact]
    public void A_transfer_that_is_nowhere_for_one_look_is_not_given_up()
    {
        var tracker = new TransferTracker(WatchGoal.Default);
        tracker.Observe(Mined(7, 2));
        Assert.Empty(tracker.Observe(new Observation(TransferStatus.Unknown with { State = TransferState.Dropped }, null)));
        Assert.Null(tracker.Outcome);
        Assert.Equal(["orphaned", "mined", "confirmations"], Kinds(tracker.Observe(Mined(8, 1))));
    }

    [Fact]
    public void The_goal_may_be_the_pool_or_a_tag()
    {
        var pool = new TransferTracker(Goal("0"));
        pool.Observe(new Observation(Pending, null));
        Assert.Equal(WatchOutcome.Settled, pool.Outcome);

        var finalized = new TransferTracker(Goal("finalized"));
        finalized.Observe(Mined(7, 1000));
        Assert.Null(finalized.Outcome);
        var look = Mined(7, 1001);
        var told = finalized.Observe(look with { Confidence = look.Confidence! with { Safe = true, Finalized = true } });
        Assert.EndsWith("; finalized", told[0].Text, StringComparison.Ordinal);
        Assert.Equal(WatchOutcome.Settled, finalized.Outcome);
    }

    [Fact]
    public void Under_proof_of_stake_the_share_of_the_stake_is_told_and_no_hash_power()
    {
        var events = new TransferTracker(WatchGoal.Default).Observe(Voted(Mined(7, 2), 0.8, "gathering votes"));
        Assert.Equal("2 confirmations, 80 % of the stake votes for it; gathering votes", events[^1].Text);
        var json = events[^1].ToJson();
        Assert.Equal(0.8, (double)json["stakeShare"]!);
        Assert.False(json.ContainsKey("catchUpProbability"));
    }

    [Fact]
    public void Under_proof_of_stake_a_transfer_becomes_safe_and_then_finalized()
    {
        var tracker = new TransferTracker(Goal("finalized"));
        Assert.Equal(["mined", "confirmations"], Kinds(tracker.Observe(Voted(Mined(7, 1), 0.2, "gathering votes"))));
        var safe = Voted(Mined(7, 2), 0.9, "safe: so far");
        safe = safe with { Confidence = safe.Confidence! with { Safe = true } };
        Assert.Equal(["safe"], Kinds(tracker.Observe(safe)));
        Assert.Empty(tracker.Observe(safe));
        Assert.Null(tracker.Outcome);
        var final = safe with
        {
            Confidence = safe.Confidence! with { Confirmations = 20, Finalized = true, Level = "finalized: never undone" },
        };
        var told = tracker.Observe(final);
        Assert.Equal(["finalized"], Kinds(told));
        Assert.Equal("20 confirmations; finalized: never undone", told[0].Text);
        Assert.Equal(WatchOutcome.Settled, tracker.Outcome);
    }

    [Fact]
    public void A_reorganisation_takes_safety_back()
    {
        var tracker = new TransferTracker(Goal("finalized"));
        var safe = Voted(Mined(7, 2), 0.9, "safe");
        safe = safe with { Confidence = safe.Confidence! with { Safe = true } };
        tracker.Observe(safe);
        Assert.Equal(["orphaned", "mined", "confirmations"], Kinds(tracker.Observe(Voted(Mined(8, 1), 0.1, "gathering votes"))));
        var again = Voted(Mined(8, 2), 0.9, "safe");
        Assert.Equal(["safe"], Kinds(tracker.Observe(again with { Confidence = again.Confidence! with { Safe = true } })));
    }

    private static Observation Voted(Observation look, double share, string level) =>
        look with { Confidence = look.Confidence! with { UndoChance = null, Level = level, StakeShare = share } };

    private static WatchGoal Goal(string text) =>
        WatchGoal.TryParse(text, out var goal) ? goal : throw new ArgumentException(text);

    private static string[] Kinds(IReadOnlyList<WatchEvent> events) => [.. events.Select(happened => happened.Kind)];

    private static Hash256 Block(ulong number) => StubNode.HashOf(number);

    private static TransferChange Change(TransferState state, long at, ulong? block = null) =>
        new(state, at, block, block is { } number ? Block(number) : null, null, null);

    private static Observation Mined(ulong block, int confirmations) => new(
        TransferStatus.Unknown with { State = TransferState.Mined, BlockNumber = block, BlockHash = Block(block) },
        new Confidence(confirmations, false, false)
        {
            Level = ConfidenceLevel.Describe(confirmations),
            UndoChance = new UndoChance(0.3, CatchUp.Probability(0.3, confirmations)),
        });
}
