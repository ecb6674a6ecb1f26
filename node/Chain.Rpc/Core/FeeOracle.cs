using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// What to offer for a transaction: the base fee of the next block is known, the tip is learnt from recent blocks.
/// </summary>
internal sealed class FeeOracle(BlockCache blocks)
{
    /// <summary>Wei per gas suggested where recent blocks say nothing.</summary>
    private static readonly UInt256 DefaultTip = 1_000_000_000;

    // geth's: 500 gwei.
    private static readonly UInt256 MaxTip = 500_000_000_000;

    private const int Blocks = 10;
    private const int SamplesPerBlock = 32;

    private (Hash256 Head, UInt256 Tip) _last = (Hash256.Zero, DefaultTip);
    private readonly Lock _gate = new();

    /// <summary>Wei per gas that every transaction in the block after this one burns.</summary>
    public static UInt256 NextBaseFee(BlockHeader head) => BaseFee.Next(head.BaseFeePerGas, head.GasUsed, head.GasLimit);

    /// <summary>The 60th percentile of the tips paid in the last blocks that hold transactions, in wei per gas.</summary>
    public UInt256 SuggestTip(IChainReader reader, SealedHeader head)
    {
        lock (_gate)
        {
            if (_last.Head == head.Hash) return _last.Tip;
        }

        var tips = new List<UInt256>();
        var header = head;
        for (var i = 0; i < Blocks && header is not null; i++)
        {
            if (header.Header.GasUsed > 0 && blocks.Get(reader, header.Hash) is { } block) Sample(block.Block, tips);
            header = reader.GetHeader(header.ParentHash);
        }

        tips.Sort();
        var tip = tips.Count == 0 ? DefaultTip : UInt256.Min(tips[(tips.Count - 1) * 60 / 100], MaxTip);
        lock (_gate) _last = (head.Hash, tip);
        return tip;
    }

    private static void Sample(Block block, List<UInt256> tips)
    {
        var transactions = block.Body.Transactions;
        var step = Math.Max(1, transactions.Count / SamplesPerBlock);
        for (var i = 0; i < transactions.Count; i += step)
            tips.Add(transactions[i].EffectivePriorityFee(block.Header.Header.BaseFeePerGas));
    }
}
