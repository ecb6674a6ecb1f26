using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Fills a block with the best that the pool has, whoever seals it in the end.</summary>
internal sealed class BlockAssembler(NodeConfig config, ConsensusRules rules, BlockImporter importer, TransactionPool pool)
{
    public AssembledBlock Assemble(BlockPlan plan)
    {
        var header = plan.Header;
        var builder = new BlockBuilder(importer.StateAfter(plan.Parent), BlockContext.Of(header, config.Spec.ChainId), rules.NativeContracts);
        foreach (var transaction in pool.Best(header.BaseFeePerGas))
        {
            if (builder.GasLeft < TransactionRules.TransactionGas) break;
            // What does not fit or is out of turn stays in the pool; the pool drops what can never be mined.
            builder.TryAdd(transaction);
        }

        var outcome = builder.Finish(plan.Withdrawals, rules.Lifecycle.Rewards(header));
        Transaction[] included = [.. builder.Included.Select(recovered => recovered.Transaction)];
        header = header with
        {
            StateRoot = outcome.State.Root,
            TransactionsRoot = Roots.TransactionsRoot(included),
            ReceiptsRoot = outcome.ReceiptsRoot,
            LogsBloom = outcome.LogsBloom,
            GasUsed = outcome.GasUsed,
        };
        return new AssembledBlock(header, new BlockBody(included, plan.Withdrawals), outcome.Receipts);
    }
}
