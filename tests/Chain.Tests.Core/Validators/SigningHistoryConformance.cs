using Chain.Consensus.Stake;

using static Chain.Tests.SigningSample;

namespace Chain.Tests;

/// <summary>What every signing history does.</summary>
public abstract class SigningHistoryConformance : IDisposable
{
    private ISigningHistory? _history;

    private ISigningHistory History => _history ??= Open().Knowing(1, 2);

    protected abstract ISigningHistory Open();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => (_history as IDisposable)?.Dispose();

    [Fact]
    public void A_second_block_for_a_slot_is_refused_with_both_roots()
    {
        Assert.Null(History.Ask(Block(7, root: 1)));

        Assert.Equal(new SigningRefusal.DoubleProposal(new Slot(7), Root(2), Root(1)), History.Ask(Block(7, root: 2)));
    }

    [Fact]
    public void The_very_same_block_and_vote_may_be_signed_again()
    {
        Assert.Null(History.Ask(Block(7, root: 1)));
        Assert.Null(History.Ask(Vote(2, 3, root: 2)));

        Assert.Null(History.Ask(Block(7, root: 1)));
        Assert.Null(History.Ask(Vote(2, 3, root: 2)));
    }

    [Fact]
    public void A_block_for_an_earlier_slot_is_allowed_as_long_as_all_is_known()
    {
        Assert.Null(History.Ask(Block(7, root: 1)));

        Assert.Null(History.Ask(Block(6, root: 1)));
    }

    [Fact]
    public void A_second_vote_for_a_target_is_refused_whatever_its_source()
    {
        Assert.Null(History.Ask(Vote(2, 3, root: 1)));
        var known = new KnownVote(new Epoch(2), new Epoch(3), Root(1));

        Assert.Equal(new SigningRefusal.DoubleVote(known with { SigningRoot = Root(2) }, known),
            History.Ask(Vote(2, 3, root: 2)));
        Assert.Equal(new SigningRefusal.DoubleVote(known with { Source = new Epoch(1) }, known),
            History.Ask(Vote(1, 3, root: 1)));
    }

    [Fact]
    public void A_vote_around_another_and_one_within_another_are_refused_with_both_links()
    {
        Assert.Null(History.Ask(Vote(10, 20, root: 1)));
        var known = new KnownVote(new Epoch(10), new Epoch(20), Root(1));

        Assert.Equal(new SigningRefusal.Surrounding(new KnownVote(new Epoch(9), new Epoch(21), Root(2)), known),
            History.Ask(Vote(9, 21, root: 2)));
        Assert.Equal(new SigningRefusal.Surrounded(new KnownVote(new Epoch(11), new Epoch(19), Root(2)), known),
            History.Ask(Vote(11, 19, root: 2)));
    }

    [Theory]
    [InlineData(10, 21)]
    [InlineData(9, 19)]
    [InlineData(11, 21)]
    [InlineData(20, 21)]
    public void A_vote_that_shares_an_end_with_another_or_moves_on_from_it_is_allowed(ulong source, ulong target)
    {
        Assert.Null(History.Ask(Vote(10, 20, root: 1)));

        Assert.Null(History.Ask(Vote(source, target, root: 2)));
    }

    [Fact]
    public void A_vote_from_a_source_later_than_its_target_is_refused() =>
        Assert.Equal(new SigningRefusal.SourceAfterTarget(new Epoch(4), new Epoch(3)), History.Ask(Vote(4, 3, root: 1)));

    [Fact]
    public void What_is_refused_is_not_remembered()
    {
        Assert.Null(History.Ask(Block(7, root: 1)));
        Assert.NotNull(History.Ask(Block(7, root: 2)));

        Assert.Null(History.Ask(Block(7, root: 1)));
    }

    [Fact]
    public void Keys_do_not_see_each_other()
    {
        Assert.Null(History.Ask(Block(7, root: 1, key: 1)));
        Assert.Null(History.Ask(Vote(2, 3, root: 1, key: 1)));

        Assert.Null(History.Ask(Block(7, root: 2, key: 2)));
        Assert.Null(History.Ask(Vote(2, 3, root: 2, key: 2)));
    }

