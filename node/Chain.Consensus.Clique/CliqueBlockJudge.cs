using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Clique asks nothing of a block beside its header and its transactions.</summary>
internal sealed class CliqueBlockJudge(CliqueBlocks blocks) : IBlockJudge
{
    public ConsensusError? CheckEnvelope(Block block, SealedHeader parent, At now) => null;

    public ConsensusError? CheckAlone(Block block) => null;

    public bool IsVouchedFor(Block block, SealedHeader head, At now)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(head);
        return blocks.IsVouchedFor(block.Header, head);
    }

    public Verdict<OpenedBlock, ConsensusError> Open(Block block, SealedHeader parent) => Plain.Instance;

    private sealed class Plain : OpenedBlock
    {
        public static readonly Plain Instance = new();

        public override ConsensusError? Close(IReadOnlyList<Receipt> receipts) => null;
    }
}
