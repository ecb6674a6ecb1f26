using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>What proof of stake tells of itself.</summary>
public abstract record StakeEvent : ConsensusEvent
{
    private StakeEvent()
    {
    }

    /// <summary>The finalized checkpoint moved on.</summary>
    public sealed record Finalized(Checkpoint Checkpoint, ulong Number) : StakeEvent
    {
        public override string Message =>
            $"{Checkpoint.Epoch} is finalized, up to block {Number} {Checkpoint.Root.ToShortString()}";
    }

    /// <summary>The justified checkpoint moved on.</summary>
    public sealed record Justified(Checkpoint Checkpoint) : StakeEvent
    {
        public override string Message => $"{Checkpoint.Epoch} is justified";
    }

    /// <summary>An offence was found out here, or evidence of one came in and is good.</summary>
    public sealed record OffenceFound(int Validator, string Offence, bool FoundHere) : StakeEvent
    {
        public override string Message =>
            $"validator {Validator} {Offence}; {(FoundHere ? "the evidence goes out" : "a peer sent the evidence")}";
    }

    /// <summary>A block slashed a validator.</summary>
    public sealed record Slashed(int Validator, Slot Slot) : StakeEvent
    {
        public override string Message => $"validator {Validator} was slashed in {Slot}";
    }

    /// <summary>A block was made here.</summary>
    public sealed record Proposed(int Validator, Slot Slot, ulong Number, Hash256 Hash) : StakeEvent
    {
        public override string Message => $"validator {Validator} proposes block {Number} {Hash.ToShortString()} in {Slot}";
    }

    /// <summary>The signing history refused a signature.</summary>
    public sealed record SigningRefused(ValidatorKey Key, string Why) : StakeEvent
    {
        public override string Message => $"no signature by {Key.ToString()[..12]}…: {Why}";
    }

    /// <summary>Keys of this node are silent from now on, because other nodes may be using them.</summary>
    public sealed record KeysSilenced(IReadOnlyList<ValidatorKey> Keys, string Why) : StakeEvent
    {
        private const int Named = 4;

        public override bool IsWarning => true;

        public override string Message => $"{Count} {Names}{(Keys.Count > Named ? " and others" : "")}: {Why}";

        private string Count => Keys.Count == 1 ? "validator key" : $"{Keys.Count} validator keys";

        private string Names => string.Join(", ", Keys.Take(Named).Select(key => $"{key.ToString()[..12]}…"));
    }

    /// <summary>A silent key signs from now on.</summary>
    public sealed record KeyBegins(ValidatorKey Key, string Why) : StakeEvent
    {
        public override string Message => $"validator key {Key.ToString()[..12]}… signs from now on: {Why}";
    }

    /// <summary>A block or vote that was due is not made.</summary>
    public sealed record DutySkipped(Slot Slot, string Why) : StakeEvent
    {
        public override string Message => $"no duty in {Slot}: {Why}";
    }

    /// <summary>Two histories were finalized; the votes that prove it are the evidence.</summary>
    public sealed record ConflictProven(FinalityConflict Conflict) : StakeEvent
    {
        public override string Message => Conflict.Message;

        public override ConsensusEvidence? Evidence => new("finality-conflict", Conflict.Encode());
    }
}
