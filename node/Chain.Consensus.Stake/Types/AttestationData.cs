using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>What a validator votes for once an epoch (consensus-specs: AttestationData).</summary>
/// <param name="Slot">The slot in which the voter's committee votes.</param>
/// <param name="Index">Which committee of the slot.</param>
/// <param name="BeaconBlockRoot">The LMD-GHOST vote: the head that the voter saw.</param>
/// <param name="Source">The FFG vote's source: the justified checkpoint that the voter saw.</param>
/// <param name="Target">The FFG vote's target: the checkpoint of the slot's epoch.</param>
public sealed record AttestationData(Slot Slot, ulong Index, Hash256 BeaconBlockRoot, Checkpoint Source, Checkpoint Target)
{
    /// <summary>
    /// is_slashable_attestation_data: a double vote in either order, or this vote surrounding the other. The other order
    /// of a surround is the caller's to try.
    /// </summary>
    public bool IsSlashableWith(AttestationData other) => IsDoubleVoteWith(other) || Surrounds(other);

    /// <summary>Two votes that differ and have one target epoch.</summary>
    public bool IsDoubleVoteWith(AttestationData other) => Target.Epoch == other.Target.Epoch && this != other;

    /// <summary>This vote's link spans the other's.</summary>
    public bool Surrounds(AttestationData other) => Source.Epoch < other.Source.Epoch && other.Target.Epoch < Target.Epoch;

    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write(Slot.Number);
        rlp.Write(Index);
        rlp.Write(BeaconBlockRoot);
        Source.WriteTo(rlp);
        Target.WriteTo(rlp);
        rlp.EndList();
    }

    public static AttestationData Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var data = new AttestationData(
            new Slot(rlp.ReadUInt64()), rlp.ReadUInt64(), rlp.ReadHash(), Checkpoint.Read(ref rlp), Checkpoint.Read(ref rlp));
        rlp.ExpectEnd();
        return data;
    }
}
