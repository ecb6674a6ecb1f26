using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>A store whose reads of blocks can be made to fail, and that can be told to be damaged.</summary>
internal sealed class DelegatingStore(IChainStore inner) : IChainStore
{
    /// <summary>What reading a block's record throws; null reads it.</summary>
    public Exception? Problem { get; set; }

    /// <summary>What going through the store finds.</summary>
    public string? Damage { get; set; }

    public void Commit(StoreBatch batch) => inner.Commit(batch);

    public IChainReaderLease OpenReader() => inner.OpenReader();

    public void Maintain(CancellationToken cancellation) => inner.Maintain(cancellation);

    public long PruneStates(Func<IChainReader, IReadOnlyList<Hash256>> chooseRoots, CancellationToken cancellation) =>
        inner.PruneStates(chooseRoots, cancellation);

    public string? FindDamage() => Damage;

    public void BackupTo(string path) => inner.BackupTo(path);

    public HeadRecord? GetHead() => inner.GetHead();

    public BlockRecord? GetBlockRecord(Hash256 hash) => Problem is { } problem ? throw problem : inner.GetBlockRecord(hash);

    public SealedHeader? GetHeader(Hash256 hash) => inner.GetHeader(hash);

    public Block? GetBlock(Hash256 hash) => inner.GetBlock(hash);

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash) => inner.GetReceipts(blockHash);

    public IReadOnlyList<Address>? GetSenders(Hash256 blockHash) => inner.GetSenders(blockHash);

    public Hash256? GetCanonicalHash(ulong number) => inner.GetCanonicalHash(number);

    public IReadOnlyList<BlockRecord> GetBlocksAt(ulong number) => inner.GetBlocksAt(number);

    public TransactionLocation? GetTransactionLocation(Hash256 transactionHash) => inner.GetTransactionLocation(transactionHash);

    public IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash) =>
        inner.GetTransactionSteps(transactionHash);

    public IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit) =>
        inner.GetAddressHistory(address, before, limit);

    public byte[]? GetConsensusState(Hash256 block) => inner.GetConsensusState(block);

    public IReadOnlyList<Reorg> GetReorgs(int limit) => inner.GetReorgs(limit);

    public IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit) => inner.GetChainLog(fromOffset, limit);

    public byte[]? GetTrieNode(Hash256 hash) => inner.GetTrieNode(hash);

    public byte[]? GetCode(Hash256 hash) => inner.GetCode(hash);

    public void Dispose() => inner.Dispose();
}
