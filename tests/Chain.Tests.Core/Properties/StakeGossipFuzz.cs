using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>
/// Every field of votes, evidence, exits and status, damaged one by one and handed to a real core: each has its price, and harms
/// nothing.
/// </summary>
public sealed class StakeGossipFuzz
{
    private const int ThrownOut = -1;

    [Fact]
    public void Each_field_of_a_vote_that_is_wrong_has_its_price()
    {
        var fuzz = new StakeFuzzNetwork();
        var data = fuzz.HonestData();
        var (epoch, slots) = (data.Target.Epoch, fuzz.Target.StakeOf().Settings.SlotsPerEpoch);
        var (unheard, wrongSignature, outsider) = (data with { BeaconBlockRoot = Registry.Root(7) },
            StakeFuzzNetwork.Sign(3, Registry.Root(9)), fuzz.VoterOfALaterSlot());
        AttestationData At(Slot slot) => data with
        {
            Slot = slot,
            Target = new Checkpoint(slot.ToEpoch(slots), data.Target.Root),
        };
        var cases = new (string What, int Points, IndexedAttestation Votes)[]
        {
            ("the slot and the target's epoch differ", ThrownOut, fuzz.Votes(data with { Slot = data.Slot + slots }, 3)),
            ("the last slot there is", 10, fuzz.Votes(At(new Slot(ulong.MaxValue)), 3)),
            ("a slot too early", 0, fuzz.Votes(At(fuzz.Now + 2), 3)),
            ("an hour too early", 0, fuzz.Votes(At(fuzz.Now + 1800), 3)),
            ("sixty years too early", 0, fuzz.Votes(At(fuzz.Now + 60UL * 365 * 43_200), 3)),
            ("two centuries too early", 10, fuzz.Votes(At(fuzz.Now + 200UL * 365 * 43_200), 3)),
            ("long past", 0, fuzz.Votes(At(new Slot(1)), 3)),
            ("a block that nobody knows", 0, fuzz.Votes(data with { BeaconBlockRoot = Registry.Root(1) }, 3)),
            ("a target that nobody knows", 0, fuzz.Votes(data with { Target = new Checkpoint(epoch, Registry.Root(2)) }, 4)),
            ("a target on which the block does not stand", 10,
                fuzz.Votes(data with { Target = new Checkpoint(epoch,
                    data.BeaconBlockRoot == data.Target.Root ? fuzz.Target.Core.View.Finalized.Hash : data.BeaconBlockRoot) },
                    5)),
            ("a committee that there is not", 50, fuzz.Votes(data with { Index = ulong.MaxValue }, outsider)),
            ("the committee of others", 50, fuzz.Votes(data, outsider)),
            ("signed by another", ThrownOut,
                new IndexedAttestation([3], unheard, [StakeFuzzNetwork.Sign(4, fuzz.Domain.AttestationRoot(unheard))])),
            ("signed for something else", ThrownOut, new IndexedAttestation([3], unheard, [wrongSignature])),
            ("a signature of zeros", ThrownOut, new IndexedAttestation([3], unheard, [default])),
            ("a voter that nobody knows, for a block that nobody knows", 0,
                new IndexedAttestation([StakeFuzzNetwork.Validators], unheard, [wrongSignature])),
            ("a voter that there is not", ThrownOut,
                new IndexedAttestation([StakeFuzzNetwork.Validators], data, [wrongSignature])),
            ("the last index there is", ThrownOut, new IndexedAttestation([int.MaxValue], data, [wrongSignature])),
            ("nobody's votes", ThrownOut, new IndexedAttestation([], data, [])),
            ("a voter twice", ThrownOut, fuzz.Votes(data, 3, 3)),
            ("voters unsorted", ThrownOut, fuzz.Votes(data, 4, 3)),
            ("a signature too few", ThrownOut, new IndexedAttestation([3, 4], data, [wrongSignature])),
            ("a signature too many", ThrownOut, new IndexedAttestation([3], data, [wrongSignature, wrongSignature])),
            ("voters without end", ThrownOut, new IndexedAttestation([.. Enumerable.Range(0, 100_000)], data, [])),
        };

        foreach (var (what, points, votes) in cases)
        {
            var got = fuzz.Say(new StakeMessage.Votes(votes));
            Assert.True(points == got, $"{what}: {got} points instead of {points}");
        }

        // Whoever has these keys has made them vote against themselves.
        fuzz.AssertUnharmed(slashed: new[] { 3, 4, 5, outsider }.Distinct().Count());
    }

