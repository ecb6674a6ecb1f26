using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class SlasherTests
{
    private const ulong SlotsPerEpoch = 8;
    private const ulong Window = 6;
    private readonly Slasher _slasher = new(SlotsPerEpoch, new Epoch(10), Window);

    [Fact]
    public void A_second_vote_for_one_target_is_a_double_vote()
    {
        Assert.Empty(_slasher.OnVote(Vote(8, 9, [1, 2, 3], head: 1)));

        var evidence = Assert.Single(_slasher.OnVote(Vote(8, 9, [2, 3, 4], head: 2)));

        Assert.Equal([2, 3], evidence.CommonIndices());
        Assert.True(evidence.Attestation1.Data.IsDoubleVoteWith(evidence.Attestation2.Data));
    }

    [Fact]
    public void Evidence_carries_both_signatures_of_each_offender_and_names_nobody_else()
    {
        _slasher.OnVote(Vote(8, 9, [1, 2, 3], head: 1));

        var evidence = Assert.Single(_slasher.OnVote(Vote(8, 9, [2, 3, 4], head: 2)));

        Assert.Equal([2, 3], evidence.Attestation1.AttestingIndices);
        Assert.Equal([2, 3], evidence.Attestation2.AttestingIndices);
        Assert.Equal([Sign(2, head: 1), Sign(3, head: 1)], evidence.Attestation1.Signatures);
        Assert.Equal([Sign(2, head: 2), Sign(3, head: 2)], evidence.Attestation2.Signatures);
    }

    [Fact]
    public void A_vote_that_surrounds_an_older_one_is_evidence_with_the_surrounding_vote_first()
    {
        _slasher.OnVote(Vote(7, 8, [5]));

        var evidence = Assert.Single(_slasher.OnVote(Vote(6, 9, [5])));

        Assert.Equal(new Epoch(9), evidence.Attestation1.Data.Target.Epoch);
        Assert.True(evidence.Attestation1.Data.Surrounds(evidence.Attestation2.Data));
    }

    [Fact]
    public void A_vote_surrounded_by_an_older_one_is_evidence_with_the_surrounding_vote_first()
    {
        _slasher.OnVote(Vote(6, 9, [5]));

        var evidence = Assert.Single(_slasher.OnVote(Vote(7, 8, [5])));

        Assert.Equal(new Epoch(9), evidence.Attestation1.Data.Target.Epoch);
        Assert.True(evidence.Attestation1.Data.Surrounds(evidence.Attestation2.Data));
    }

    [Fact]
    public void A_source_before_the_window_still_surrounds()
    {
        _slasher.OnVote(Vote(1, 8, [5]));

        Assert.Single(_slasher.OnVote(Vote(0, 9, [5])));
    }

    [Fact]
    public void A_link_that_leads_backward_is_surrounded_like_any_other()
    {
        _slasher.OnVote(Vote(9, 5, [5]));

        Assert.Single(_slasher.OnVote(Vote(7, 8, [5])));
    }

    [Fact]
    public void Links_that_only_touch_or_follow_each_other_are_honest()
    {
        Assert.Empty(_slasher.OnVote(Vote(5, 6, [5])));
        Assert.Empty(_slasher.OnVote(Vote(5, 7, [5])));
        Assert.Empty(_slasher.OnVote(Vote(7, 8, [5])));
        Assert.Empty(_slasher.OnVote(Vote(7, 9, [5])));
    }

    [Fact]
    public void The_same_vote_under_another_signature_is_no_offence()
    {
        var vote = Vote(8, 9, [5]);
        _slasher.OnVote(vote);

        Assert.Empty(_slasher.OnVote(vote with { Signatures = [Registry.Signature(99)] }));
    }

    [Fact]
    public void One_message_gives_one_evidence_for_each_earlier_vote_that_it_conflicts_with()
    {
        _slasher.OnVote(Vote(8, 9, [1, 4], head: 1));
        _slasher.OnVote(Vote(8, 9, [2], head: 2));
        _slasher.OnVote(Vote(7, 8, [3, 5]));

        var evidence = _slasher.OnVote(Vote(6, 9, [1, 2, 3, 4, 5], head: 3));

        Assert.Equal([[1, 4], [2], [3, 5]], evidence.Select(item => item.CommonIndices()));
    }

    [Fact]
    public void The_third_and_later_votes_for_a_target_give_no_more_evidence()
    {
        _slasher.OnVote(Vote(8, 9, [5], head: 1));
        Assert.Single(_slasher.OnVote(Vote(8, 9, [5], head: 2)));

        Assert.Empty(_slasher.OnVote(Vote(8, 9, [5], head: 3)));
        Assert.Empty(_slasher.OnVote(Vote(8, 9, [5], head: 2)));
    }

    [Fact]
    public void A_vote_that_surrounds_many_gives_one_evidence()
    {
        _slasher.OnVote(Vote(5, 6, [5]));
        _slasher.OnVote(Vote(6, 7, [5]));
        _slasher.OnVote(Vote(7, 8, [5]));

        Assert.Single(_slasher.OnVote(Vote(4, 9, [5])));
    }

    [Fact]
    public void What_lies_behind_the_window_or_far_ahead_is_not_kept()
    {
        _slasher.OnVote(Vote(2, 3, [5], head: 1));
        _slasher.OnVote(Vote(11, 12, [5], head: 1));

        Assert.Empty(_slasher.OnVote(Vote(2, 3, [5], head: 2)));
        Assert.Empty(_slasher.OnVote(Vote(11, 12, [5], head: 2)));
        Assert.Null(_slasher.VoteOf(5, new Epoch(3)));
        Assert.Null(_slasher.VoteOf(5, new Epoch(12)));
    }

    [Fact]
    public void The_window_is_full_of_votes_and_moves_with_the_epoch()
    {
        _slasher.OnVote(Vote(3, 4, [5], head: 1));
        Assert.Single(_slasher.OnVote(Vote(3, 4, [5], head: 2)));

        _slasher.Prune(new Epoch(11), Window);

        Assert.Equal(new Epoch(5), _slasher.OldestEpoch);
        Assert.Null(_slasher.VoteOf(5, new Epoch(4)));
        Assert.Empty(_slasher.OnVote(Vote(3, 4, [5], head: 3)));
    }

    [Fact]
    public void Moving_on_keeps_what_is_still_in_the_window()
    {
        _slasher.OnVote(Vote(8, 9, [5], head: 1));

        _slasher.Prune(new Epoch(15), Window);

        Assert.Single(_slasher.OnVote(Vote(8, 9, [5], head: 2)));
    }

    [Fact]
    public void A_clock_that_went_back_forgets_nothing_and_takes_nothing_new()
    {
        _slasher.OnVote(Vote(8, 9, [5], head: 1));

        _slasher.Prune(new Epoch(2), Window);

        Assert.Equal(new Epoch(4), _slasher.OldestEpoch);
        Assert.Single(_slasher.OnVote(Vote(8, 9, [5], head: 2)));
    }

    [Fact]
    public void The_first_vote_heard_can_be_asked_for()
    {
        var first = Vote(8, 9, [5], head: 1);
        _slasher.OnVote(first);
        _slasher.OnVote(Vote(8, 9, [5], head: 2));

        Assert.Equal(first.Data, _slasher.VoteOf(5, new Epoch(9)));
        Assert.Null(_slasher.VoteOf(6, new Epoch(9)));
        Assert.Null(_slasher.VoteOf(5, new Epoch(8)));
    }

    [Fact]
    public void Who_was_convicted_by_votes_of_the_window_can_be_asked_for()
    {
        _slasher.OnVote(Vote(8, 9, [5, 6], head: 1));
        Assert.False(_slasher.IsOffender(5));
        _slasher.OnVote(Vote(8, 9, [5], head: 2));

        Assert.True(_slasher.IsOffender(5));
        Assert.False(_slasher.IsOffender(6));
        Assert.False(_slasher.IsOffender(99));
        _slasher.Prune(new Epoch(16), Window);
        Assert.False(_slasher.IsOffender(5));
    }

    [Fact]
    public void Unsorted_voters_are_refused_because_such_a_vote_was_not_verified() =>
        Assert.Throws<ArgumentException>(() => _slasher.OnVote(Vote(8, 9, [5, 4])));

    [Fact]
    public void Two_blocks_of_a_proposer_in_a_slot_are_evidence()
    {
        Assert.Null(_slasher.OnProposal(Proposal(80, 3, block: 1)));

        var evidence = _slasher.OnProposal(Proposal(80, 3, block: 2));

        Assert.Equal(new ProposerSlashing(Proposal(80, 3, block: 1), Proposal(80, 3, block: 2)), evidence);
    }

    [Fact]
    public void The_same_block_under_another_signature_is_no_offence()
    {
        _slasher.OnProposal(Proposal(80, 3, block: 1));

        Assert.Null(_slasher.OnProposal(Proposal(80, 3, block: 1) with { Signature = Registry.Signature(99) }));
    }

    [Fact]
    public void Blocks_of_other_slots_or_proposers_do_not_conflict()
    {
        _slasher.OnProposal(Proposal(80, 3, block: 1));

        Assert.Null(_slasher.OnProposal(Proposal(81, 3, block: 2)));
        Assert.Null(_slasher.OnProposal(Proposal(80, 4, block: 3)));
    }

    [Fact]
    public void A_third_block_gives_no_more_evidence()
    {
        _slasher.OnProposal(Proposal(80, 3, block: 1));
        _slasher.OnProposal(Proposal(80, 3, block: 2));

        Assert.Null(_slasher.OnProposal(Proposal(80, 3, block: 3)));
    }

    [Fact]
    public void Blocks_behind_the_window_are_forgotten()
    {
        _slasher.OnProposal(Proposal(80, 3, block: 1));

        _slasher.Prune(new Epoch(17), Window);

        Assert.Null(_slasher.OnProposal(Proposal(80, 3, block: 2)));
        Assert.Null(_slasher.OnProposal(Proposal(80, 3, block: 3)));
    }

    private static IndexedAttestation Vote(ulong source, ulong target, int[] voters, ulong head = 0) => new(
        voters,
        new AttestationData(
            new Slot(target * SlotsPerEpoch), 0, Registry.Root(head), new Checkpoint(new Epoch(source), Registry.Root(source)),
            new Checkpoint(new Epoch(target), Registry.Root(target))),
        [.. voters.Select(voter => Sign(voter, head))]);

    private static Signature Sign(int voter, ulong head) => Registry.Signature(((ulong)voter * 100) + head);

    private static SignedProposal Proposal(ulong slot, int proposer, ulong block) =>
        new(new Slot(slot), proposer, Registry.Root(block), Registry.Signature(block));
}
