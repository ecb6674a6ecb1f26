using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Why a validator must not sign something: with what was signed before it would be slashable, or what was signed before is not
/// known well enough to tell. A root that is null was imported without one, and differs from every root.
/// </summary>
public abstract record SigningRefusal
{
    private SigningRefusal()
    {
    }

    /// <summary>The reason in plain words, with the values.</summary>
    public abstract string Reason { get; }

    public sealed override string ToString() => Reason;

    private static string Named(Hash256? root) =>
        root is { } known ? $"signing root {known}" : "a signing root that is not known";

    /// <summary>A different block was signed for the same slot.</summary>
    public sealed record DoubleProposal(Slot Slot, Hash256? Asked, Hash256? Known) : SigningRefusal
    {
        public override string Reason =>
            $"A second block for {Slot}: one with {Named(Known)} was signed, another with {Named(Asked)} would be a double "
                + $"proposal.";
    }

    /// <summary>A different vote was signed for the same target epoch.</summary>
    public sealed record DoubleVote(KnownVote Asked, KnownVote Known) : SigningRefusal
    {
        public override string Reason =>
            $"A second vote for target {Asked.Target}: one from {Known.Source} with {Named(Known.SigningRoot)} was signed, "
                + $"another from {Asked.Source} with {Named(Asked.SigningRoot)} would be a double vote.";
    }

    /// <summary>The vote's link would span that of a vote signed before.</summary>
    public sealed record Surrounding(KnownVote Asked, KnownVote Known) : SigningRefusal
    {
        public override string Reason =>
            $"The vote from {Asked.Source} to {Asked.Target} would surround the one from {Known.Source} to {Known.Target}, "
                + $"which was signed.";
    }

    /// <summary>The link of a vote signed before spans this one's.</summary>
    public sealed record Surrounded(KnownVote Asked, KnownVote Known) : SigningRefusal
    {
        public override string Reason =>
            $"The vote from {Asked.Source} to {Asked.Target} would be surrounded by the one from {Known.Source} to "
                + $"{Known.Target}, which was signed.";
    }

    /// <summary>No rule of consensus allows such a vote (EIP-3076 wants it refused too).</summary>
    public sealed record SourceAfterTarget(Epoch Source, Epoch Target) : SigningRefusal
    {
        public override string Reason => $"The vote's source, {Source}, is later than its target, {Target}.";
    }

    /// <summary>What was signed at or below this slot is not known: it was imported or pruned.</summary>
    public sealed record SlotNotAboveMinimum(Slot Slot, Slot Minimum) : SigningRefusal
    {
        public override string Reason =>
            $"{Slot} is not above {Minimum}: what was signed up to there is not known one by one, because the history was "
                + $"imported or pruned.";
    }

    /// <summary>
    /// Votes from earlier sources could surround some that are not known any more: they were imported or pruned.
    /// </summary>
    public sealed record SourceBelowMinimum(Epoch Source, Epoch Minimum) : SigningRefusal
    {
        public override string Reason =>
            $"Source {Source} is below {Minimum}: votes from sources up to there are not known one by one, because the history "
                + $"was imported or pruned.";
    }

    /// <summary>What was voted for at or below this target is not known: it was imported or pruned.</summary>
    public sealed record TargetNotAboveMinimum(Epoch Target, Epoch Minimum) : SigningRefusal
    {
        public override string Reason =>
            $"Target {Target} is not above {Minimum}: votes for targets up to there are not known one by one, because the "
                + $"history was imported or pruned.";
    }

    /// <summary>The history does not know the key: whatever it signed before is not known.</summary>
    public sealed record UnknownKey : SigningRefusal
    {
        public override string Reason => "The signing history does not know the key, so what it signed before is not known.";
    }
}
