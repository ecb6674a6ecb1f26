using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Two histories that part, and voters of random weight who follow one, the other, or both.</summary>
public sealed class FinalityGuardProperties
{
    private const ulong SlotsPerEpoch = 4;
    private const ulong Fork = 3;
    private const ulong Last = 9;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_conflict_is_found_exactly_when_two_thirds_of_the_stake_signed_the_other_historys_link(int seed)
    {
        var world = new World(new Random(seed));
        var conflict = world.Run();

        Assert.Equal(world.Share(both: false) * 3 >= world.Total * 2, conflict is not null);
        if (conflict is null) return;
        Assert.Equal(world.Share(both: false), conflict.VotedStake.Amount);
        Assert.Equal(conflict.Voters, conflict.Proof.SelectMany(votes => votes.AttestingIndices).Order());
        Assert.All(conflict.Proof, votes => Assert.True(votes.HasSortedUniqueIndices()));
        Assert.All(conflict.Proof,
            votes => Assert.Equal(votes.AttestingIndices.Select(voter => Registry.Signature((ulong)voter + 1)),
                votes.Signatures));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void When_both_histories_are_final_a_third_of_the_stake_is_proven_guilty_and_no_honest_validator(int seed)
    {
        var world = new World(new Random(seed), isOursFinalToo: true);
        var conflict = world.Run();

        Assert.NotNull(conflict);
        Assert.Equal(world.Equivocators, conflict.Slashable);
        Assert.True(world.Share(both: true) * 3 >= world.Total);
    }

    /// <summary>Validator i follows ours, theirs or both; everybody votes in every epoch after the fork.</summary>
    private sealed class World : IFinalityKnowledge
    {
        private readonly Random _random;
        private readonly StakeState _state;
        private readonly Slasher _slasher = new(SlotsPerEpoch, new Epoch(Fork), 20);
        private readonly List<int> _ours = [];
        private readonly List<int> _theirs = [];

        public World(Random random, bool isOursFinalToo = false)
        {
            _random = random;
            _state = Registry.Of(random.Next(3, 40));

            // More than the ejection balance, so that all stay.
            for (var i = 0; i < _state.ValidatorCount; i++)
                _state.Balances[i] = _state.EffectiveBalances[i] = new Gwei((ulong)random.Next(17, 33) * 1_000_000_000);
            var equivocation = random.Next(101);
            for (var i = 0; i < _state.ValidatorCount; i++) Place(i, random.Next(100) < equivocation ? 2 : random.Next(2));

            // Whoever is missing for both to be final votes for both.
            for (var i = 0; isOursFinalToo && i < _state.ValidatorCount && !(IsFinal(_ours) && IsFinal(_theirs)); i++)
                Place(i, 2);
        }

        public IReadOnlyList<int> Equivocators => [.. _ours.Intersect(_theirs).Order()];

        public ulong Total => _state.GetTotalActiveBalance().Amount;

        public ulong Share(bool both) => Weigh(both ? Equivocators : _theirs);

        public FinalityConflict? Run()
        {
            var guard = new FinalityGuard(On(ours: true, Fork), VotingStake.Of(_state), new Epoch(Fork), this);
            for (var epoch = Fork + 1; epoch <= Last; epoch++)
            {
                _slasher.Prune(new Epoch(epoch), 20);
                guard.Prune(new Epoch(epoch));
                var heard = Votes(ours: true, epoch).Concat(Votes(ours: false, epoch)).ToArray();
                _random.Shuffle(heard);
                foreach (var vote in heard) _slasher.OnVote(vote);
                foreach (var vote in heard) guard.OnVote(vote);

                // Ours counts as final whatever it has, so that the guard has something to guard.
                guard.OnFinalized(On(ours: true, epoch - 1), VotingStake.Of(_state));
            }

            return guard.Conflict;
        }

        /// <summary>What a node that knows all blocks would say.</summary>
        public bool? AreApart(Checkpoint theirs, Checkpoint ours) =>
            ours.Epoch.Number > Fork && theirs == On(ours: false, theirs.Epoch.Number) && theirs.Epoch.Number > Fork;

        public bool IsTraced(Checkpoint theirs) => true;

        public bool AreOnOneBranch(Checkpoint first, Checkpoint second, Checkpoint third) => true;

        public SealedHeader? LastShared(Checkpoint theirs) => null;

        public bool IsGuilty(int validator) => _slasher.IsOffender(validator);

        public bool IsLeaving(int validator) => false;

        private static Checkpoint On(bool ours, ulong epoch) =>
            new(new Epoch(epoch), Registry.Root(epoch + (ours || epoch <= Fork ? 0 : 100UL)));

        private void Place(int validator, int side)
        {
            _ours.Remove(validator);
            _theirs.Remove(validator);
            if (side != 1) _ours.Add(validator);
            if (side != 0) _theirs.Add(validator);
        }

        private bool IsFinal(List<int> voters) => Weigh(voters) * 3 >= Total * 2;

        private ulong Weigh(IReadOnlyList<int> voters) =>
            voters.Aggregate(0UL, (sum, voter) => sum + _state.EffectiveBalances[voter].Amount);

        private IEnumerable<IndexedAttestation> Votes(bool ours, ulong epoch) =>
            (ours ? _ours : _theirs).Select(voter => new IndexedAttestation(
            [voter],
            new AttestationData(new Slot((epoch * SlotsPerEpoch) + (ulong)voter % SlotsPerEpoch), 0, Registry.Root(epoch),
                On(ours, epoch - 1), On(ours, epoch)),
            [Registry.Signature((ulong)voter + 1)]));
    }
}
