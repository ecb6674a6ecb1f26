using Chain.Primitives;

namespace Chain.Consensus.Work;

/// <summary>Proof of work asks nothing of a block beside its header and its transactions.</summary>
internal sealed class WorkBlockJudge : IBlockJudge
{
    public static readonly WorkBlockJudge Instance = new();

    // The same heights and times lead to about the same difficulty on every branch, because ASERT counts nothing else. A branch
    // that was mined by a sixteenth of the power may still be worth following, but it can be fetched when it turns out heavier.
    private const int EasiestOfHead = 16;

    public ConsensusError? CheckEnvelope(Block block, SealedHeader parent, At now) => null;

    public ConsensusError? CheckAlone(Block block) => null;

    public bool IsVouchedFor(Block block, SealedHeader head, At now)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentNullException.ThrowIfNull(head);
        return block.Header.Header.Difficulty >= head.Header.Difficulty / EasiestOfHead;
    }

    public Verdict<OpenedBlock, ConsensusError> Open(Block block, SealedHeader parent) => Plain.Instance;

    private sealed class Plain : OpenedBlock
    {
        public static readonly Plain Instance = new();

        public override ConsensusError? Close(IReadOnlyList<Receipt> receipts) => null;
    }
}
