using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Random voting histories: the slasher convicts exactly those whom a comparison of all pairs of votes convicts.
/// </summary>
public sealed class SlasherProperties
{
    private const ulong SlotsPerEpoch = 4;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_validator_is_named_exactly_when_two_of_its_votes_in_the_window_are_slashable(int seed)
    {
        var random = new Random(seed);
        var history = new History(random, validators: random.Next(1, 40), window: (ulong)random.Next(1, 12));
        for (var step = 0; step < 300; step++)
        {
            var vote = history.AnyVote();
            var evidence = history.Slasher.OnVote(vote);
            history.Oracle.Hear(vote, history.Slasher.OldestEpoch, history.Current);
            foreach (var slashing in evidence) history.Named.UnionWith(slashing.CommonIndices());

            Assert.Equal(history.Oracle.Offenders, history.Named);
            if (random.Next(10) == 0) history.NextEpoch();
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Evidence_passes_the_transitions_check_and_is_made_of_what_both_votes_signed(int seed)
    {
        var random = new Random(seed);
        var validators = random.Next(1, 40);
        var state = Registry.Of(validators);
        var history = new History(random, validators, window: (ulong)random.Next(1, 12));
        var signed = new HashSet<(int Voter, AttestationData Data, Signature Signature)>();
        for (var step = 0; step < 300; step++)
        {
            var vote = history.AnyVote();
            signed.UnionWith(Signed(vote));
            foreach (var slashing in history.Slasher.OnVote(vote))
            {
                Assert.Null(SlashingProcessing.CheckAttesterSlashing(state, slashing));
                Assert.Equal(slashing.Attestation1.AttestingIndices, slashing.Attestation2.AttestingIndices);
                Assert.All(Signed(slashing.Attestation1).Concat(Signed(slashing.Attestation2)),
                    item => Assert.Contains(item, signed));
                Assert.Contains(vote.Data, new[] { slashing.Attestation1.Data, slashing.Attestation2.Data });
            }

            if (random.Next(10) == 0) history.NextEpoch();
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Nobody_can_flood_others_with_evidence(int seed)
    {
        var random = new Random(seed);
        var history = new History(random, validators: 3, window: 5);
        var given = new Dictionary<(int Voter, Epoch Target, bool IsDouble), int>();
        for (var step = 0; step < 600; step++)
        {
            var vote = history.AnyVote();
            foreach (var slashing in history.Slasher.OnVote(vote))
            {
                var isDouble = slashing.Attestation1.Data.IsDoubleVoteWith(slashing.Attestation2.Data);
                foreach (var voter in slashing.CommonIndices())
                    Assert.True(given.TryAdd((voter, vote.Data.Target.Epoch, isDouble), 1), $"{voter} again");
            }

            if (random.Next(40) == 0) history.NextEpoch();
        }

        Assert.NotEmpty(given);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Votes_with_growing_source_and_target_never_give_evidence_in_whatever_order_they_are_heard(int seed)
    {
        var random = new Random(seed);
        var slasher = new Slasher(SlotsPerEpoch, new Epoch(30), 30);
        var votes = Enumerable.Range(0, 20).SelectMany(validator => HonestVotes(random, validator)).ToArray();
        random.Shuffle(votes);

        Assert.NotEmpty(votes);
        foreach (var vote in votes.Concat(votes)) Assert.Empty(slasher.OnVote(vote));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_order_in_which_a_committees_votes_come_does_not_change_who_is_named(int seed)
    {
        var random = new Random(seed);
        var history = new History(random, validators: 10, window: 8);
        var votes = Enumerable.Range(0, 60).Select(_ => history.AnyVote()).ToArray();
        var together = Name(votes);
        var alone = votes.SelectMany(Split).ToArray();
        random.Shuffle(alone);

        Assert.Equal(together, Name(alone));

        SortedSet<int> Name(IEnumerable<IndexedAttestation> heard)
        {
            var slasher = new Slasher(SlotsPerEpoch, history.Current, 8);
            return [.. heard.SelectMany(slasher.OnVote).SelectMany(slashing => slashing.CommonIndices())];
        }
    }

    private static IEnumerable<IndexedAttestation> HonestVotes(Random random, int validator)
    {
        ulong source = 0;
        for (ulong target = 1; target <= 30; target++)
        {
            if (random.Next(4) == 0) continue;
            source = Math.Max(source, (ulong)random.Next((int)target));
            yield return Vote(random, source, target, [validator], variants: 100);
        }
    }

    private static IEnumerable<IndexedAttestation> Split(IndexedAttestation vote) =>
        vote.AttestingIndices.Select((voter, i) => new IndexedAttestation([voter], vote.Data, [vote.Signatures[i]]));

    private static IEnumerable<(int Voter, AttestationData Data, Signature Signature)> Signed(IndexedAttestation vote) =>
        vote.AttestingIndices.Select((voter, i) => (voter, vote.Data, vote.Signatures[i]));

    private static IndexedAttestation Vote(Random random, ulong source, ulong target, int[] voters, int variants)
    {
        var data = new AttestationData(
            new Slot(target * SlotsPerEpoch),
            0,
            Registry.Root((ulong)random.Next(variants)),
            new Checkpoint(new Epoch(source), Registry.Root(source)),
            new Checkpoint(new Epoch(target), Registry.Root(target)));
        return new IndexedAttestation(voters, data, [.. voters.Select(_ => Registry.Signature((ulong)random.NextInt64()))]);
    }

    /// <summary>A slasher under random votes around an epoch that moves on.</summary>
    private sealed class History(Random random, int validators, ulong window)
    {
        private readonly int _honesty = random.Next(1, 20);

        public Epoch Current { get; private set; } = new(window + 2);

        public Slasher Slasher { get; } = new(SlotsPerEpoch, new Epoch(window + 2), window);

        public AllPairs Oracle { get; } = new();

        public SortedSet<int> Named { get; } = [];

        /// <summary>
        /// Honest votes, and strange ones of few voters: offences are rare enough to tell the guilty from the rest.
        /// </summary>
        public IndexedAttestation AnyVote()
        {
            var isStrange = random.Next(_honesty) == 0;
            var target = isStrange ? (ulong)random.Next((int)Current.Number + 3) : Current.Number - (ulong)random.Next(2);
            var source = isStrange ? (ulong)random.Next((int)Current.Number + 3) : target - Math.Min(target, 1);
            int[] voters = [.. Enumerable.Range(0, validators).Where(_ => random.Next(isStrange ? 30 : 8) == 0)];
            return Vote(random, source, target, voters.Length > 0 ? voters : [random.Next(validators)], isStrange ? 2 : 1);
        }

        public void NextEpoch()
        {
            Current += (ulong)random.Next(1, 3);
            Slasher.Prune(Current, window);
        }
    }

    /// <summary>The oracle: every vote in the window against every other.</summary>
    private sealed class AllPairs
    {
        private readonly Dictionary<int, List<AttestationData>> _heard = [];

        public SortedSet<int> Offenders { get; } = [];

        public void Hear(IndexedAttestation vote, Epoch oldest, Epoch current)
        {
            if (vote.Data.Target.Epoch < oldest || vote.Data.Target.Epoch > current + 1) return;
            foreach (var voter in vote.AttestingIndices)
            {
                if (!_heard.TryGetValue(voter, out var others)) _heard.Add(voter, others = []);
                if (others.Exists(other =>
                    other.Target.Epoch >= oldest && (other.IsSlashableWith(vote.Data) || vote.Data.IsSlashableWith(other))))
                    Offenders.Add(voter);
                others.Add(vote.Data);
            }
        }
    }
}
