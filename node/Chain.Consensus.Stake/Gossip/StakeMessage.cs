using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>The messages of stake/1 beside blocks and their sidecars.</summary>
public abstract record StakeMessage : ConsensusMessage
{
    private StakeMessage()
    {
    }

    /// <summary>Where the sender stands; the first message.</summary>
    public sealed record Status(Slot HeadSlot, Hash256 Head, Checkpoint Finalized) : StakeMessage
    {
        public override bool IsGreeting => true;
    }

    /// <summary>Votes over one data, each with its signature.</summary>
    public sealed record Votes(IndexedAttestation Attestation) : StakeMessage;

    /// <summary>Evidence of two blocks by one proposer for one slot.</summary>
    public sealed record DoubleProposal(ProposerSlashing Evidence) : StakeMessage;

    /// <summary>Evidence of votes that break Casper's rules.</summary>
    public sealed record SlashableVotes(AttesterSlashing Evidence) : StakeMessage;

    /// <summary>A validator's wish to leave.</summary>
    public sealed record Exit(SignedVoluntaryExit VoluntaryExit) : StakeMessage;

    /// <summary>A history that is final for some, from a node that stopped because another is too.</summary>
    public sealed record History(FinalityProof Proof) : StakeMessage;
}
