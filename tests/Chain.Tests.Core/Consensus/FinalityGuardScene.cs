using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>A guard of nine equal validators whose checkpoint of epoch 5 is final, and what a test lets it know.</summary>
public abstract class FinalityGuardScene : IFinalityKnowledge
{
    protected const ulong Ether = 1_000_000_000;
    protected const ulong SlotsPerEpoch = 8;

    // Checkpoints of our chain, and of the other one that parts after epoch 3.
    protected static readonly Checkpoint Ours = new(new Epoch(5), Registry.Root(5));
    protected static readonly Checkpoint Theirs = new(new Epoch(5), Registry.Root(105));

    protected Dictionary<(Checkpoint Theirs, Checkpoint Ours), bool> Known { get; } = [];

    protected HashSet<Checkpoint> Untraced { get; } = [];

    protected List<Checkpoint> Traced { get; } = [];

    protected HashSet<(Checkpoint First, Checkpoint Second, Checkpoint Third)> Branches { get; } = [];

    protected HashSet<int> Guilty { get; } = [];

    protected HashSet<int> Leaving { get; } = [];

    protected SealedHeader? LastShared { get; set; }

    bool? IFinalityKnowledge.AreApart(Checkpoint theirs, Checkpoint ours) =>
        Known.TryGetValue((theirs, ours), out var answer) ? answer : null;

    bool IFinalityKnowledge.IsTraced(Checkpoint theirs)
    {
        Traced.Add(theirs);
        return !Untraced.Contains(theirs);
    }

    bool IFinalityKnowledge.AreOnOneBranch(Checkpoint first, Checkpoint second, Checkpoint third) =>
        Branches.Contains((first, second, third));

    SealedHeader? IFinalityKnowledge.LastShared(Checkpoint theirs) => LastShared;

    bool IFinalityKnowledge.IsGuilty(int validator) => Guilty.Contains(validator);

    bool IFinalityKnowledge.IsLeaving(int validator) => Leaving.Contains(validator);

    private protected FinalityGuard NewGuard(Checkpoint finalized, VotingStake stake, ulong now) =>
        new(finalized, stake, new Epoch(now), this);

    private protected static VotingStake Stakes(int validators) => VotingStake.Of(Registry.Of(validators));

    protected static IndexedAttestation Vote(Checkpoint source, ulong target, int[] voters, ulong targetRoot = 106,
        ulong head = 0) => new(
        voters,
        new AttestationData(new Slot(target * SlotsPerEpoch), 0, Registry.Root(head), source,
            new Checkpoint(new Epoch(target), Registry.Root(targetRoot))),
        [.. voters.Select(voter => Registry.Signature((ulong)voter + 1))]);
}
