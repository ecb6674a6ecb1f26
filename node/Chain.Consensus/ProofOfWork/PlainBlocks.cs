using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>Proof of work asks nothing of a block beside its header and its transactions.</summary>
internal sealed class PlainBlocks : IBlockJudge
{
    public static readonly PlainBlocks Instance = new();

    public ConsensusError? CheckEnvelope(Block block, SealedHeader parent, At now) => null;

    public Verdict<OpenedBlock, ConsensusError> Open(Block block, SealedHeader parent) => Plain.Instance;

    public bool IsVouchedFor(SealedHeader header, ReadOnlyMemory<byte> sidecar) => true;

    private sealed class Plain : OpenedBlock
    {
        public static readonly Plain Instance = new();

        public override ConsensusError? Close(IReadOnlyList<Receipt> receipts) => null;
    }
}
