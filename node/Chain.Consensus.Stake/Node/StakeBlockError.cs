using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Why a block is not taken under proof of stake, beside its header and its transactions.</summary>
public abstract record StakeBlockError : ConsensusError
{
    private StakeBlockError()
    {
    }

    /// <summary>
    /// The sidecar is missing, unreadable, or not the one that the header commits to: somebody's forgery under a good hash.
    /// </summary>
    public sealed record WrongSidecar(string Why) : StakeBlockError
    {
        public override string Message => $"the consensus body does not belong to the block: {Why}";

        public override bool CondemnsBlock => false;
    }

    /// <summary>The proposer did not sign this block hash for this slot.</summary>
    public sealed record WrongProposerSignature(int Proposer) : StakeBlockError
    {
        public override string Message => $"the signature beside the block is not validator {Proposer}'s";

        public override bool CondemnsBlock => false;
    }

    public sealed record FutureSlot(Slot Got, Slot Current) : StakeBlockError
    {
        public override string Message => $"it is for {Got}, now is {Current}";

        public override bool CondemnsBlock => false;

        public override bool IsOfTheFuture => true;

        public override int Points => 0;
    }

    /// <summary>
    /// It stands on a branch that left the chain below what is final here. An honest peer may not know that yet.
    /// </summary>
    /// <param name="Slot">The block's.</param>
    /// <param name="Finalized">Ours.</param>
    /// <param name="IsLate">
    /// Whether its slot is not after the finalized one (consensus-specs, p2p interface: IGNORE): whose clock is behind makes such
    /// blocks.
    /// </param>
    public sealed record BelowFinality(Slot Slot, Checkpoint Finalized, bool IsLate) : StakeBlockError
    {
        public override string Message => $"{Slot} lies on a branch without the finalized block of {Finalized}";

        public override bool CondemnsBlock => false;

        public override bool IsBelowFinality => true;

        public override int Points => IsLate ? 0 : 5;
    }

    public sealed record WithoutTrustedCheckpoint(Checkpoint Trusted) : StakeBlockError
    {
        public override string Message =>
            $"its branch does not contain the checkpoint that this node was told to trust, {Trusted.Epoch} at {Trusted.Root}";
    }

    public sealed record WrongTimestamp(ulong Got, ulong Expected) : StakeBlockError
    {
        public override string Message => $"its timestamp is {Got}, its slot begins at {Expected}";
    }

    public sealed record WrongPrevRandao(Hash256 Got, Hash256 Expected) : StakeBlockError
    {
        public override string Message => $"its mixHash is {Got}, the RANDAO mix before it is {Expected}";
    }

    public sealed record BadSignature(Hash256 SigningRoot) : StakeBlockError
    {
        public override string Message => $"a signature in its consensus body is bad (signing root {SigningRoot})";
    }

    /// <summary>
    /// The block leads to another stake state here than where it was made: one of the two nodes is wrong. The parts' roots here
    /// are told, to be compared with `chain_stakeStateRoots` of a node that took the block.
    /// </summary>
    public sealed record WrongStakeStateRoot(Hash256 Got, Hash256 Expected, IReadOnlyList<StakePartRoot> Parts) : StakeBlockError
    {
        public override string Message =>
            $"its stake state root is {Got}, here it leads to {Expected}, made of "
                + $"{string.Join(", ", Parts.Select(part => $"{part.Name} {part.Root.ToShortString()}"))}";
    }

    /// <summary>A rule of the stake transition.</summary>
    public sealed record Rule(StakeError Error) : StakeBlockError
    {
        public override string Message => $"{Error}";
    }
}
