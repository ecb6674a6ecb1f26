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
    public static Verdict<ExecutedBlock, BlockError> Execute(ChainSpec spec, ConsensusRules rules, SealedBlock block, BlockHeader parent, IStateReader state, TrieNodeCache cache)
    {
        var header = block.Header.Header;
        var verdict = StateTransition.Apply(
            new WorldState(state, parent.StateRoot, cache),
            BlockContext.Of(header, spec.ChainId),
            block.Transactions,
            block.Block.Body.Withdrawals,
            rules.Lifecycle.Rewards(header),
            rules.NativeContracts);
        if (!verdict.IsOk(out var outcome, out var error)) return new BlockError.Execution(error);
        if (outcome.GasUsed != header.GasUsed) return new BlockError.GasUsedMismatch(header.GasUsed, outcome.GasUsed);
        if (!outcome.LogsBloom.Equals(header.LogsBloom)) return new BlockError.LogsBloomMismatch();
        if (outcome.ReceiptsRoot != header.ReceiptsRoot) return new BlockError.ReceiptsRootMismatch(header.ReceiptsRoot, outcome.ReceiptsRoot);
        if (outcome.State.Root != header.StateRoot) return new BlockError.StateRootMismatch(header.StateRoot, outcome.State.Root);
        return new ExecutedBlock(block, outcome);
    }
}
