using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>A block as answers need it; decoded once, its senders recovered once.</summary>
public sealed class CachedBlock(Block block, IReadOnlyList<Receipt>? receipts, UInt256 totalDifficulty)
{
    private int[]? _firstLogIndex;
    private int _size;

    public Block Block => block;

    /// <summary>Null for a block that was never executed.</summary>
    public IReadOnlyList<Receipt>? Receipts => receipts;

    public UInt256 TotalDifficulty => totalDifficulty;

    /// <summary>Bytes of the block's RLP.</summary>
    public int Size
    {
        get
        {
            if (_size > 0) return _size;
            var rlp = new RlpWriter(1024);
            block.WriteTo(rlp);
            return _size = rlp.WrittenSpan.Length;
        }
    }

    /// <summary>Gas used by one transaction alone.</summary>
    public ulong GasUsed(int index) =>
        receipts![index].CumulativeGasUsed - (index == 0 ? 0 : receipts[index - 1].CumulativeGasUsed);

    /// <summary>How many logs of the block stand before this transaction's.</summary>
    public int FirstLogIndex(int transactionIndex)
    {
        if (_firstLogIndex is null)
        {
            var first = new int[receipts!.Count];
            for (var i = 1; i < first.Length; i++) first[i] = first[i - 1] + receipts[i - 1].Logs.Count;
            _firstLogIndex = first;
        }

        return _firstLogIndex[transactionIndex];
    }
}

/// <summary>The blocks asked for last, by hash. Bounded by blocks and by transactions; safe from any thread.</summary>
internal sealed class BlockCache(int maxBlocks = 128, int maxTransactions = 16_384)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Hash256, LinkedListNode<CachedBlock>> _byHash = [];
    private readonly LinkedList<CachedBlock> _recent = [];
    private int _transactions;

    /// <summary>The block with its receipts; null where the store has no body for it.</summary>
    public CachedBlock? Get(IChainReader reader, Hash256 hash)
    {
        lock (_gate)
        {
            if (_byHash.TryGetValue(hash, out var node) && node.Value.Receipts is not null)
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                return node.Value;
            }
        }

        if (reader.GetBlock(hash) is not { } block) return null;
        var cached = new CachedBlock(block, reader.GetReceipts(hash),
            reader.GetBlockRecord(hash)?.TotalDifficulty ?? UInt256.Zero);
        if (cached.Receipts is not null) Keep(cached);
        return cached;
    }

    private void Keep(CachedBlock cached)
    {
        lock (_gate)
        {
            if (!_byHash.TryAdd(cached.Block.Hash, new LinkedListNode<CachedBlock>(cached))) return;
            _recent.AddFirst(_byHash[cached.Block.Hash]);
            _transactions += cached.Block.Body.Transactions.Count;
            while (_recent.Count > 2 && (_recent.Count > maxBlocks || _transactions > maxTransactions))
            {
                var oldest = _recent.Last!.Value;
                _recent.RemoveLast();
                _byHash.Remove(oldest.Block.Hash);
                _transactions -= oldest.Block.Body.Transactions.Count;
            }
        }
    }
}
