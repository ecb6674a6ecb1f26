using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>A valid block as the fork choice sees it, with the checkpoints of the state after it.</summary>
/// <param name="Root">Its hash.</param>
/// <param name="ParentRoot">Its parent's hash.</param>
/// <param name="Slot">Its slot.</param>
/// <param name="ProposerIndex">Who made it.</param>
/// <param name="Justified">current_justified_checkpoint of its state.</param>
/// <param name="Finalized">finalized_checkpoint of its state.</param>
/// <param name="UnrealizedJustified">What would be justified if its epoch ended with it
/// (<see cref="JustificationAndFinalization.Unrealized"/>).</param>
/// <param name="UnrealizedFinalized">What would be finalized then.</param>
public sealed record StakeForkChoiceBlock(
    Hash256 Root,
    Hash256 ParentRoot,
    Slot Slot,
    int ProposerIndex,
    Checkpoint Justified,
    Checkpoint Finalized,
    Checkpoint UnrealizedJustified,
    Checkpoint UnrealizedFinalized)
{
    /// <summary>A block with the checkpoints of the state after it.</summary>
    public static StakeForkChoiceBlock Of(Hash256 root, Hash256 parentRoot, int proposerIndex, StakeState postState)
    {
        var (justified, finalized) = JustificationAndFinalization.Unrealized(postState);
        return new(root, parentRoot, postState.Slot, proposerIndex, postState.CurrentJustified, postState.Finalized, justified,
            finalized);
    }
}

/// <summary>Why the fork choice does not take a block or a vote, now or ever.</summary>
public abstract record ForkChoiceError
{
    private ForkChoiceError()
    {
    }

    // Blocks

    public sealed record UnknownParent(Hash256 Parent) : ForkChoiceError;

    /// <summary>Not a fault: the block waits for its slot.</summary>
    public sealed record FutureSlot(Slot Got, Slot Current) : ForkChoiceError;

    public sealed record NotLaterThanFinalizedSlot(Slot Got, Slot Finalized) : ForkChoiceError;

    public sealed record NotDescendantOfFinalized(Hash256 Got, Hash256 Finalized) : ForkChoiceError;

    // Votes

    public sealed record TargetEpochNotCurrentOrPrevious(Epoch Got, Epoch Current) : ForkChoiceError;

    public sealed record TargetEpochSlotMismatch(Epoch Target, Slot Slot) : ForkChoiceError;

    /// <summary>May be cured by the block's arrival.</summary>
    public sealed record UnknownTarget(Hash256 Target) : ForkChoiceError;

    /// <summary>May be cured by the block's arrival.</summary>
    public sealed record UnknownBlock(Hash256 Block) : ForkChoiceError;

    public sealed record BlockAfterAttestationSlot(Slot BlockSlot, Slot AttestationSlot) : ForkChoiceError;

    public sealed record LmdFfgInconsistent(Hash256 Target, Hash256? Expected) : ForkChoiceError;

    /// <summary>Not a fault: the vote counts from the next slot on.</summary>
    public sealed record AttestationSlotNotPast(Slot Got, Slot Current) : ForkChoiceError;
}
