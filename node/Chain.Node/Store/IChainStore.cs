using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// What a node keeps. A port: every implementation passes the same conformance suite. One thread commits;
/// reading is safe from any thread and sees whole batches only. What goes wrong outside (disk full, damage, a failed device)
/// throws <see cref="StoreException"/>; a batch that contradicts what is stored is a bug of its maker and throws
/// <see cref="InvalidOperationException"/>. Either way nothing of the batch is kept.
/// </summary>
public interface IChainStore : IChainReader, IDisposable
{
    /// <summary>
    /// Keeps the batch whole. Once this returns it survives the end of the process, and where it moves the head also a power cut.
    /// </summary>
    void Commit(StoreBatch batch);

    /// <summary>
    /// The store as it is now, for another thread; later batches do not show in it. Hold it for one request at most, and dispose
    /// it.
    /// </summary>
    IChainReaderLease OpenReader();

    /// <summary>
    /// Does what commits put off to be short. Call it now and then (about once a second) from a thread of its own.
    /// </summary>
    void Maintain(CancellationToken cancellation);

    /// <summary>
    /// Forgets every trie node and code that none of the chosen roots reaches, except what is committed while this runs. Commits
    /// and readers go on meanwhile; may take long. The choice gets the store as of the moment from which commits are spared,
    /// so that no state falls between the two; roots that are not here are no error.
    /// </summary>
    /// <returns>How many nodes were removed.</returns>
    long PruneStates(Func<IChainReader, IReadOnlyList<Hash256>> chooseRoots, CancellationToken cancellation);

    /// <summary>
    /// Goes through all that is stored for a record that cannot be right; null where there is none. For when something came to
    /// pass that only damage or a bug explains: takes as long as reading everything.
    /// </summary>
    string? FindDamage();

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

    /// <summary>The receipts of an executed block, none where it has no transactions; null for a block not executed.</summary>
    IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash);

    /// <summary>
    /// Who sent a block's transactions, in order; known once the block was canonical, until then null unless it has none.
    /// </summary>
    IReadOnlyList<Address>? GetSenders(Hash256 blockHash);

    Hash256? GetCanonicalHash(ulong number);

    /// <summary>All blocks of this height on all branches, by arrival.</summary>
    IReadOnlyList<BlockRecord> GetBlocksAt(ulong number);

    /// <summary>Where a transaction stands on the canonical chain.</summary>
    TransactionLocation? GetTransactionLocation(Hash256 transactionHash);

    /// <summary>The steps recorded for a transaction, oldest first.</summary>
    IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash);

    /// <summary>Canonical transactions from or to an address, newest first, strictly before the cursor.</summary>
    IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit);

    /// <summary>The consensus rule's state after this block, if it is the one that was kept last; null for any other.</summary>
    byte[]? GetConsensusState(Hash256 block);

    /// <summary>Recorded reorganisations, newest first.</summary>
    IReadOnlyList<Reorg> GetReorgs(int limit);

    /// <summary>Changes of the canonical chain from this offset on, oldest first.</summary>
    IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit);
}

/// <param name="NextArrivalOrder">The number that the next block to arrive gets.</param>
/// <param name="NextLogOffset">The offset of the next entry of the chain log.</param>
/// <param name="Finalized">The block that no branch of the tree leaves out, under a rule whose finality holds; genesis under any
/// other.</param>
public sealed record HeadRecord(Hash256 Head, Hash256 Genesis, ulong NextArrivalOrder, ulong NextLogOffset, Hash256 Finalized);

/// <summary>What is known of a block beside its content.</summary>
public sealed record BlockRecord(Hash256 Hash, ulong Number, Hash256 ParentHash, UInt256 TotalDifficulty, ulong ArrivalOrder,
    At ArrivedAt, BlockStatus Status, int TransactionCount);

public sealed record TransactionLocation(Hash256 BlockHash, ulong BlockNumber, int Index);

/// <summary>A place in an address's history; entries are ordered by block number and index, newest first.</summary>
public readonly record struct AddressCursor(ulong BlockNumber, int Index);

public sealed record AddressEntry(Hash256 TransactionHash, Hash256 BlockHash, ulong BlockNumber, int Index);

/// <summary>One change of the canonical chain: a block was added at, or removed from, its end.</summary>
public sealed record ChainLogEntry(ulong Offset, bool Added, ulong Number, Hash256 BlockHash, At At);
