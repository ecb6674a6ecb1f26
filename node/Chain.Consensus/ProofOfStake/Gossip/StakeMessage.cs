using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>The messages of stake/1 beside blocks and their sidecars.</summary>
public abstract record StakeMessage : ConsensusMessage
{
    private StakeMessage()
    {
    }

    /// <summary>Where the sender stands; the first message.</summary>
    public sealed record Status(Slot HeadSlot, Hash256 Head, Checkpoint Finalized) : StakeMessage;

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

/// <summary>
/// The messages of stake/1 as RLP. Decoding is strict and bounded: whatever does not fit is refused with
/// <see cref="RlpException"/>.
/// </summary>
public static class StakeMessageCodec
{
    /// <summary>[head slot, head hash, [finalized epoch, finalized root]].</summary>
    public const int StatusId = 0x00;

    /// <summary>[indexed attestation].</summary>
    public const int VotesId = 0x04;

    /// <summary>[proposer slashing].</summary>
    public const int DoubleProposalId = 0x05;

    /// <summary>[attester slashing].</summary>
    public const int SlashableVotesId = 0x06;

    /// <summary>[signed voluntary exit].</summary>
    public const int ExitId = 0x07;

    /// <summary>[[header …], [indexed attestation …]].</summary>
    public const int HistoryId = 0x08;

    /// <summary>Votes in one message.</summary>
    public const int MaxVotes = 2048;

    /// <summary>The number of a message within stake/1.</summary>
    public static int IdOf(StakeMessage message) => message switch
    {
        StakeMessage.Status => StatusId,
        StakeMessage.Votes => VotesId,
        StakeMessage.DoubleProposal => DoubleProposalId,
        StakeMessage.SlashableVotes => SlashableVotesId,
        StakeMessage.Exit => ExitId,
        StakeMessage.History => HistoryId,
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "A message without a number."),
    };

    public static string? NameOf(int id) => id switch
    {
        StatusId => "StakeStatus",
        VotesId => "Votes",
        DoubleProposalId => "DoubleProposal",
        SlashableVotesId => "SlashableVotes",
        ExitId => "VoluntaryExit",
        HistoryId => "FinalizedHistory",
        _ => null,
    };

    /// <summary>The most bytes of a message with this number; zero where there is none.</summary>
    public static int MaxBytes(int id) => id switch
    {
        StatusId => 256,
        VotesId => 256 + (MaxVotes * 80),
        DoubleProposalId => 1024,
        SlashableVotesId => 512 + (2 * MaxVotes * 80),
        ExitId => 256,
        HistoryId => FinalityProof.MaxBytes,
        _ => 0,
    };

    /// <summary>Writes the items of an open list.</summary>
    public static void Write(StakeMessage message, RlpWriter rlp)
    {
        ArgumentNullException.ThrowIfNull(rlp);
        switch (message)
        {
            case StakeMessage.Status status:
                rlp.Write(status.HeadSlot.Number);
                rlp.Write(status.Head);
                status.Finalized.WriteTo(rlp);
                break;
            case StakeMessage.Votes votes:
                votes.Attestation.WriteTo(rlp);
                break;
            case StakeMessage.DoubleProposal evidence:
                evidence.Evidence.WriteTo(rlp);
                break;
            case StakeMessage.SlashableVotes evidence:
                evidence.Evidence.WriteTo(rlp);
                break;
            case StakeMessage.Exit exit:
                exit.VoluntaryExit.WriteTo(rlp);
                break;
            case StakeMessage.History history:
                history.Proof.WriteItemsTo(rlp);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(message), message, "A message without a form.");
        }
    }

    /// <summary>Reads the items of a list whose length was checked against <see cref="MaxBytes"/>.</summary>
    /// <exception cref="RlpException">Not such a message.</exception>
    public static StakeMessage Read(int id, ref RlpReader rlp) => id switch
    {
        StatusId => new StakeMessage.Status(new Slot(rlp.ReadUInt64()), rlp.ReadHash(), Checkpoint.Read(ref rlp)),
        VotesId => new StakeMessage.Votes(IndexedAttestation.Read(ref rlp)),
        DoubleProposalId => new StakeMessage.DoubleProposal(ProposerSlashing.Read(ref rlp)),
        SlashableVotesId => new StakeMessage.SlashableVotes(AttesterSlashing.Read(ref rlp)),
        ExitId => new StakeMessage.Exit(SignedVoluntaryExit.Read(ref rlp)),
        HistoryId => new StakeMessage.History(FinalityProof.ReadItems(ref rlp)),
        _ => throw new RlpException($"stake/1 has no message {id}."),
    };
}