    [Fact]
    public void A_source_that_no_chain_has_costs_its_maker_and_not_who_passes_it_on()
    {
        var fuzz = new StakeFuzzNetwork();
        var data = fuzz.HonestData();
        foreach (var source in new[] { new Epoch(ulong.MaxValue), new Epoch(0), data.Target.Epoch, data.Target.Epoch + 1 })
            Assert.InRange(fuzz.Say(new StakeMessage.Votes(fuzz.Votes(data with
            {
                Source = new Checkpoint(source,
                Registry.Root(5))
            }, 6))), 0, 50);
        fuzz.Network.Run(TimeSpan.FromSeconds(16));
        fuzz.AssertUnharmed(slashed: 1);
    }

    [Fact]
    public void Each_field_of_evidence_of_a_double_proposal_that_is_wrong_has_its_price()
    {
        var fuzz = new StakeFuzzNetwork();
        SignedProposal Proposal(ulong slot, int proposer, ulong root, int signer) =>
            new(new Slot(slot), proposer, Registry.Root(root),
                StakeFuzzNetwork.Sign(signer, fuzz.Domain.ProposalRoot(new Slot(slot), proposer, Registry.Root(root))));
        var good = Proposal(3, 7, 1, 7);
        var cases = new (string What, int Points, SignedProposal Second)[]
        {
            ("slots differ", 50, Proposal(4, 7, 2, 7)),
            ("proposers differ", 50, Proposal(3, 8, 2, 8)),
            ("the same block", 50, Proposal(3, 7, 1, 7)),
            ("signed by another", ThrownOut, Proposal(3, 7, 2, 8)),
            ("not signed", ThrownOut, Proposal(3, 7, 2, 7) with { Signature = default }),
        };
        foreach (var (what, points, second) in cases)
            Assert.True(points == fuzz.Say(new StakeMessage.DoubleProposal(new ProposerSlashing(good, second))), what);
        Assert.Equal(50,
            fuzz.Say(new StakeMessage.DoubleProposal(new ProposerSlashing(Proposal(3, 99, 1, 7), Proposal(3, 99, 2, 7)))));
        Assert.Equal(50,
            fuzz.Say(new StakeMessage.DoubleProposal(new ProposerSlashing(Proposal(ulong.MaxValue, 7, 1, 7),
                Proposal(ulong.MaxValue - 1, 7, 2, 7)))));
        fuzz.AssertUnharmed();
    }

    [Fact]
    public void A_key_that_was_used_twice_costs_its_owner_the_stake_and_who_shows_it_nothing()
    {
        var fuzz = new StakeFuzzNetwork();
        SignedProposal Proposal(ulong root) =>
            new(new Slot(ulong.MaxValue), 7, Registry.Root(root),
                StakeFuzzNetwork.Sign(7, fuzz.Domain.ProposalRoot(new Slot(ulong.MaxValue), 7, Registry.Root(root))));
        var evidence = new StakeMessage.DoubleProposal(new ProposerSlashing(Proposal(1), Proposal(2)));

        Assert.Equal(0, fuzz.Say(evidence));
        Assert.Equal(0, fuzz.Say(evidence));

        fuzz.AssertUnharmed(slashed: 1);
        Assert.True(fuzz.Target.StakeOf().Validators[7].Validator.Slashed);
    }

    [Fact]
    public void Each_field_of_evidence_of_slashable_votes_that_is_wrong_has_its_price()
    {
        var fuzz = new StakeFuzzNetwork();
        var data = fuzz.HonestData();
        var other = data with { BeaconBlockRoot = Registry.Root(1) };
        IndexedAttestation With(IndexedAttestation votes, int[] voters) => votes with { AttestingIndices = voters };
        var (first, second) = (fuzz.Votes(data, 3, 4), fuzz.Votes(other, 3, 4));
        var cases = new (string What, int Points, AttesterSlashing Evidence)[]
        {
            ("votes that agree", 50, new(first, first)),
            ("votes of different epochs", 50,
                new(first, fuzz.Votes(data with { Target = new Checkpoint(data.Target.Epoch + 1, data.Target.Root) }, 3, 4))),
            ("nobody in both", 50, new(fuzz.Votes(data, 3), fuzz.Votes(other, 4))),
            ("nobody in one", 50, new(first, fuzz.Votes(other))),
            ("voters unsorted", 50, new(first, With(second, [4, 3]))),
            ("a voter twice", 50, new(first, With(second, [3, 3]))),
            ("a voter that there is not", 50, new(first, With(second, [3, int.MaxValue]))),
            ("a signature too few", 50, new(first, second with { Signatures = [second.Signatures[0]] })),
            ("voters without end", 50, new(first, With(second, [.. Enumerable.Range(0, 100_000)]))),
            ("signed by others", ThrownOut, new(first, second with
            {
                Signatures = [second.Signatures[1], second.Signatures[0]],
            })),
        };
        foreach (var (what, points, evidence) in cases)
            Assert.True(points == fuzz.Say(new StakeMessage.SlashableVotes(evidence)), what);
        fuzz.AssertUnharmed();
    }

