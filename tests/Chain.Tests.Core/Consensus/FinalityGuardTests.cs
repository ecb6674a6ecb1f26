using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>Which votes are proof of another finality, and what the proof says.</summary>
public sealed class FinalityGuardTests : FinalityGuardScene
{
    private readonly FinalityGuard _guard;

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
        Assert.All(conflict.Proof,
            votes => Assert.Equal(votes.AttestingIndices.Select(voter => Registry.Signature((ulong)voter + 1)),
                votes.Signatures));
        Assert.All(conflict.Proof, votes => Assert.Equal((Theirs, conflict.Target), (votes.Data.Source, votes.Data.Target)));
    }

    [Fact]
    public void Less_than_two_thirds_prove_nothing_however_often_they_are_heard()
    {
        for (var i = 0; i < 3; i++) Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4])));
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4], head: 2)));
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
        Known[(theirs, final)] = true;

        Assert.Null(_guard.OnVote(Vote(theirs, 7, [0, 1, 2, 3])));
        Assert.Null(_guard.OnVote(Vote(Theirs, 7, [4, 5])));
        Assert.Null(_guard.OnVote(Vote(theirs, 8, [0, 1, 2, 3, 4, 5], targetRoot: 107)));
    }

    [Fact]
    public void A_link_over_two_epochs_beyond_our_finality_is_proof_once_headers_show_that_one_branch_has_all_of_it()
    {
        var (source, between, target) = (Theirs with { Epoch = new Epoch(6) }, new Checkpoint(new Epoch(7), Registry.Root(107)),
            new Checkpoint(new Epoch(8), Registry.Root(108)));
        _guard.Prune(new Epoch(8));
        Known[(source, Ours)] = true;
        Assert.Null(_guard.OnVote(Vote(Theirs, 7, [0, 1, 2, 3, 4, 5], targetRoot: 107)));
        Assert.Null(_guard.OnVote(Vote(source, 8, [3, 4, 5, 6, 7, 8], targetRoot: 108)));
        Branches.Add((source, new Checkpoint(new Epoch(7), Registry.Root(207)), target));
        Assert.Null(_guard.Judge());

        Branches.Add((source, between, target));
        var conflict = _guard.Judge()!;

        Assert.Equal((source, target), (conflict.Theirs, conflict.Target));
        Assert.Equal([3, 4, 5, 6, 7, 8], conflict.Voters);
    }

    [Fact]
    public void A_link_over_two_epochs_that_passes_what_was_final_here_before_is_proof()
    {
        var final = new Checkpoint(new Epoch(8), Registry.Root(8));
        _guard.OnFinalized(final, Stakes(9));
        _guard.Prune(new Epoch(9));
        Known[(Theirs, final)] = true;

        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3])));
        Assert.Null(_guard.OnVote(Vote(Theirs with { Epoch = new Epoch(4) }, 6, [4, 5])));
        Assert.NotNull(_guard.OnVote(Vote(Theirs, 7, [0, 1, 2, 3, 4, 5], targetRoot: 107)));
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
    public void A_checkpoint_about_which_nobody_can_tell_waits_until_its_blocks_areKnown()
    {
        var later = new Checkpoint(new Epoch(6), Registry.Root(106));
        Assert.Null(_guard.OnVote(Vote(later, 7, [0, 1, 2, 3, 4, 5])));
        Assert.Null(_guard.Judge());

        Known[(later, Ours)] = true;

        Assert.NotNull(_guard.Judge());
    }

    [Fact]
    public void A_later_checkpoint_on_our_chain_is_no_conflict()
    {
        var later = new Checkpoint(new Epoch(6), Registry.Root(6));
        Known[(later, Ours)] = false;

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
    public void A_heavy_link_is_judged_once_it_isKnown_where_its_branch_leaves_ours()
    {
        Untraced.Add(Theirs);
        Assert.Null(_guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5])));
        Assert.Null(_guard.Judge());

        Untraced.Clear();

        Assert.NotNull(_guard.Judge());
    }

    [Fact]
    public void A_link_that_is_not_heavy_makes_nobody_look_for_its_branch()
    {
        _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4]));
        Assert.Empty(Traced);
        _guard.OnVote(Vote(Theirs, 6, [5]));
        Assert.Equal([Theirs], Traced);
    }

    [Fact]
    public void Those_with_evidence_against_them_are_named()
    {
        Guilty.UnionWith([2, 7]);

        var conflict = _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]))!;

        Assert.Equal([2, 7], conflict.Slashable);
        Assert.Equal(Gwei.Zero, conflict.Uncounted);
        Assert.Contains("2 validators are proven guilty, having signed messages that contradict each other: 2, 7.",
            conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_says_what_happened_and_what_to_do()
    {
        var message = _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]))!.Message;

        Assert.StartsWith("Two histories of this chain were both made final although they exclude each other, so this node has "
            + "stopped.", message, StringComparison.Ordinal);
        Assert.Contains($"Ours is final at checkpoint 5:{Ours.Root}; the other at checkpoint 5:{Theirs.Root}.", message,
            StringComparison.Ordinal);
        Assert.Contains("192 of 288 ether (66.7 %)", message, StringComparison.Ordinal);
        Assert.Contains("Nobody is proven guilty", message, StringComparison.Ordinal);
        Assert.Contains("trust no payment, because no peer could show where the other history leaves this one;", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_message_names_the_last_block_that_both_histories_have()
    {
        LastShared = GenesisState.Build(SimulatedStake.GenesisOf([SimulatedStake.SecretOf(0)], new ProofOfStakeSettings(), 1,
            [])).Block.Header;

        var conflict = _guard.OnVote(Vote(Theirs, 6, [0, 1, 2, 3, 4, 5]))!;

        Assert.Same(LastShared, conflict.LastShared);
        Assert.Contains($"trust no payment made after {LastShared}, the last block that both have;", conflict.Message,
            StringComparison.Ordinal);
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
}
