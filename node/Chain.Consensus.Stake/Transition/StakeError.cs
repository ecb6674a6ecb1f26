using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Why a block, or a part of its consensus body, breaks the rules of stake: what was got and what was expected.
/// </summary>
public abstract record StakeError
{
    private StakeError()
    {
    }

    // The block as a whole

    public sealed record SlotNotAfterParent(Slot Got, Slot Parent) : StakeError;

    public sealed record WrongProposer(int Got, int Expected) : StakeError;

    public sealed record ProposerSlashed(int Index) : StakeError;

    /// <summary>All validators of this branch have left, so that nobody can propose on it.</summary>
    public sealed record NobodyActive(Epoch Epoch) : StakeError;

    public sealed record WrongSlot(Slot Got, Slot Expected) : StakeError;

    /// <summary>The reveal is not the next layer of the proposer's onion, or the onion has ended.</summary>
    public sealed record WrongRandaoReveal(int Proposer, Hash256 Got) : StakeError;

    public sealed record TooMany(string What, int Got, int Limit) : StakeError;

    /// <summary>A validator index that the registry has not.</summary>
    public sealed record IndexOutOfRange(int Got, int ValidatorCount) : StakeError;

    public sealed record WrongSignatureCount(int Got, int Expected) : StakeError;

    // Attestations

    public sealed record TargetEpochNotCurrentOrPrevious(Epoch Got, Epoch Current) : StakeError;

    public sealed record TargetEpochSlotMismatch(Epoch Target, Slot Slot) : StakeError;

    public sealed record IncludedTooEarly(Slot VoteSlot, Slot BlockSlot) : StakeError;

    public sealed record IncludedTooLate(Slot VoteSlot, Slot BlockSlot) : StakeError;

    public sealed record NoSuchCommittee(ulong Got, ulong CommitteesPerSlot) : StakeError;

    public sealed record WrongCommitteeSize(int Got, int Expected) : StakeError;

    public sealed record WrongSource(Checkpoint Got, Checkpoint Expected) : StakeError;

    public sealed record NoAttesters : StakeError;

    // Slashings

    public sealed record ProposalSlotsDiffer(Slot First, Slot Second) : StakeError;

    public sealed record ProposersDiffer(int First, int Second) : StakeError;

    public sealed record ProposalsEqual(Hash256 BlockHash) : StakeError;

    /// <summary>Slashed already, not active yet, or withdrawable.</summary>
    public sealed record ValidatorNotSlashable(int Index) : StakeError;

    public sealed record VotesNotSlashable(AttestationData First, AttestationData Second) : StakeError;

    /// <summary>Empty, unsorted or repeated indices.</summary>
    /// <param name="Number">1 or 2: which of the two.</param>
    public sealed record InvalidIndexedAttestation(int Number) : StakeError;

    public sealed record NoValidatorSlashed(int CommonVoters) : StakeError;

    // Voluntary exits

    public sealed record ValidatorNotActive(int Index) : StakeError
    {
        public override string ToString() => $"validator {Index} is not active";
    }

    public sealed record AlreadyExiting(int Index, Epoch Exit) : StakeError
    {
        public override string ToString() => $"validator {Index} leaves in {Exit} already";
    }

    public sealed record ExitNotYetValid(Epoch From, Epoch Current) : StakeError
    {
        public override string ToString() => $"the exit is for {From}; it is {Current}";
    }

    public sealed record NotActiveLongEnough(int Index, Epoch Earliest) : StakeError
    {
        public override string ToString() =>
            $"validator {Index} has not been active long enough: it may leave from {Earliest} on";
    }

    // Withdrawals

    public sealed record WrongWithdrawals(int Got, int Expected) : StakeError;
}