    [Fact]
    public void Each_field_of_an_exit_that_is_wrong_has_its_price()
    {
        var fuzz = new StakeFuzzNetwork();
        SignedVoluntaryExit Exit(ulong epoch, int validator, int signer) =>
            new(new Epoch(epoch), validator,
                StakeFuzzNetwork.Sign(signer, fuzz.Domain.VoluntaryExitRoot(new Epoch(epoch), validator)));
        Assert.Equal(50, fuzz.Say(new StakeMessage.Exit(Exit(0, 99, 3))));
        Assert.Equal(50, fuzz.Say(new StakeMessage.Exit(Exit(0, int.MaxValue, 3))));
        Assert.Equal(0, fuzz.Say(new StakeMessage.Exit(Exit(ulong.MaxValue, 3, 3))));
        Assert.Equal(ThrownOut, fuzz.Say(new StakeMessage.Exit(Exit(0, 3, 4))));
        Assert.Equal(ThrownOut, fuzz.Say(new StakeMessage.Exit(Exit(0, 3, 3) with { Epoch = new Epoch(1) })));
        Assert.Equal(ThrownOut, fuzz.Say(new StakeMessage.Exit(Exit(0, 3, 3) with { Signature = default })));
        fuzz.AssertUnharmed();
        Assert.All(fuzz.Target.StakeOf().Validators, validator => Assert.Equal(Epoch.FarFuture, validator.Validator.ExitEpoch));
    }

    [Theory]
    [InlineData(ulong.MaxValue, 5)]
    [InlineData(1UL << 62, 5)]
    [InlineData(7UL, 0)]
    [InlineData(3UL, 5)]
    [InlineData(0UL, 5)]
    public void A_status_with_a_finality_that_cannot_be_costs_the_peer(ulong epoch, int points)
    {
        var fuzz = new StakeFuzzNetwork();
        Assert.Equal(points,
            fuzz.Say(new StakeMessage.Status(new Slot(ulong.MaxValue), Registry.Root(1),
                new Checkpoint(new Epoch(epoch), Registry.Root(2)))));
        fuzz.AssertUnharmed();
    }

    [Fact]
    public void Votes_that_wait_are_held_once_and_at_most_four_of_a_validator()
    {
        var held = new WaitingVotes();
        for (ulong root = 0; root < 1000; root++) held.Add(VoteWait.BlockComes, null, Votes(root, 5));
        for (var i = 0; i < 1000; i++) held.Add(VoteWait.SlotBegins, null, Votes(2, 5, 6));

        var taken = held.Take(VoteWait.BlockComes, _ => true)
            .Concat(held.Take(VoteWait.SlotBegins, _ => true)).ToList();

        Assert.Equal([(0UL, 5), (1UL, 5), (2UL, 5), (3UL, 5), (2UL, 6)],
            taken.SelectMany(item =>
                item.Votes.AttestingIndices.Select(voter =>
                    ((ulong)Enumerable.Range(0, 4).First(root => Data((ulong)root) == item.Votes.Data), voter))));
        Assert.Empty(held.Take(VoteWait.BlockComes, _ => true));
        held.Add(VoteWait.SlotBegins, null, Votes(9, 5));
        Assert.True(held.Contains(5, Data(9)));
        Assert.False(held.Contains(5, Data(0)));
    }

    [Fact]
    public void A_good_vote_is_held_beside_any_number_that_wait_for_blocks_that_nobody_has()
    {
        var held = new WaitingVotes();
        for (ulong root = 0; root < 8; root++) held.Add(VoteWait.BlockComes, null, Votes(root, 5));

        held.Add(VoteWait.SlotPasses, null, Votes(9, 5));

        Assert.Equal([Data(9)], held.Take(VoteWait.SlotPasses, _ => true).Select(item => item.Votes.Data));
        Assert.Equal(4, held.Take(VoteWait.BlockComes, _ => true).Count);
    }

    private static AttestationData Data(ulong root) =>
        new(new Slot(9), 0, Registry.Root(root), default, new Checkpoint(new Epoch(1), Registry.Root(root)));

    private static IndexedAttestation Votes(ulong root, params int[] voters) =>
        new(voters, Data(root), new Signature[voters.Length]);
}
