using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Votes of one committee over the same data (consensus-specs: Attestation). ECDSA signatures do not aggregate, so each
/// one is kept.
/// </summary>
/// <param name="Data">What they all say.</param>
/// <param name="AggregationBits">Who of the committee voted, in committee order.</param>
/// <param name="Signatures">One for each set bit, in committee order.</param>
public sealed record Attestation(AttestationData Data, Bitlist AggregationBits, IReadOnlyList<Signature> Signatures)
{
    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        Data.WriteTo(rlp);
        rlp.Write(AggregationBits.ToBytes());
        StakeRlp.WriteSignatures(rlp, Signatures);
        rlp.EndList();
    }

    public static Attestation Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var attestation = new Attestation(AttestationData.Read(ref rlp), Bitlist.FromBytes(rlp.ReadBytes()),
            StakeRlp.ReadSignatures(ref rlp));
        rlp.ExpectEnd();
        return attestation;
    }
}

/// <summary>
/// Votes over the same data with the voters' registry indices (consensus-specs: IndexedAttestation): what evidence is made of.
/// </summary>
/// <param name="AttestingIndices">Ascending and without repetition when it is valid.</param>
/// <param name="Data">What they all say.</param>
/// <param name="Signatures">One for each index, in the same order.</param>
public sealed record IndexedAttestation(IReadOnlyList<int> AttestingIndices, AttestationData Data,
    IReadOnlyList<Signature> Signatures)
{
    /// <summary>The part of is_valid_indexed_attestation that needs no key: not empty, ascending, no index twice.</summary>
    public bool HasSortedUniqueIndices()
    {
        for (var i = 1; i < AttestingIndices.Count; i++)
        {
            if (AttestingIndices[i] <= AttestingIndices[i - 1]) return false;
        }

        return AttestingIndices.Count > 0;
    }

    /// <summary>The votes of some of the voters; null when none is left.</summary>
    public IndexedAttestation? Where(Func<int, bool> isKept)
    {
        var (indices, signatures) = (new List<int>(), new List<Signature>());
        for (var i = 0; i < AttestingIndices.Count; i++)
        {
            if (!isKept(AttestingIndices[i])) continue;
            indices.Add(AttestingIndices[i]);
            signatures.Add(Signatures[i]);
        }

        return indices.Count == 0
            ? null
            : indices.Count == AttestingIndices.Count
            ? this
            : new IndexedAttestation(indices, Data, signatures);
    }

    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.StartList();
        foreach (var index in AttestingIndices) rlp.Write(index);
        rlp.EndList();
        Data.WriteTo(rlp);
        StakeRlp.WriteSignatures(rlp, Signatures);
        rlp.EndList();
    }

    public static IndexedAttestation Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var indices = new List<int>();
        var list = rlp.ReadList();
        while (!list.IsAtEnd) indices.Add(list.ReadInt32());
        var attestation = new IndexedAttestation(indices, AttestationData.Read(ref rlp), StakeRlp.ReadSignatures(ref rlp));
        rlp.ExpectEnd();
        return attestation;
    }
}