    [Fact]
    public void Requests_of_one_call_are_judged_in_order_each_against_those_before()
    {
        var refusals = History.CheckAndInsert([Block(7, root: 1), Block(7, root: 2), Vote(2, 3, root: 3), Vote(1, 4, root: 4),
            Block(8, root: 5)]);

        Assert.Equal([true, false, true, false, true], refusals.Select(refusal => refusal is null));
    }

    [Fact]
    public void A_key_that_is_not_known_gets_no_leave_and_does_not_become_known_by_asking()
    {
        Assert.Equal(new SigningRefusal.UnknownKey(), History.Ask(Block(7, root: 1, key: 3)));
        Assert.Equal(new SigningRefusal.UnknownKey(), History.Ask(Vote(2, 3, root: 1, key: 3)));
        Assert.Null(History.Find(KeyOf(3)));

        History.Register([new StakeSigningRequest.Registration(KeyOf(3), null, null)]);

        Assert.Null(History.Ask(Block(7, root: 1, key: 3)));
        Assert.Null(History.Ask(Vote(2, 3, root: 1, key: 3)));
    }

    [Fact]
    public void A_key_registered_with_bounds_signs_only_beyond_them()
    {
        History.Register([
            new StakeSigningRequest.Registration(KeyOf(3), new Slot(20), new VoteMinimum(new Epoch(3), new Epoch(5)))]);

        Assert.Equal(new SigningPast(new Slot(20), new Epoch(5)), History.Find(KeyOf(3)));
        Assert.Equal(new SigningRefusal.SlotNotAboveMinimum(new Slot(20), new Slot(20)), History.Ask(Block(20, root: 1, key: 3)));
        Assert.IsType<SigningRefusal.TargetNotAboveMinimum>(History.Ask(Vote(4, 5, root: 1, key: 3)));
        Assert.IsType<SigningRefusal.SourceBelowMinimum>(History.Ask(Vote(2, 6, root: 1, key: 3)));
        Assert.Null(History.Ask(Block(21, root: 1, key: 3)));
        Assert.Null(History.Ask(Vote(3, 6, root: 1, key: 3)));
    }

    [Fact]
    public void A_registration_weakens_nothing_that_is_known()
    {
        History.Register([
            new StakeSigningRequest.Registration(KeyOf(1), new Slot(20), new VoteMinimum(new Epoch(3), new Epoch(5)))]);
        Assert.Null(History.Ask(Block(30, root: 1)));

        History.Register([
            new StakeSigningRequest.Registration(KeyOf(1), new Slot(9), new VoteMinimum(new Epoch(1), new Epoch(2)))]);
        History.Register([new StakeSigningRequest.Registration(KeyOf(1), null, null)]);

        Assert.NotNull(History.Ask(Block(15, root: 1)));
        Assert.NotNull(History.Ask(Block(30, root: 2)));
        Assert.NotNull(History.Ask(Vote(2, 6, root: 1)));
        Assert.NotNull(History.Ask(Vote(3, 4, root: 1)));
    }

    [Fact]
    public void It_says_how_far_what_it_knows_of_a_key_reaches_also_once_that_is_pruned()
    {
        Assert.Equal(new SigningPast(null, null), History.Find(KeyOf(1)));
        History.CheckAndInsert([Block(39, root: 1), Block(12, root: 1), Vote(3, 4, root: 1), Vote(2, 3, root: 1)]);
        Assert.Equal(new SigningPast(new Slot(39), new Epoch(4)), History.Find(KeyOf(1)));

        History.Prune(new Epoch(9), slotsPerEpoch: 8);

        Assert.Equal(new SigningPast(new Slot(39), new Epoch(4)), History.Find(KeyOf(1)));
        Assert.Equal(new SigningPast(null, null), History.Find(KeyOf(2)));
    }

