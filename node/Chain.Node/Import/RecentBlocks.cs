using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Blocks that were imported lately with the senders of their transactions, so that a reorganisation need not recover them again.
/// </summary>
internal sealed class RecentBlocks(int maxBlocks, int maxTransactions, long maxBytes)
{
    private readonly Dictionary<Hash256, SealedBlock> _blocks = [];
    private readonly Queue<SealedBlock> _order = new();
    private int _transactions;
    private long _bytes;

    public SealedBlock? Find(Hash256 hash) => _blocks.GetValueOrDefault(hash);

    public void Add(SealedBlock block)
    {
        if (!_blocks.TryAdd(block.Header.Hash, block)) return;
        _order.Enqueue(block);
        _transactions += block.Transactions.Count;
        _bytes += BlockSize.Of(block.Block);
        while (_order.Count > 1 && (_order.Count > maxBlocks || _transactions > maxTransactions || _bytes > maxBytes))
        {
            var oldest = _order.Dequeue();
            _blocks.Remove(oldest.Header.Hash);
            _transactions -= oldest.Transactions.Count;
            _bytes -= BlockSize.Of(oldest.Block);
        }
    }
}
