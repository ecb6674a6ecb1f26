using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Random registries and votes, good, late, wrong and misplaced: what the pool packs is valid and the best that there is.
/// </summary>
public sealed class AttestationPoolProperties
{
    private static readonly StakeDomain Domain = new(Hash256.Zero);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_packed_attestation_passes_the_transition_and_brings_something(int seed)
    {
        var random = new Random(seed);
        var scene = new StakeScene(random);
        var pool = scene.Fill(random);
        var state = scene.State.Clone();
        foreach (var attestation in pool.Pack(scene.State))
        {
            var before = Flags(state);
            var checks = new SignatureChecks(Domain);
            Assert.Null(AttestationProcessing.ProcessAttestation(state, attestation, checks));
            foreach (var check in checks.All)
                Assert.Equal(Registry.Signature(scene.MarkOf(check.Key, attestation.Data)), check.Signature);
            Assert.True(Flags(state) >= before + checks.All.Count, $"seed {seed}: a vote in {attestation.Data} earns nothing");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_block_of_packed_votes_earns_what_all_votes_together_could(int seed)
    {
        var random = new Random(seed);
        var scene = new StakeScene(random);
        var pool = scene.Fill(random);
        var packed = scene.State.Clone();
        foreach (var attestation in pool.Pack(scene.State))
            AttestationProcessing.ProcessAttestation(packed, attestation, new SignatureChecks(Domain));

        // Every vote alone, valid or not: what is not is refused.
        var all = scene.State.Clone();
        foreach (var vote in scene.Alone(all)) AttestationProcessing.ProcessAttestation(all, vote, new SignatureChecks(Domain));

        Assert.Equal(all.PreviousParticipation, packed.PreviousParticipation);
        Assert.Equal(all.CurrentParticipation, packed.CurrentParticipation);
        Assert.Empty(pool.Pack(packed));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_block_holds_at_most_one_epochs_votes_and_the_dearest_of_them(int seed)
    {
        var random = new Random(seed);
        var scene = new StakeScene(random);
        var pool = scene.Fill(random);
        var free = Worths(scene.State, pool.Pack(scene.State));

        // Most leave after the votes were cast: the new epoch has fewer voters than the epoch before.
        for (var i = 0; i < scene.State.ValidatorCount; i++)
        {
            if (random.Next(5) > 0) scene.State.ExitEpochs[i] = scene.State.CurrentEpoch;
        }

        var limited = Worths(scene.State, pool.Pack(scene.State));

        Assert.Equal(free.Take(scene.State.CountActive(scene.State.CurrentEpoch)), limited);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_order_in_which_votes_came_does_not_change_a_block(int seed)
    {
        var scene = new StakeScene(new Random(seed));
        var first = scene.Fill(new Random(1)).Pack(scene.State);
        var second = scene.Fill(new Random(2)).Pack(scene.State);

        Assert.Equal(Encode(first), Encode(second));
    }

    private static int Flags(StakeState state) =>
        state.PreviousParticipation.Concat(state.CurrentParticipation).Sum(flags =>
            System.Numerics.BitOperations.PopCount((uint)flags));

    /// <summary>What each vote is worth to the proposer, dearest first.</summary>
    private static List<ulong> Worths(StakeState state, IReadOnlyList<Attestation> attestations)
    {
        var worths = new List<ulong>();
        foreach (var attestation in attestations)
        {
            var data = attestation.Data;
            var participation = data.Target.Epoch == state.CurrentEpoch
                ? state.CurrentParticipation
                : state.PreviousParticipation;
            foreach (var voter in AttestationProcessing.GetAttestingIndices(state.GetBeaconCommittee(data.Slot, data.Index),
                attestation.AggregationBits))
            {
                var fresh = AttestationProcessing.GetParticipationFlags(state, data) & ~participation[voter];
                worths.Add(state.EffectiveBalances[voter].Amount * RewardsAndPenalties.WeightOf(fresh));
            }
        }

        return [.. worths.OrderDescending()];
    }

    private static byte[][] Encode(IReadOnlyList<Attestation> attestations) => [.. attestations.Select(attestation =>
    {
        var rlp = new RlpWriter();
        attestation.WriteTo(rlp);
        return rlp.ToArray();
    })];
}
