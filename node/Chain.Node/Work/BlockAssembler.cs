using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Fills a block with the best that the pool has, whoever seals it in the end.</summary>
internal sealed class BlockAssembler(NodeConfig config, ConsensusRules rules, BlockImporter importer, TransactionPool pool)
{
    // What EIP-7934 leaves for the transactions: a margin of 2 MiB is for what travels with them.
    private const int MaxBytes = WireLimits.MaxBlockBytes - (2 * 1024 * 1024);

    public AssembledBlock Assemble(BlockPlan plan)
    {
        var header = plan.Header;
        var builder = new BlockBuilder(importer.StateAfter(plan.Parent),
            BlockContext.Of(header, plan.Author, config.Spec.ChainId), rules.NativeContracts);
        var room = MaxBytes;
        foreach (var transaction in pool.Best(header.BaseFeePerGas))
        {
            if (builder.GasLeft < TransactionRules.TransactionGas) break;
            // What does not fit or is out of turn stays in the pool; the pool drops what can never be mined.
            var bytes = BlockSize.Encoded(transaction.Transaction);
            if (bytes <= room && builder.TryAdd(transaction) is null) room -= bytes;
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
