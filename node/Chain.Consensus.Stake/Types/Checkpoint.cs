using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>A block as an epoch's boundary: what Casper FFG votes link (consensus-specs: Checkpoint).</summary>
/// <param name="Epoch">The epoch that it begins.</param>
/// <param name="Root">The hash of the last block at or before the epoch's first slot; zero in the stubs of genesis.</param>
public readonly record struct Checkpoint(Epoch Epoch, Hash256 Root)
{
    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write(Epoch.Number);
        rlp.Write(Root);
        rlp.EndList();
    }

    public static Checkpoint Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var checkpoint = new Checkpoint(new Epoch(rlp.ReadUInt64()), rlp.ReadHash());
        rlp.ExpectEnd();
        return checkpoint;
    }

    public override string ToString() => $"{Epoch} at {Root.ToShortString()}";
}
