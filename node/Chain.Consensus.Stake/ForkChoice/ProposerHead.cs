using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Whether a proposer should build on the parent of a head that came late, and each condition of the decision.</summary>
/// <param name="Root">The block to build on.</param>
public sealed record ProposerHead(
    Hash256 Root,
    bool HeadLate,
    bool NotEpochBoundary,
    bool FfgCompetitive,
    bool FinalizationOk,
    bool ProposingOnTime,
    bool ParentSlotOk,
    bool CurrentTimeOk,
    bool HeadWeak,
    bool ParentStrong,
    bool ProposerEquivocation)
{
    /// <summary>
    /// get_proposer_head. Null when the rule may not be asked: the head has the proposer boost, or no parent in the tree.
    /// </summary>
    /// <param name="forkChoice">The store.</param>
    /// <param name="head">Its head.</param>
    /// <param name="slot">The slot to propose in.</param>
    /// <param name="headSlotCommittee">All committees of the head's slot under its own shuffling.</param>
    public static ProposerHead? Get(StakeForkChoice forkChoice, Hash256 head, Slot slot, ReadOnlySpan<int> headSlotCommittee)
    {
        ArgumentNullException.ThrowIfNull(forkChoice);
        var tree = forkChoice.Tree;
        var position = tree.Find(head);
        if (position < 0) throw new InvalidOperationException($"Block {head} is not in the fork choice.");
        var node = tree[position];
        if (forkChoice.ProposerBoostRoot == head || node.Parent < 0) return null;
        var parent = tree[node.Parent];
        var settings = forkChoice.Settings;
        var epochsSinceFinalization = slot.ToEpoch(settings.SlotsPerEpoch).Number - forkChoice.Finalized.Epoch.Number;
        var decision = new ProposerHead(
            head,
            HeadLate: !node.IsTimely,
            NotEpochBoundary: slot.SinceEpochStart(settings.SlotsPerEpoch) != 0,
            FfgCompetitive: node.Block.UnrealizedJustified == parent.Block.UnrealizedJustified,
            FinalizationOk: epochsSinceFinalization <= settings.ReorgMaxEpochsSinceFinalization,
            ProposingOnTime: forkChoice.TimeIntoSlotMs <= settings.ProposerReorgCutoffBps * settings.SlotDurationMs / 10_000,
            ParentSlotOk: parent.Block.Slot + 1 == node.Block.Slot,
            CurrentTimeOk: node.Block.Slot + 1 == slot,
            HeadWeak: IsHeadWeak(forkChoice, position, headSlotCommittee),
            ParentStrong: IsParentStrong(forkChoice, node.Parent),
            ProposerEquivocation: IsProposerEquivocation(tree, node));
        return decision.TakesParent ? decision with { Root = node.Block.ParentRoot } : decision;
    }

    private bool TakesParent =>
        (HeadLate && NotEpochBoundary && FfgCompetitive && FinalizationOk && ProposingOnTime && ParentSlotOk && CurrentTimeOk
            && HeadWeak && ParentStrong)
        || (HeadWeak && CurrentTimeOk && ProposerEquivocation);

    /// <summary>
    /// is_head_weak: the weight of equivocators of the head's slot counts here, so that more votes never make a head weak.
    /// </summary>
    private static bool IsHeadWeak(StakeForkChoice forkChoice, int position, ReadOnlySpan<int> headSlotCommittee)
    {
        var balances = forkChoice.JustifiedBalances();
        var weight = new Gwei(forkChoice.Scores()[position]);
        foreach (var validator in headSlotCommittee)
        {
            if (forkChoice.Messages.IsEquivocating(validator)) weight += balances.Effective(validator);
        }

        return weight < forkChoice.CommitteeFraction(balances, forkChoice.Settings.ReorgHeadWeightThreshold);
    }

    /// <summary>is_parent_strong.</summary>
    private static bool IsParentStrong(StakeForkChoice forkChoice, int parent) =>
        new Gwei(forkChoice.Scores()[parent]) > forkChoice.CommitteeFraction(forkChoice.JustifiedBalances(),
            forkChoice.Settings.ReorgParentWeightThreshold);

    /// <summary>is_proposer_equivocation: another block of the same slot and proposer is known.</summary>
    private static bool IsProposerEquivocation(ProtoArray tree, ProtoNode node)
    {
        var count = 0;
        for (var i = 0; i < tree.Count; i++)
        {
            if (tree[i].Block.Slot == node.Block.Slot && tree[i].Block.ProposerIndex == node.Block.ProposerIndex) count++;
        }

        return count > 1;
    }
}