    [Fact]
    public void A_registration_is_no_message_to_be_signed() =>
        Assert.Throws<ArgumentException>(() =>
            History.CheckAndInsert([new StakeSigningRequest.Registration(KeyOf(1), null, null)]));

    [Fact]
    public void A_voluntary_exit_is_always_allowed() =>
        Assert.Equal([null, null],
            History.CheckAndInsert([new StakeSigningRequest.VoluntaryExit(KeyOf(1), Root(1)),
                new StakeSigningRequest.VoluntaryExit(KeyOf(1), Root(2))]));

    [Fact]
    public void What_breaks_the_rules_on_purpose_is_no_matter_for_a_history_and_nothing_of_its_call_is_allowed()
    {
        Assert.Throws<ArgumentException>(() =>
            History.CheckAndInsert([Block(7, root: 1), new StakeSigningRequest.Offence(KeyOf(1), Root(2))]));

        Assert.Null(History.Ask(Block(7, root: 3)));
    }

    [Fact]
    public void The_greatest_slots_and_epochs_are_ordered_like_all_others()
    {
        Assert.Null(History.Ask(Block(ulong.MaxValue, root: 1)));
        Assert.NotNull(History.Ask(Block(ulong.MaxValue, root: 2)));
        Assert.Null(History.Ask(Vote(ulong.MaxValue / 2, (ulong.MaxValue / 2) + 1, root: 1)));

        Assert.IsType<SigningRefusal.Surrounding>(History.Ask(Vote(0, ulong.MaxValue, root: 1)));
    }

    [Fact]
    public void After_pruning_what_lies_behind_is_refused_and_what_lies_ahead_is_not()
    {
        History.CheckAndInsert([Block(39, root: 1), Block(40, root: 1), Vote(3, 4, root: 1)]);

        History.Prune(new Epoch(5), slotsPerEpoch: 8);

        Assert.Equal(new SigningRefusal.SlotNotAboveMinimum(new Slot(39), new Slot(39)), History.Ask(Block(39, root: 1)));
        Assert.Equal(new SigningRefusal.TargetNotAboveMinimum(new Epoch(4), new Epoch(4)), History.Ask(Vote(3, 4, root: 1)));
        Assert.Equal(new SigningRefusal.SourceBelowMinimum(new Epoch(2), new Epoch(3)), History.Ask(Vote(2, 6, root: 1)));
        Assert.Null(History.Ask(Block(40, root: 1)));
        Assert.Null(History.Ask(Block(41, root: 2)));
        Assert.Null(History.Ask(Vote(3, 5, root: 1)));
        Assert.Null(History.Ask(Vote(5, 6, root: 2)));
    }

    [Fact]
    public void Pruning_keeps_what_is_not_finalized()
    {
        History.CheckAndInsert([Block(40, root: 1), Vote(4, 5, root: 1)]);

        History.Prune(new Epoch(5), slotsPerEpoch: 8);

        Assert.IsType<SigningRefusal.DoubleProposal>(History.Ask(Block(40, root: 2)));
        Assert.IsType<SigningRefusal.DoubleVote>(History.Ask(Vote(4, 5, root: 2)));
        Assert.Null(History.Ask(Vote(4, 5, root: 1)));
    }

    [Fact]
    public void Pruning_at_an_earlier_epoch_lowers_nothing()
    {
        History.CheckAndInsert([Block(39, root: 1), Vote(3, 4, root: 1)]);
        History.Prune(new Epoch(5), slotsPerEpoch: 8);
        Assert.Null(History.Ask(Vote(3, 5, root: 1)));

        History.Prune(new Epoch(1), slotsPerEpoch: 8);

        Assert.NotNull(History.Ask(Block(38, root: 2)));
        Assert.NotNull(History.Ask(Vote(2, 3, root: 2)));
    }
}

public sealed class SigningRecordTests : SigningHistoryConformance
{
    protected override ISigningHistory Open() => new SigningRecord();
}
