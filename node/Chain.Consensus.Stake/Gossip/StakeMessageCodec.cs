using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The messages of stake/1 as RLP. Decoding is strict and bounded: whatever does not fit is refused with
/// <see cref="RlpException"/>.
/// </summary>
public sealed class StakeMessageCodec : ConsensusCodec
{
    public static readonly StakeMessageCodec Instance = new();

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

    // The cost of evidence, which is judged on a copy of the stake's state, and of recovering who signed.
    private const long StateCopy = 100;
    private const long Recovery = 4;

    public override string Capability => "stake";

    public override int Version => 1;

    public override int MessageCount => 16;

    public override int IdOf(ConsensusMessage message) => message switch
    {
        StakeMessage.Status => StatusId,
        StakeMessage.Votes => VotesId,
        StakeMessage.DoubleProposal => DoubleProposalId,
        StakeMessage.SlashableVotes => SlashableVotesId,
        StakeMessage.Exit => ExitId,
        StakeMessage.History => HistoryId,
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "A message without a number."),
    };

    public override string? NameOf(int id) => id switch
    {
        StatusId => "StakeStatus",
        VotesId => "Votes",
        DoubleProposalId => "DoubleProposal",
        SlashableVotesId => "SlashableVotes",
        ExitId => "VoluntaryExit",
        HistoryId => "FinalizedHistory",
        _ => null,
    };

    public override int MaxBytes(int id) => id switch
    {
        StatusId => 256,
        VotesId => 256 + (MaxVotes * 80),
        DoubleProposalId => 1024,
        SlashableVotesId => 512 + (2 * MaxVotes * 80),
        ExitId => 256,
        HistoryId => FinalityProof.MaxBytes,
        _ => 0,
    };

    public override long CostOf(ConsensusMessage message) => message switch
    {
        StakeMessage.Votes votes => votes.Attestation.Signatures.Count,
        StakeMessage.SlashableVotes votes => StateCopy + (SignaturesIn(votes.Evidence) * Recovery),
        StakeMessage.History history => (history.Proof.VoteCount * Recovery) + history.Proof.Headers.Count,
        StakeMessage.DoubleProposal or StakeMessage.Exit => StateCopy,
        _ => 0,
    };

    public override void Write(ConsensusMessage message, RlpWriter rlp)
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

    public override ConsensusMessage Read(int id, ref RlpReader rlp) => id switch
    {
        StatusId => new StakeMessage.Status(new Slot(rlp.ReadUInt64()), rlp.ReadHash(), Checkpoint.Read(ref rlp)),
        VotesId => new StakeMessage.Votes(IndexedAttestation.Read(ref rlp)),
        DoubleProposalId => new StakeMessage.DoubleProposal(ProposerSlashing.Read(ref rlp)),
        SlashableVotesId => new StakeMessage.SlashableVotes(AttesterSlashing.Read(ref rlp)),
        ExitId => new StakeMessage.Exit(SignedVoluntaryExit.Read(ref rlp)),
        HistoryId => new StakeMessage.History(FinalityProof.ReadItems(ref rlp)),
        _ => throw new RlpException($"stake/1 has no message {id}."),
    };

    private static long SignaturesIn(AttesterSlashing evidence) =>
        evidence.Attestation1.Signatures.Count + evidence.Attestation2.Signatures.Count;
}
