using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>A validator's wish to leave (consensus-specs: SignedVoluntaryExit).</summary>
/// <param name="Epoch">From when on it may be included.</param>
/// <param name="ValidatorIndex">Who leaves.</param>
/// <param name="Signature">The validator's own.</param>
public sealed record SignedVoluntaryExit(Epoch Epoch, int ValidatorIndex, Signature Signature)
{
    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write(Epoch.Number);
        rlp.Write(ValidatorIndex);
        StakeRlp.WriteSignature(rlp, Signature);
        rlp.EndList();
    }

    public static SignedVoluntaryExit Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var exit = new SignedVoluntaryExit(new Epoch(rlp.ReadUInt64()), rlp.ReadInt32(), StakeRlp.ReadSignature(ref rlp));
        rlp.ExpectEnd();
        return exit;
    }
}
