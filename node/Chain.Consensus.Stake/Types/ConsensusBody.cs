using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// What a block says to the stake (consensus-specs: the parts of BeaconBlockBody that are kept). The execution header commits
/// to it: its extraData is keccak256(rlp(body)).
/// </summary>
public sealed record ConsensusBody
{
    public required Slot Slot { get; init; }

    public required int ProposerIndex { get; init; }

    /// <summary>The next layer of the proposer's hash onion.</summary>
    public required Hash256 RandaoReveal { get; init; }

    public IReadOnlyList<ProposerSlashing> ProposerSlashings { get; init; } = [];

    public IReadOnlyList<AttesterSlashing> AttesterSlashings { get; init; } = [];

    public IReadOnlyList<Attestation> Attestations { get; init; } = [];

    public IReadOnlyList<SignedVoluntaryExit> VoluntaryExits { get; init; } = [];

    /// <summary>The root of the stake state after this block.</summary>
    public required Hash256 StakeStateRoot { get; init; }

    /// <summary>What stands in the header's extraData.</summary>
    public Hash256 ComputeHash()
    {
        var rlp = new RlpWriter(1024);
        WriteTo(rlp);
        return rlp.ToKeccak256();
    }

    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write(Slot.Number);
        rlp.Write(ProposerIndex);
        rlp.Write(RandaoReveal);
        StakeRlp.WriteList(rlp, ProposerSlashings, static (item, to) => item.WriteTo(to));
        StakeRlp.WriteList(rlp, AttesterSlashings, static (item, to) => item.WriteTo(to));
        StakeRlp.WriteList(rlp, Attestations, static (item, to) => item.WriteTo(to));
        StakeRlp.WriteList(rlp, VoluntaryExits, static (item, to) => item.WriteTo(to));
        rlp.Write(StakeStateRoot);
        rlp.EndList();
    }

    public static ConsensusBody Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var body = new ConsensusBody
        {
            Slot = new Slot(rlp.ReadUInt64()),
            ProposerIndex = rlp.ReadInt32(),
            RandaoReveal = rlp.ReadHash(),
            ProposerSlashings = StakeRlp.ReadList(ref rlp, ProposerSlashing.Read),
            AttesterSlashings = StakeRlp.ReadList(ref rlp, AttesterSlashing.Read),
            Attestations = StakeRlp.ReadList(ref rlp, Attestation.Read),
            VoluntaryExits = StakeRlp.ReadList(ref rlp, SignedVoluntaryExit.Read),
            StakeStateRoot = rlp.ReadHash(),
        };
        rlp.ExpectEnd();
        return body;
    }
}

/// <summary>A block's sidecar: the consensus body and the proposer's signature over (slot, proposer index, block hash).</summary>
public sealed record ConsensusSidecar(ConsensusBody Body, Signature ProposerSignature)
{
    public byte[] Encode()
    {
        var rlp = new RlpWriter(1024);
        rlp.StartList();
        Body.WriteTo(rlp);
        StakeRlp.WriteSignature(rlp, ProposerSignature);
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <exception cref="RlpException">Not canonical, or no sidecar.</exception>
    public static ConsensusSidecar Decode(ReadOnlySpan<byte> bytes)
    {
        var outer = new RlpReader(bytes);
        var rlp = outer.ReadList();
        outer.ExpectEnd();
        var sidecar = new ConsensusSidecar(ConsensusBody.Read(ref rlp), StakeRlp.ReadSignature(ref rlp));
        rlp.ExpectEnd();
        return sidecar;
    }
}
