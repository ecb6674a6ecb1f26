using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// What a node keeps (DESIGN section 7). A port: every implementation passes the same conformance suite. A batch is committed
/// whole or not at all, and once <see cref="Commit"/> returns it survives a crash.
/// </summary>
public interface IChainStore : IChainReader, IDisposable
{
    void Commit(StoreBatch batch);

    /// <summary>A reader for another thread; it sees whole batches only. Dispose it when done.</summary>
    IChainReaderLease OpenReader();

    /// <summary>Forgets every trie node and code that none of these roots reaches. Safe at any time; may take long.</summary>
    /// <returns>How many nodes were removed.</returns>
    long PruneStates(IReadOnlyList<Hash256> keepRoots, CancellationToken cancellation);

    /// <summary>Copies the store as of now to a new file while it stays in use.</summary>
    void BackupTo(string path);
}

public interface IChainReaderLease : IChainReader, IDisposable;

/// <summary>Reading what was committed. Every method answers null or an empty list for what is not there.</summary>
public interface IChainReader : IStateReader
{
    /// <summary>The head that was committed last; null in an empty store.</summary>
    HeadRecord? GetHead();

    BlockRecord? GetBlockRecord(Hash256 hash);

    SealedHeader? GetHeader(Hash256 hash);

    /// <summary>Header, body and sidecar; null for a block of which only the header is kept.</summary>
    Block? GetBlock(Hash256 hash);

    IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash);

    Hash256? GetCanonicalHash(ulong number);

    /// <summary>All blocks of this height on all branches, by arrival.</summary>
    IReadOnlyList<BlockRecord> GetBlocksAt(ulong number);

    /// <summary>Where a transaction stands on the canonical chain.</summary>
    TransactionLocation? GetTransactionLocation(Hash256 transactionHash);

    /// <summary>The steps recorded for a transaction, oldest first.</summary>
    IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash);

    /// <summary>Canonical transactions from or to an address, newest first, strictly before the cursor.</summary>
    IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit);

    /// <summary>Recorded reorganisations, newest first.</summary>
    IReadOnlyList<Reorg> GetReorgs(int limit);

    /// <summary>Changes of the canonical chain from this offset on, oldest first.</summary>
    IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit);
}

/// <param name="NextArrivalOrder">The number that the next block to arrive gets.</param>
/// <param name="NextLogOffset">The offset of the next entry of the chain log.</param>
public sealed record HeadRecord(Hash256 Head, Hash256 Genesis, ulong NextArrivalOrder, ulong NextLogOffset);

/// <summary>What is known of a block beside its content.</summary>
public sealed record BlockRecord(Hash256 Hash, ulong Number, Hash256 ParentHash, UInt256 TotalDifficulty, ulong ArrivalOrder, At ArrivedAt, BlockStatus Status, int TransactionCount);

public sealed record TransactionLocation(Hash256 BlockHash, ulong BlockNumber, int Index);

/// <summary>A place in an address's history; entries are ordered by block number and index, newest first.</summary>
public readonly record struct AddressCursor(ulong BlockNumber, int Index);

public sealed record AddressEntry(Hash256 TransactionHash, Hash256 BlockHash, ulong BlockNumber, int Index);

/// <summary>One change of the canonical chain: a block was added at, or removed from, its end.</summary>
public sealed record ChainLogEntry(ulong Offset, bool Added, ulong Number, Hash256 BlockHash, At At);
