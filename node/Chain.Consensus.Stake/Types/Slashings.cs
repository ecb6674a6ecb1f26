using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// What a proposer signs beside its block: small and of fixed size, so that two of them are evidence.
/// </summary>
public sealed record SignedProposal(Slot Slot, int ProposerIndex, Hash256 BlockHash, Signature Signature)
{
    /// <summary>Whether both say the same, whatever the bytes of their signatures.</summary>
    public bool SaysTheSameAs(SignedProposal other) =>
        Slot == other.Slot && ProposerIndex == other.ProposerIndex && BlockHash == other.BlockHash;

    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write(Slot.Number);
        rlp.Write(ProposerIndex);
        rlp.Write(BlockHash);
        StakeRlp.WriteSignature(rlp, Signature);
        rlp.EndList();
    }

    public static SignedProposal Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var proposal = new SignedProposal(new Slot(rlp.ReadUInt64()), rlp.ReadInt32(), rlp.ReadHash(),
            StakeRlp.ReadSignature(ref rlp));
        rlp.ExpectEnd();
        return proposal;
    }
}

/// <summary>Evidence of two blocks by one proposer for one slot (consensus-specs: ProposerSlashing).</summary>
public sealed record ProposerSlashing(SignedProposal Proposal1, SignedProposal Proposal2)
{
    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        Proposal1.WriteTo(rlp);
        Proposal2.WriteTo(rlp);
        rlp.EndList();
    }

    public static ProposerSlashing Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var slashing = new ProposerSlashing(SignedProposal.Read(ref rlp), SignedProposal.Read(ref rlp));
        rlp.ExpectEnd();
        return slashing;
    }
}

/// <summary>
/// Evidence of votes that break Casper's rules (consensus-specs: AttesterSlashing): whoever is in both is slashed.
/// </summary>
public sealed record AttesterSlashing(IndexedAttestation Attestation1, IndexedAttestation Attestation2)
{
    /// <summary>The voters in both, ascending.</summary>
    public IReadOnlyList<int> CommonIndices()
    {
        var first = Attestation1.AttestingIndices.ToHashSet();
        return [.. Attestation2.AttestingIndices.Where(first.Contains).Distinct().Order()];
    }

    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        Attestation1.WriteTo(rlp);
        Attestation2.WriteTo(rlp);
        rlp.EndList();
    }

    public static AttesterSlashing Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var slashing = new AttesterSlashing(IndexedAttestation.Read(ref rlp), IndexedAttestation.Read(ref rlp));
        rlp.ExpectEnd();
        return slashing;
    }
}
