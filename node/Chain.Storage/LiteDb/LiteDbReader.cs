using System.Collections.Concurrent;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// A view of a LiteDB store. LiteDB ties a view to a thread, so each has a thread of its own that does its reading.
/// </summary>
internal sealed class LiteDbReader : IChainReaderLease
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly LiteDbTables _tables;
    private readonly string _path;
    private readonly Thread _thread;
    private bool _closed;

    /// <summary>Begins the view; the caller keeps commits away until this returns.</summary>
    public LiteDbReader(LiteDbTables tables, string path)
    {
        (_tables, _path) = (tables, path);
        _thread = new Thread(Serve) { IsBackground = true, Name = "LiteDB reader" };
        _thread.Start();
        Run(pinned =>
        {
            pinned.Database.BeginTrans();
            pinned.Pin();
            return 0;
        });
    }

    /// <summary>Runs on the view's thread, and answers or throws here.</summary>
    public T Run<T>(Func<LiteDbTables, T> read)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                answer.SetResult(LiteDbChainStore.GuardRead(_path, () => read(_tables)));
            }
            catch (Exception problem)
            {
                answer.SetException(problem);
            }
        });
        return answer.Task.GetAwaiter().GetResult();
    }

    public HeadRecord? GetHead() => Run(tables => tables.GetHead());

    public BlockRecord? GetBlockRecord(Hash256 hash) => Run(tables => tables.GetBlockRecord(hash));

    public SealedHeader? GetHeader(Hash256 hash) => Run(tables => tables.GetHeader(hash));

    public Block? GetBlock(Hash256 hash) => Run(tables => tables.GetBlock(hash));

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash) => Run(tables => tables.GetReceipts(blockHash));

    public IReadOnlyList<Address>? GetSenders(Hash256 blockHash) => Run(tables => tables.GetSenders(blockHash));

    public Hash256? GetCanonicalHash(ulong number) => Run(tables => tables.GetCanonicalHash(number));

    public IReadOnlyList<BlockRecord> GetBlocksAt(ulong number) => Run(tables => tables.GetBlocksAt(number));

    public TransactionLocation? GetTransactionLocation(Hash256 transactionHash) =>
        Run(tables => tables.GetTransactionLocation(transactionHash));

    public IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash) =>
        Run(tables => tables.GetTransactionSteps(transactionHash));

    public IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit) =>
        Run(tables => tables.GetAddressHistory(address, before, limit));

    public byte[]? GetConsensusState(Hash256 block) => Run(tables => tables.GetConsensusState(block));

    public IReadOnlyList<Reorg> GetReorgs(int limit) => Run(tables => tables.GetReorgs(limit));

    public IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit) =>
        Run(tables => tables.GetChainLog(fromOffset, limit));

    public byte[]? GetTrieNode(Hash256 hash) => Run(tables => tables.GetTrieNode(hash));

    public byte[]? GetCode(Hash256 hash) => Run(tables => tables.GetCode(hash));

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        Run(tables => tables.Database.Rollback());
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Serve()
    {
        foreach (var work in _work.GetConsumingEnumerable()) work();
    }
}
