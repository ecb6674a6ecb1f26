using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Tests;

public sealed class FinalityGuardTests : IFinalityKnowledge
{
    private const ulong Ether = 1_000_000_000;
    private const ulong SlotsPerEpoch = 8;

    // Checkpoints of our chain, and of the other one that parts after epoch 3.
    private static readonly Checkpoint Ours = new(new Epoch(5), Registry.Root(5));
    private static readonly Checkpoint Theirs = new(new Epoch(5), Registry.Root(105));

    private readonly Dictionary<(Checkpoint, Checkpoint), bool> _known = [];
    private readonly HashSet<Checkpoint> _untraced = [];
    private readonly List<Checkpoint> _traced = [];
    private readonly HashSet<int> _guilty = [];
    private readonly HashSet<int> _leaving = [];
    private readonly FinalityGuard _guard;
    private SealedHeader? _lastShared;

    public FinalityGuardTests() => _guard = NewGuard(Ours, Stakes(9), 7);

    [Fact]
    public void Two_thirds_of_our_stake_on_a_finalizing_link_of_a_conflicting_checkpoint_are_proof()
    {
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4])));

        var conflict = _guard.OnVote(Vote(Theirs, 6, [8]));

        Assert.NotNull(conflict);
        Assert.Equal((Ours, Theirs, 6UL), (conflict.Ours, conflict.Theirs, conflict.Target.Epoch.Number));
        Assert.Equal([0, 1, 2, 3, 4, 8], conflict.Voters);
        Assert.Equal(new Gwei(6 * 32 * Ether), conflict.VotedStake);
        Assert.Equal(new Gwei(9 * 32 * Ether), conflict.TotalStake);
        Assert.Same(conflict, _guard.Conflict);
    }

    [Fact]
    public void A_proof_holds_each_vote_with_its_signature_grouped_by_what_was_signed()
    {
        _guard.OnVote(Vote(Theirs, 6, [0, 2, 4], head: 1));

        var conflict = _guard.OnVote(Vote(Theirs, 6, [1, 3, 5], head: 2))!;

        Assert.Equal([[0, 2, 4], [1, 3, 5]], conflict.Proof.Select(votes => votes.AttestingIndices));
        Assert.All(conflict.Proof, votes => Assert.Equal(votes.AttestingIndices.Select(voter => Registry.Signature((ulong)voter + 1)), votes.Signatures));
        Assert.All(conflict.Proof, votes => Assert.Equal((Theirs, conflict.Target), (votes.Data.Source, votes.Data.Target)));
    }

    [Fact]
    public void Less_than_two_thirds_prove_nothing_however_often_they_are_heard()
    {
        for (var i = 0; i < 3; i++) Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4])));
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4], head: 2)));
    }

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
    public void Votes_are_added_up_only_over_one_link()
    {
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3])));
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [4, 5, 6, 7], targetRoot: 206)));
        Assert.Null(_guard.OnVote(Vote(Theirs with { Root = Registry.Root(205) }, 6, [4, 5, 6, 7])));
    }

    [Fact]
    public void A_link_over_more_than_one_epoch_finalizes_nothing_alone() =>
        Assert.Null(_guard.OnVote(Vote(Theirs, 7, [0, 1, 2, 3, 4, 5, 6, 7, 8])));

    [Fact]
    public void A_link_over_two_epochs_finalizes_once_the_one_between_is_justified()
    {
        var before = new Checkpoint(new Epoch(4), Registry.Root(104));
        Assert.Null(_guard.OnVote(Vote(Theirs, 7, [0, 1, 2, 3, 4, 5], targetRoot: 107)));
        Assert.Null(_guard.OnVote(Vote(before, 6, [2, 3, 4, 5])));
        Assert.Null(_guard.OnVote(Vote(before, 6, [6, 7], targetRoot: 206)));

        var conflict = _guard.OnVote(Vote(before with { Epoch = new Epoch(3) }, 6, [6, 7]))!;

        Assert.Equal((Theirs, 7UL), (conflict.Theirs, conflict.Target.Epoch.Number));
        Assert.Equal([0, 1, 2, 3, 4, 5], conflict.Voters);
        Assert.Equal([0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6, 7], conflict.Proof.SelectMany(votes => votes.AttestingIndices));
    }

    [Fact]
    public void A_link_over_two_epochs_that_passes_nothing_that_is_final_here_proves_nothing()
    {
        var final = new Checkpoint(new Epoch(9), Registry.Root(9));
        var theirs = Theirs with { Epoch = new Epoch(6) };
        _guard.OnFinalized(final, Stakes(9));
        _guard.Prune(new Epoch(10));
        _known[(theirs, final)] = true;

        Assert.Null(_guard.OnVote(Vote(theirs, 7, [0, 1, 2, 3])));
        Assert.Null(_guard.OnVote(Vote(Theirs, 7, [4, 5])));
        Assert.Null(_guard.OnVote(Vote(theirs, 8, [0, 1, 2, 3, 4, 5], targetRoot: 107)));
    }

    [Fact]
    public void A_link_over_two_epochs_that_passes_what_was_final_here_before_is_proof()
    {
        var final = new Checkpoint(new Epoch(8), Registry.Root(8));
        _guard.OnFinalized(final, Stakes(9));
        _guard.Prune(new Epoch(9));
        _known[(Theirs, final)] = true;

        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3])));
        Assert.Null(_guard.OnVote(Vote(Theirs with { Epoch = new Epoch(4) }, 6, [4, 5])));
        Assert.NotNull(_guard.OnVote(Vote(Theirs, 7, [0, 1, 2, 3, 4, 5], targetRoot: 107)));
    }

    [Fact]
    public void Stake_is_weighed_before_the_histories_parted_even_where_later_blocks_are_forgotten()
    {
        // Nobody can tell about epoch 6, whose block is forgotten; what excludes the latest of the same branch excludes it too.
        _guard.OnFinalized(new Checkpoint(new Epoch(6), Registry.Root(6)), Stakes(12));
        var final = new Checkpoint(new Epoch(7), Registry.Root(7));
        _guard.OnFinalized(final, Stakes(12));
        _known[(Theirs, final)] = true;

        var conflict = _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]));

        Assert.Equal(new Gwei(9 * 32 * Ether), conflict?.TotalStake);
    }

    [Fact]
    public void A_link_over_three_epochs_finalizes_nothing()
    {
        _guard.OnVote(Vote(Theirs, 6, [3, 4, 5, 6, 7]));
        _guard.OnVote(Vote(Theirs, 7, [3, 4, 5, 6, 7], targetRoot: 107));

        Assert.Null(_guard.OnVote(Vote(Theirs, 8, [0, 1, 2, 3, 4, 5, 6, 7, 8], targetRoot: 108)));
    }

    [Fact]
    public void Our_own_finality_is_no_conflict() =>
        Assert.Null(_guard.OnVote(Vote(Ours, 6, [0, 1, 2, 3, 4, 5, 6, 7, 8])));

    [Fact]
    public void The_stub_of_genesis_is_on_every_chain()
    {
        var guard = NewGuard(new Checkpoint(Epoch.Genesis, Registry.Root(1)), Stakes(9), 1);

        Assert.Null(guard.OnVote(Vote(default, 1, [0, 1, 2, 3, 4, 5, 6, 7, 8])));
    }

    [Fact]
    public void A_checkpoint_about_which_nobody_can_tell_waits_until_its_blocks_are_known()
    {
        var later = new Checkpoint(new Epoch(6), Registry.Root(106));
        Assert.Null(_guard.OnVote(Vote(later, 7, [0, 1, 2, 3, 4, 5])));
        Assert.Null(_guard.Judge());

        _known[(later, Ours)] = true;

        Assert.NotNull(_guard.Judge());
    }

    [Fact]
    public void A_later_checkpoint_on_our_chain_is_no_conflict()
    {
        var later = new Checkpoint(new Epoch(6), Registry.Root(6));
        _known[(later, Ours)] = false;

        Assert.Null(_guard.OnVote(Vote(later, 7, [0, 1, 2, 3, 4, 5])));
    }

    [Fact]
    public void Votes_heard_before_we_finalize_count_when_we_do()
    {
        var theirs = new Checkpoint(new Epoch(6), Registry.Root(106));
        Assert.Null(_guard.OnVote(Vote(theirs, 7, [0, 1, 2, 3, 4, 5])));

        var conflict = _guard.OnFinalized(new Checkpoint(new Epoch(6), Registry.Root(6)), Stakes(9));

        Assert.Equal(theirs, conflict?.Theirs);
        Assert.Equal(Ours, conflict?.WeighedAt);
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
        _known[(theirs, Ours)] = false;

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
        _known[(Theirs, Ours with { Epoch = new Epoch(4) })] = true;
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
    public void The_guilty_who_did_not_sign_do_not_count_because_the_other_history_may_have_expelled_them()
    {
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3])));
        _guilty.UnionWith([0, 7, 8]);
        Assert.Null(_guard.Judge());
        _guilty.Add(6);

        var conflict = _guard.Judge();

        Assert.Equal((new Gwei(4 * 32 * Ether), new Gwei(9 * 32 * Ether), new Gwei(3 * 32 * Ether)), (conflict?.VotedStake, conflict?.TotalStake, conflict?.Uncounted));
        Assert.Equal([0, 6, 7, 8], conflict!.Slashable);
        Assert.Contains("128 of 192 ether (66.7 %)", conflict.Message, StringComparison.Ordinal);
        Assert.Contains("without 96 ether of validators who did not sign and may be gone from the other history", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_less_than_a_third_signed_proves_nothing_however_many_are_guilty()
    {
        _guilty.UnionWith([2, 3, 4, 5, 6, 7, 8]);

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
        Assert.True(conflict.VotedStake * 3 >= conflict.TotalStake * 2 && conflict.TotalStake.Amount < 9 * 32 * Ether, $"{conflict.VotedStake} of {conflict.TotalStake}");
        Assert.Contains("so that nobody need have broken a rule. Nobody is proven guilty", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_of_the_stake_is_no_proof_before_the_others_have_leaked_away()
    {
        var guard = NewGuard(Ours, Leaking(), 12);
        var theirs = Theirs with { Epoch = new Epoch(10) };
        _known[(theirs, Ours)] = true;

        guard.OnVote(Vote(theirs, 11, [0, 1, 2, 3, 4]));

        Assert.Null(guard.Judge());
    }

    [Fact]
    public void What_was_final_before_a_leak_is_remembered_however_much_is_made_final_after_it()
    {
        var guard = AfterLeak();
        for (var epoch = 80UL; epoch < 100; epoch++) guard.OnFinalized(new Checkpoint(new Epoch(epoch), Registry.Root(epoch)), Leaking());
        guard.Prune(new Epoch(100));
        var theirs = new Checkpoint(new Epoch(99), Registry.Root(199));

        guard.OnVote(Vote(theirs, 100, [0, 1, 2, 3, 4], targetRoot: 200));

        Assert.Equal(Ours, guard.Judge()?.WeighedAt);
    }

    [Fact]
    public void A_heavy_link_is_judged_once_it_is_known_where_its_branch_leaves_ours()
    {
        _untraced.Add(Theirs);
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5])));
        Assert.Null(_guard.Judge());

        _untraced.Clear();

        Assert.NotNull(_guard.Judge());
    }

    [Fact]
    public void A_link_that_is_not_heavy_makes_nobody_look_for_its_branch()
    {
        _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4]));
        Assert.Empty(_traced);
        _guard.OnVote(Vote(Theirs, 6, [5]));
        Assert.Equal([Theirs], _traced);
    }

    [Fact]
    public void Those_who_asked_to_leave_and_did_not_sign_do_not_count_as_far_as_the_churn_allows()
    {
        // One may leave in each epoch.
        var state = Registry.Of(9, new ProofOfStakeSettings { SlotsPerEpoch = SlotsPerEpoch, MinPerEpochChurnLimit = 1 });
        state.Slot = new Slot(5 * SlotsPerEpoch);
        var guard = NewGuard(Ours, VotingStake.Of(state), 7);
        _leaving.UnionWith([0, 6, 7, 8]);

        Assert.Null(guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4])));
        var later = Theirs with { Epoch = new Epoch(6) };
        _known[(later, Ours)] = true;
        var conflict = guard.OnVote(Vote(later, 7, [0, 1, 2, 3, 4], targetRoot: 107));

        // Two epochs, two of the three; who signed counts in any case.
        Assert.Equal((new Gwei(5 * 32 * Ether), new Gwei(9 * 32 * Ether), new Gwei(2 * 32 * Ether)), (conflict?.VotedStake, conflict?.TotalStake, conflict?.Uncounted));
    }

    [Fact]
    public void Stake_is_weighed_at_the_latest_checkpoint_that_the_other_history_is_known_to_share()
    {
        var shared = new Checkpoint(new Epoch(6), Registry.Root(6));
        var theirs = new Checkpoint(new Epoch(7), Registry.Root(107));
        _guard.OnFinalized(shared, Stakes(9));
        _guard.OnFinalized(new Checkpoint(new Epoch(7), Registry.Root(7)), Stakes(9));
        _known[(theirs, Ours)] = false;
        _known[(theirs, shared)] = false;

        var conflict = _guard.OnVote(Vote(theirs, 8, [0, 1, 2, 3, 4, 5], targetRoot: 108));

        Assert.Equal(shared, conflict?.WeighedAt);
    }

    [Fact]
    public void What_excludes_all_that_we_remember_is_weighed_by_the_oldest()
    {
        _known[(Theirs, new Checkpoint(new Epoch(6), Registry.Root(6)))] = true;
        _guard.OnFinalized(new Checkpoint(new Epoch(6), Registry.Root(6)), Stakes(30));

        Assert.Equal(Ours, _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]))?.WeighedAt);
    }

    [Fact]
    public void Those_with_evidence_against_them_are_named()
    {
        _guilty.UnionWith([2, 7]);

        var conflict = _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]))!;

        Assert.Equal([2, 7], conflict.Slashable);
        Assert.Equal(Gwei.Zero, conflict.Uncounted);
        Assert.Contains("2 validators are proven guilty, having signed messages that contradict each other: 2, 7.", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_says_what_happened_and_what_to_do()
    {
        var message = _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]))!.Message;

        Assert.StartsWith("Two histories of this chain were both made final although they exclude each other, so this node has stopped.", message, StringComparison.Ordinal);
        Assert.Contains($"Ours is final at {Ours}; the other at {Theirs}.", message, StringComparison.Ordinal);
        Assert.Contains("192 of 288 ether (66.7 %)", message, StringComparison.Ordinal);
        Assert.Contains("Nobody is proven guilty", message, StringComparison.Ordinal);
        Assert.Contains("trust no payment, because no peer could show where the other history leaves this one;", message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_names_the_last_block_that_both_histories_have()
    {
        _lastShared = GenesisState.Build(SimulatedStake.GenesisOf([SimulatedStake.SecretOf(0)], new ProofOfStakeSettings(), 1, [])).Block.Header;

        var conflict = _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]))!;

        Assert.Same(_lastShared, conflict.LastShared);
        Assert.Contains($"trust no payment made after {_lastShared}, the last block that both have;", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_validator_that_signs_everything_takes_no_more_than_its_room()
    {
        for (ulong root = 300; root < 310; root++) _guard.OnVote(Vote(Theirs, 6, [5], targetRoot: root));

        // Its fifth vote and later are not heard, so that it is missing here.
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5])));
        Assert.NotNull(_guard.OnVote(Vote(Theirs, 6, [6])));
    }

    [Fact]
    public void Votes_far_behind_or_ahead_are_not_kept()
    {
        var old = new Checkpoint(new Epoch(5), Registry.Root(105));
        _guard.OnVote(Vote(old, 6, [0, 1, 2, 3, 4]));
        _guard.Prune(new Epoch(20));

        Assert.Null(_guard.OnVote(Vote(old, 6, [5, 6, 7, 8])));
        Assert.Null(_guard.OnVote(Vote(new Checkpoint(new Epoch(21), Registry.Root(1)), 22, [0, 1, 2, 3, 4, 5])));
        Assert.Null(_guard.OnFinalized(new Checkpoint(new Epoch(21), Registry.Root(2)), Stakes(9)));
    }

    [Fact]
    public void What_was_proven_stays_proven()
    {
        var conflict = _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]));

        Assert.Same(conflict, _guard.OnVote(Vote(Ours, 6, [0])));
        Assert.Same(conflict, _guard.OnFinalized(new Checkpoint(new Epoch(6), Registry.Root(6)), Stakes(9)));
        Assert.Same(conflict, _guard.Judge());
    }

    bool? IFinalityKnowledge.AreApart(Checkpoint theirs, Checkpoint ours) => _known.TryGetValue((theirs, ours), out var answer) ? answer : null;

    bool IFinalityKnowledge.IsTraced(Checkpoint theirs)
    {
        _traced.Add(theirs);
        return !_untraced.Contains(theirs);
    }

    SealedHeader? IFinalityKnowledge.LastShared(Checkpoint theirs) => _lastShared;

    bool IFinalityKnowledge.IsGuilty(int validator) => _guilty.Contains(validator);

    bool IFinalityKnowledge.IsLeaving(int validator) => _leaving.Contains(validator);

    // Ours was final in epoch 5 and, once others had leaked away, from epoch 79 on.
    private static Checkpoint Late => new(new Epoch(80), Registry.Root(180));

    private FinalityGuard AfterLeak()
    {
        var guard = NewGuard(Ours, Leaking(), 81);
        var final = new Checkpoint(new Epoch(79), Registry.Root(79));
        guard.OnFinalized(final, Leaking());
        _known[(Late, final)] = true;
        _known[(Late, Ours)] = false;
        return guard;
    }

    private static VotingStake Leaking()
    {
        var state = Registry.Of(9, new ProofOfStakeSettings { SlotsPerEpoch = SlotsPerEpoch, InactivityPenaltyQuotient = 1 << 8 });
        state.Slot = Ours.Epoch.StartSlot(SlotsPerEpoch);
        state.Finalized = Ours with { Epoch = new Epoch(4) };
        return VotingStake.Of(state);
    }

    private FinalityGuard NewGuard(Checkpoint finalized, VotingStake stake, ulong now) =>
        new(finalized, stake, new Epoch(now), this);

    private static VotingStake Stakes(int validators) => VotingStake.Of(Registry.Of(validators));

    private static IndexedAttestation Vote(Checkpoint source, ulong target, int[] voters, ulong targetRoot = 106, ulong head = 0) => new(
        voters,
        new AttestationData(new Slot(target * SlotsPerEpoch), 0, Registry.Root(head), source, new Checkpoint(new Epoch(target), Registry.Root(targetRoot))),
        [.. voters.Select(voter => Registry.Signature((ulong)voter + 1))]);
}
