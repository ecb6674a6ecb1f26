using Chain.Consensus.Stake;

namespace Chain.Tests;

public sealed class AttestationPoolTests
{
    private static readonly StakeState State = At(slot: 17);
    private readonly AttestationPool _pool = new(State.CurrentEpoch);

    [Fact]
    public void Votes_of_a_committee_over_the_same_data_become_one_attestation_in_committee_order()
    {
        var committee = State.GetBeaconCommittee(new Slot(16), 0).ToArray();
        foreach (var voter in committee.Take(3).Reverse()) _pool.Add(Vote(16, voter));

        var attestation = Assert.Single(_pool.Pack(State));

        Assert.Equal(committee.Take(3).Select(voter => Registry.Signature((ulong)voter + 1)), attestation.Signatures);
        Assert.Equal(committee.Select((_, position) => position < 3),
            Enumerable.Range(0, committee.Length).Select(position => attestation.AggregationBits[position]));
    }

    [Fact]
    public void Only_the_first_vote_of_a_validator_for_a_target_epoch_is_kept()
    {
        var voter = State.GetBeaconCommittee(new Slot(16), 0)[0];
        _pool.Add(Vote(16, voter));
        _pool.Add(Vote(16, voter, head: 99));

        Assert.Equal(Registry.Root(16), _pool.VoteOf(voter, new Epoch(2))?.BeaconBlockRoot);
        Assert.Single(_pool.Pack(State));
    }

    [Fact]
    public void Exactly_the_signature_that_was_verified_counts_as_verified()
    {
        var vote = Vote(16, 5);
        _pool.Add(vote);

        Assert.True(_pool.IsVerified(5, vote.Data, vote.Signatures[0]));
        Assert.False(_pool.IsVerified(5, vote.Data, Registry.Signature(99)));
        Assert.False(_pool.IsVerified(4, vote.Data, vote.Signatures[0]));
        Assert.False(_pool.IsVerified(5, Vote(16, 5, head: 99).Data, vote.Signatures[0]));
    }

    [Fact]
    public void Votes_that_earn_nothing_more_are_left_out()
    {
        var voter = State.GetBeaconCommittee(new Slot(16), 0)[0];
        _pool.Add(Vote(16, voter));
        var state = State.Clone();
        state.CurrentParticipation[voter] =
            ParticipationFlags.TimelySource | ParticipationFlags.TimelyTarget | ParticipationFlags.TimelyHead;

        Assert.Empty(_pool.Pack(state));
    }

    [Fact]
    public void A_vote_stays_for_another_branch_when_a_block_was_packed()
    {
        _pool.Add(Vote(16, State.GetBeaconCommittee(new Slot(16), 0)[0]));

        Assert.Single(_pool.Pack(State));
        Assert.Single(_pool.Pack(State));
    }

    [Fact]
    public void Votes_older_than_the_previous_epoch_are_forgotten()
    {
        _pool.Add(Vote(15, 5));
        _pool.Add(Vote(16, 5));

        _pool.Prune(new Epoch(3));

        Assert.Null(_pool.VoteOf(5, new Epoch(1)));
        Assert.NotNull(_pool.VoteOf(5, new Epoch(2)));
        _pool.Prune(new Epoch(40));
        Assert.Null(_pool.VoteOf(5, new Epoch(2)));
    }

    [Fact]
    public void A_vote_that_no_block_can_include_soon_is_not_kept()
    {
        _pool.Add(Vote(7, 5));
        _pool.Add(Vote(32, 5));

        Assert.Null(_pool.VoteOf(5, new Epoch(0)));
        Assert.Null(_pool.VoteOf(5, new Epoch(4)));
    }

    [Fact]
    public void A_clock_that_went_back_forgets_nothing()
    {
        _pool.Add(Vote(16, 5));

        _pool.Prune(Epoch.Genesis);

        Assert.NotNull(_pool.VoteOf(5, new Epoch(2)));
    }

    private static StakeState At(ulong slot)
    {
        var state = Registry.Of(64);
        state.Slot = new Slot(slot);
        for (ulong i = 0; i < slot; i++) state.BlockRoots[i] = Registry.Root(i);
        return state;
    }

    private static IndexedAttestation Vote(ulong slot, int voter, ulong? head = null)
    {
        var epoch = new Slot(slot).ToEpoch(State.Settings.SlotsPerEpoch);
        var target = new Checkpoint(epoch, Registry.Root(epoch.StartSlot(State.Settings.SlotsPerEpoch).Number));
        var data = new AttestationData(new Slot(slot), 0, Registry.Root(head ?? slot), State.CurrentJustified, target);
        return new IndexedAttestation([voter], data, [Registry.Signature((ulong)voter + 1)]);
    }
}
