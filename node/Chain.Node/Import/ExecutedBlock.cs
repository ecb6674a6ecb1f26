using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>A block whose transition gave exactly what its header promises. Made only by <see cref="Execute"/>.</summary>
public sealed class ExecutedBlock
{
    private ExecutedBlock(SealedBlock block, ExecutionOutcome outcome)
    {
        Block = block;
        Outcome = outcome;
    }

    public SealedBlock Block { get; }

    public ExecutionOutcome Outcome { get; }

    /// <exception cref="MissingStateException">The parent's state is not there (pruned).</exception>
    public static Verdict<ExecutedBlock, BlockError> Execute(ChainSpec spec, ConsensusRules rules, IBlockJudge judge,
        SealedBlock block, SealedHeader parent, IStateReader state, TrieNodeCache cache)
    {
        var header = block.Header.Header;
        if (!judge.Open(block.Block, parent).IsOk(out var opened, out var refusal)) return new BlockError.Consensus(refusal);
        var verdict = StateTransition.Apply(
            new WorldState(state, parent.Header.StateRoot, cache),
            BlockContext.Of(header, rules.Lifecycle.AuthorOf(header), spec.ChainId),
            block.Transactions,
            block.Block.Body.Withdrawals,
            rules.Lifecycle.Rewards(header),
            rules.NativeContracts);
        if (!verdict.IsOk(out var outcome, out var error)) return new BlockError.Execution(error);
        if (outcome.GasUsed != header.GasUsed) return new BlockError.GasUsedMismatch(header.GasUsed, outcome.GasUsed);
        if (!outcome.LogsBloom.Equals(header.LogsBloom)) return new BlockError.LogsBloomMismatch();
        if (outcome.ReceiptsRoot != header.ReceiptsRoot)
            return new BlockError.ReceiptsRootMismatch(header.ReceiptsRoot, outcome.ReceiptsRoot);
        if (outcome.State.Root != header.StateRoot) return new BlockError.StateRootMismatch(header.StateRoot, outcome.State.Root);
        if (opened.Close(outcome.Receipts) is { } broken) return new BlockError.Consensus(broken);
        return new ExecutedBlock(block, outcome);
    }
}
