using Chain.Consensus.Stake;

namespace Chain.Tests;

/// <summary>Whose votes weigh how much.</summary>
public sealed class FinalityGuardStakeTests : FinalityGuardScene
{
    private readonly FinalityGuard _guard;

    public FinalityGuardStakeTests() => _guard = NewGuard(Ours, Stakes(9), 7);

    [Fact]
    public void Validators_that_our_finalized_state_does_not_know_weigh_nothing() =>
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 9, 10, 11])));

    [Fact]
    public void Slashed_validators_weigh_nothing_and_count_in_the_total()
    {
        var state = Registry.Of(9);
        state.Slashed[0] = true;
        var guard = NewGuard(Ours, VotingStake.Of(state), 7);

        Assert.Null(guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5])));
        Assert.NotNull(guard.OnVote(Vote(Theirs, 6, [6])));
    }

    [Fact]
    public void Stake_is_weighed_before_the_histories_parted_even_where_later_blocks_are_forgotten()
    {
        // Nobody can tell about epoch 6, whose block is forgotten; what excludes the latest of the same branch excludes it too.
        _guard.OnFinalized(new Checkpoint(new Epoch(6), Registry.Root(6)), Stakes(12));
        var final = new Checkpoint(new Epoch(7), Registry.Root(7));
        _guard.OnFinalized(final, Stakes(12));
        Known[(Theirs, final)] = true;

        var conflict = _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]));

        Assert.Equal(new Gwei(9 * 32 * Ether), conflict?.TotalStake);
    }

    [Fact]
    public void Stake_is_weighed_as_it_was_where_the_histories_parted()
    {
        // Ours went on until those who vote for the other history had leaked away here.
        var leaked = Registry.Of(9);
        for (var i = 0; i < 6; i++) leaked.EffectiveBalances[i] = new Gwei(Ether);
        _guard.OnFinalized(new Checkpoint(new Epoch(6), Registry.Root(6)), VotingStake.Of(leaked));
        var theirs = new Checkpoint(new Epoch(6), Registry.Root(106));
        Assert.Null(_guard.OnVote(Vote(theirs, 7, [0, 1, 2])));

        var conflict = _guard.OnVote(Vote(theirs, 7, [3, 4, 5]));

        Assert.Equal(Ours, conflict?.WeighedAt);
        Assert.Equal(new Gwei(9 * 32 * Ether), conflict?.TotalStake);
    }

    [Fact]
    public void Who_joined_since_the_histories_parted_counts_by_our_later_state()
    {
        var (final, theirs) = (new Checkpoint(new Epoch(6), Registry.Root(6)), new Checkpoint(new Epoch(6), Registry.Root(106)));
        _guard.OnFinalized(final, Stakes(12));
        Known[(theirs, Ours)] = false;

        Assert.Null(_guard.OnVote(Vote(theirs, 7, [0, 1, 2, 3, 4, 9, 10])));
        var conflict = _guard.OnVote(Vote(theirs, 7, [11]));

        Assert.Equal(final, conflict?.WeighedAt);
        Assert.Equal((new Gwei(8 * 32 * Ether), new Gwei(12 * 32 * Ether)), (conflict?.VotedStake, conflict?.TotalStake));
    }

    [Fact]
    public void Who_waited_to_be_let_in_counts_if_he_signed_as_far_as_the_churn_allows()
    {
        // One may enter in each epoch. Validators 6 to 8 wait in epoch 4.
        var state = Registry.Of(9, new ProofOfStakeSettings { SlotsPerEpoch = SlotsPerEpoch, MinPerEpochChurnLimit = 1 });
        state.Slot = new Slot(4 * SlotsPerEpoch);
        for (var i = 6; i < 9; i++) state.ActivationEpochs[i] = Epoch.FarFuture;
        var guard = NewGuard(Ours with { Epoch = new Epoch(4) }, VotingStake.Of(state), 7);

        Assert.Null(guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 6, 7, 8])));
        Known[(Theirs, Ours with { Epoch = new Epoch(4) })] = true;
        Assert.Null(guard.Judge());
        var conflict = guard.OnVote(Vote(Theirs, 6, [3]));

        // Two epochs, two of the three.
        Assert.Equal((new Gwei(6 * 32 * Ether), new Gwei(8 * 32 * Ether)), (conflict?.VotedStake, conflict?.TotalStake));
    }

    [Fact]
    public void Who_leaves_or_enters_by_what_both_histories_know_is_weighed_in_the_links_epoch()
    {
        var state = Registry.Of(10);
        state.ExitEpochs[0] = new Epoch(6);
        state.ExitEpochs[1] = new Epoch(6);
        state.ExitEpochs[2] = new Epoch(7);
        state.ActivationEpochs[9] = new Epoch(6);
        var guard = NewGuard(Ours, VotingStake.Of(state), 7);

        // In epoch 6 it is 2 to 9: eight.
        Assert.Null(guard.OnVote(Vote(Theirs, 6, [0, 1, 3, 4, 5, 6, 9])));
        var conflict = guard.OnVote(Vote(Theirs, 6, [2]));

        Assert.Equal((new Gwei(6 * 32 * Ether), new Gwei(8 * 32 * Ether)), (conflict?.VotedStake, conflict?.TotalStake));
    }

    [Fact]
    public void TheGuilty_who_did_not_sign_do_not_count_because_the_other_history_may_have_expelled_them()
    {
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3])));
        Guilty.UnionWith([0, 7, 8]);
        Assert.Null(_guard.Judge());
        Guilty.Add(6);

        var conflict = _guard.Judge();

        Assert.Equal((new Gwei(4 * 32 * Ether), new Gwei(9 * 32 * Ether), new Gwei(3 * 32 * Ether)),
            (conflict?.VotedStake, conflict?.TotalStake, conflict?.Uncounted));
        Assert.Equal([0, 6, 7, 8], conflict!.Slashable);
        Assert.Contains("128 of 192 ether (66.7 %)", conflict.Message, StringComparison.Ordinal);
        Assert.Contains("without 96 ether of validators who did not sign and may be gone from the other history",
            conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_less_than_a_third_signed_proves_nothing_however_many_areGuilty()
    {
        Guilty.UnionWith([2, 3, 4, 5, 6, 7, 8]);

        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1])));
        Assert.NotNull(_guard.OnVote(Vote(Theirs, 6, [2])));
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(4, false)]
    public void Half_of_the_stake_is_proof_after_so_many_epochs_that_the_others_have_leaked_away(int signers, bool isProof)
    {
        var guard = AfterLeak();

        foreach (var voter in Enumerable.Range(0, signers)) Assert.Null(guard.OnVote(Vote(Late, 81, [voter], targetRoot: 181)));
        var conflict = guard.Judge();

        Assert.Equal(isProof, conflict is not null);
        if (conflict is null) return;
        Assert.True(conflict.HasLeaked);
        Assert.Equal(Ours, conflict.WeighedAt);
        Assert.True(conflict.VotedStake * 3 >= conflict.TotalStake * 2 && conflict.TotalStake.Amount < 9 * 32 * Ether,
            $"{conflict.VotedStake} of {conflict.TotalStake}");
        Assert.Contains("so that nobody need have broken a rule. Nobody is proven guilty", conflict.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_leak_is_looked_at_again_once_it_is_known_where_the_histories_parted()
    {
        // Until then the oldest checkpoint has to do, whose stake is so much that five are not half of it.
        var old = NewGuard(Ours with { Epoch = new Epoch(4) }, Stakes(30), 81);
        old.OnFinalized(Ours, Leaking());
        var final = new Checkpoint(new Epoch(79), Registry.Root(79));
        old.OnFinalized(final, Leaking());
        Known[(Late, final)] = true;
        Assert.Null(old.OnVote(Vote(Late, 81, [0, 1, 2, 3, 4], targetRoot: 181)));
        Assert.Null(old.Judge());

        Known[(Late, Ours)] = false;

        Assert.Equal(Ours, old.Judge()?.WeighedAt);
    }

    [Fact]
    public void Half_of_the_stake_is_no_proof_before_the_others_have_leaked_away()
    {
        var guard = NewGuard(Ours, Leaking(), 12);
        var theirs = Theirs with { Epoch = new Epoch(10) };
        Known[(theirs, Ours)] = true;

        guard.OnVote(Vote(theirs, 11, [0, 1, 2, 3, 4]));

        Assert.Null(guard.Judge());
    }

    [Fact]
    public void What_was_final_before_a_leak_is_remembered_however_much_is_made_final_after_it()
    {
        var guard = AfterLeak();
        for (var epoch = 80UL; epoch < 100; epoch++)
            guard.OnFinalized(new Checkpoint(new Epoch(epoch), Registry.Root(epoch)), Leaking());
        guard.Prune(new Epoch(100));
        var theirs = new Checkpoint(new Epoch(99), Registry.Root(199));

        guard.OnVote(Vote(theirs, 100, [0, 1, 2, 3, 4], targetRoot: 200));

        Assert.Equal(Ours, guard.Judge()?.WeighedAt);
    }

    [Fact]
    public void Those_who_asked_to_leave_and_did_not_sign_do_not_count_as_far_as_the_churn_allows()
    {
        // One may leave in each epoch.
        var state = Registry.Of(9, new ProofOfStakeSettings { SlotsPerEpoch = SlotsPerEpoch, MinPerEpochChurnLimit = 1 });
        state.Slot = new Slot(5 * SlotsPerEpoch);
        var guard = NewGuard(Ours, VotingStake.Of(state), 7);
        Leaving.UnionWith([0, 6, 7, 8]);

        Assert.Null(guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4])));
        var later = Theirs with { Epoch = new Epoch(6) };
        Known[(later, Ours)] = true;
        var conflict = guard.OnVote(Vote(later, 7, [0, 1, 2, 3, 4], targetRoot: 107));

        // Two epochs, two of the three; who signed counts in any case.
        Assert.Equal((new Gwei(5 * 32 * Ether), new Gwei(9 * 32 * Ether), new Gwei(2 * 32 * Ether)),
            (conflict?.VotedStake, conflict?.TotalStake, conflict?.Uncounted));
    }

    [Fact]
    public void Stake_is_weighed_at_the_latest_checkpoint_that_the_other_history_isKnown_to_share()
    {
        var shared = new Checkpoint(new Epoch(6), Registry.Root(6));
        var theirs = new Checkpoint(new Epoch(7), Registry.Root(107));
        _guard.OnFinalized(shared, Stakes(9));
        _guard.OnFinalized(new Checkpoint(new Epoch(7), Registry.Root(7)), Stakes(9));
        Known[(theirs, Ours)] = false;
        Known[(theirs, shared)] = false;

        var conflict = _guard.OnVote(Vote(theirs, 8, [0, 1, 2, 3, 4, 5], targetRoot: 108));

        Assert.Equal(shared, conflict?.WeighedAt);
    }

    [Fact]
    public void What_excludes_all_that_we_remember_is_weighed_by_the_oldest()
    {
        Known[(Theirs, new Checkpoint(new Epoch(6), Registry.Root(6)))] = true;
        _guard.OnFinalized(new Checkpoint(new Epoch(6), Registry.Root(6)), Stakes(30));

        Assert.Equal(Ours, _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]))?.WeighedAt);
    }

    // Ours was final in epoch 5 and, once others had leaked away, from epoch 79 on.
    private static Checkpoint Late => new(new Epoch(80), Registry.Root(180));

    private FinalityGuard AfterLeak()
    {
        var guard = NewGuard(Ours, Leaking(), 81);
        var final = new Checkpoint(new Epoch(79), Registry.Root(79));
        guard.OnFinalized(final, Leaking());
        Known[(Late, final)] = true;
        Known[(Late, Ours)] = false;
        return guard;
    }

    private static VotingStake Leaking()
    {
        var state = Registry.Of(9, new ProofOfStakeSettings
        {
            SlotsPerEpoch = SlotsPerEpoch,
            InactivityPenaltyQuotient = 1 << 8,
        });
        state.Slot = Ours.Epoch.StartSlot(SlotsPerEpoch);
        state.Finalized = Ours with { Epoch = new Epoch(4) };
        return VotingStake.Of(state);
    }
}
