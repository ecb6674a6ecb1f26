using System.Collections.Concurrent;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// The store of a node on disk: one SQLite file with a write-ahead log. One connection writes; reading has connections of its
/// own and never waits for it. A commit only appends; what it puts off (index tables, checkpoints) is done by
/// <see cref="Maintain"/> in short pieces between commits.
/// </summary>
public sealed class SqliteChainStore : IChainStore
{
    /// <summary>The database's name in a data folder.</summary>
    public const string FileName = "chain.db";

    private readonly Lock _direct = new();
    private readonly Lock _pruning = new();
    private readonly ConcurrentBag<SqliteReadConnection> _idleReaders = [];
    private readonly SqliteStoreOptions _options;
    private readonly DataFolderLock _folderLock;
    private readonly HeadMark _mark;
    private readonly SqliteDatabase _database;
    private readonly DeferredIndexes _indexes = new();
    private readonly TrieNodeBytesCache _nodes;
    private readonly SqliteBatchWriter _writer;
    private readonly SqliteWriteTurns _turns = new();
    private readonly SqliteMaintenance _maintenance;
    private readonly SqliteReadConnection _directConnection;
    private volatile bool _closed;

    private SqliteChainStore(DataFolderLock folderLock, HeadMark mark, SqliteDatabase database, SqliteStoreOptions options)
    {
        (_folderLock, _mark, _database, _options) = (folderLock, mark, database, options);
        _nodes = new TrieNodeBytesCache(options.NodeCacheBytes);
        var unindexed = SqliteIndexTables.Recover(database, _indexes);
        _writer = new SqliteBatchWriter(database, _indexes);
        _writer.UnindexedBlocks.AddRange(unindexed);
        _maintenance = new SqliteMaintenance(database, _writer, _indexes, _turns, options);
        _directConnection = new SqliteReadConnection(database.Path);
    }

    /// <summary>
    /// Opens the store in a data folder, or makes an empty one. Close it with <see cref="Dispose"/>; a process that dies instead
    /// loses nothing.
    /// </summary>
    /// <param name="genesis">The hash of the genesis block whose chain this must be.</param>
    /// <exception cref="StoreException">In use, of another genesis, newer, damaged, or not to be read; nothing was
    /// changed.</exception>
    public static SqliteChainStore Open(string folder, Hash256 genesis, SqliteStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new SqliteStoreOptions();
        var path = Path.Combine(folder, FileName);
        var folderLock = DataFolderLock.Take(folder);
        HeadMark? mark = null;
        SqliteDatabase? database = null;
        try
        {
            mark = HeadMark.Load(folder);
            if (!DatabaseFiles.Exists(path, mark)) SqliteOpening.Create(path, genesis, mark, options);
            database = SqliteOpening.Check(path, genesis, mark, options);
            database.Execute($"PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; PRAGMA "
                + $"journal_size_limit={options.LogBytesToCheckpoint}; PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY; "
                    + $"PRAGMA synchronous=NORMAL");
            if (options.MaxPages > 0) database.Execute($"PRAGMA max_page_count={options.MaxPages}");
            var store = new SqliteChainStore(folderLock, mark, database, options);
            mark.Open();
            return store;
        }
        catch (Exception problem)
        {
            database?.Dispose();
            mark?.Dispose();
            folderLock.Dispose();
            if (StoreGuard.IsOfContent(problem)) throw StoreGuard.Damaged(path, problem.Message, problem);
            throw;
        }
    }

    /// <summary>
    /// Reads the store of a data folder as it is now, whoever has it open: a node may go on writing. Not for long: meanwhile the
    /// node's log cannot be emptied.
    /// </summary>
    /// <exception cref="StoreException">There is none, it is newer, damaged, or not to be read.</exception>
    public static IChainReaderLease OpenReadOnly(string folder) =>
        new GuardedReader(OpenSnapshot(folder), Path.Combine(folder, FileName));

    /// <summary>Copies the store of a data folder to a new file, whoever has it open. See <see cref="BackupTo"/>.</summary>
    public static void Backup(string folder, string path, Action<long, long>? progress, CancellationToken cancellation) =>
        SqliteBackup.Write(() => OpenSnapshot(folder), path, progress, cancellation);

    /// <summary>SQLite's synchronous setting after the last write: 2 waits for the device at each commit, 1 does not.</summary>
    internal long SynchronousLevel => _database.QueryInt64("PRAGMA synchronous");

    public void Commit(StoreBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.IsEmpty) return;
        _maintenance.KeepBounds();
        using (_turns.EnterCommit())
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _writer.Write(batch);
        }

        Remember(batch);
        foreach (var (hash, node) in batch.TrieNodes) _nodes.Add(hash, node);
    }

    public IChainReaderLease OpenReader() => new GuardedReader(OpenChainReader(_nodes), _database.Path);

    public void Maintain(CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _maintenance.Maintain(cancellation);
    }

    public long PruneStates(Func<IChainReader, IReadOnlyList<Hash256>> chooseRoots, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(chooseRoots);
        lock (_pruning)
        {
            SqliteChainReader reader;
            long lastNode, lastCode;
            _maintenance.FlushNow(cancellation);
            using (_turns.EnterBackground(cancellation))
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                lastNode = SqliteIndexTables.MarkOf(_database, SqliteIndexTables.NodeMark);
                lastCode = _writer.LastCode;
                reader = OpenChainReader(cache: null);
            }

            MarkedState kept;
            using (reader) kept = StateMarker.Mark(new SqlitePruning.Walker(reader), chooseRoots(reader), cancellation);
            var removed = new SqlitePruning(_maintenance, _database.Path, lastNode, lastCode, cancellation).Sweep(kept);
            _nodes.Clear();
            return removed;
        }
    }

    public string? FindDamage()
    {
        using var reader = OpenChainReader(cache: null);
        return reader.FindDamage();
    }

    /// <summary>
    /// Copies the store as of now to a new file, a database that <see cref="Open"/> reads. Commits go on meanwhile.
    /// </summary>
    /// <exception cref="StoreException">The file exists, or cannot be written; a partial copy is removed.</exception>
    public void BackupTo(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        SqliteBackup.Write(() => OpenChainReader(cache: null), path, null, CancellationToken.None);
    }

    public HeadRecord? GetHead() => Read(static (reader, _) => reader.GetHead(), 0);

    public BlockRecord? GetBlockRecord(Hash256 hash) => Read(static (reader, hash) => reader.GetBlockRecord(hash), hash);

    public SealedHeader? GetHeader(Hash256 hash) => Read(static (reader, hash) => reader.GetHeader(hash), hash);

    public Block? GetBlock(Hash256 hash) => Read(static (reader, hash) => reader.GetBlock(hash), hash);

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash) =>
        Read(static (reader, hash) => reader.GetReceipts(hash), blockHash);

    public IReadOnlyList<Address>? GetSenders(Hash256 blockHash) =>
        Read(static (reader, hash) => reader.GetSenders(hash), blockHash);

    public Hash256? GetCanonicalHash(ulong number) => Read(static (reader, number) => reader.GetCanonicalHash(number), number);

    public IReadOnlyList<BlockRecord> GetBlocksAt(ulong number) =>
        Read(static (reader, number) => reader.GetBlocksAt(number), number);

    public TransactionLocation? GetTransactionLocation(Hash256 transactionHash) =>
        Read(static (reader, hash) => reader.GetTransactionLocation(hash), transactionHash);

    public IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash) =>
        Read(static (reader, hash) => reader.GetTransactionSteps(hash), transactionHash);

    public IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit) =>
        Read(static (reader, ask) => reader.GetAddressHistory(ask.address, ask.before, ask.limit), (address, before, limit));

    public byte[]? GetConsensusState(Hash256 block) => Read(static (reader, block) => reader.GetConsensusState(block), block);

    public IReadOnlyList<Reorg> GetReorgs(int limit) => Read(static (reader, limit) => reader.GetReorgs(limit), limit);

    public IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit) =>
        Read(static (reader, ask) => reader.GetChainLog(ask.fromOffset, ask.limit), (fromOffset, limit));

    public byte[]? GetTrieNode(Hash256 hash) =>
        _nodes.Find(hash) ?? Read(static (reader, hash) => reader.GetTrieNode(hash), hash);

    public byte[]? GetCode(Hash256 hash) => Read(static (reader, hash) => reader.GetCode(hash), hash);

    public void Dispose()
    {
        if (_closed) return;
        _maintenance.Dispose();
        using (_turns.EnterCommit()) _closed = true;
        lock (_direct) _directConnection.Dispose();
        while (_idleReaders.TryTake(out var reader)) reader.Dispose();
        _database.Dispose();
        RememberClosing();
        _mark.Dispose();
        _folderLock.Dispose();
    }

    private static SqliteChainReader OpenSnapshot(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var path = Path.Combine(folder, FileName);
        using var mark = HeadMark.Load(folder);
        if (!DatabaseFiles.Exists(path, mark))
            throw new StoreException(StoreFailure.Io,
                $"There is no chain in '{folder}': it has no {FileName}. Name a node's data folder.");
        SqliteSchema.Format.RequireReadable(path);
        return SqliteOpening.Snapshot(path);
    }

    // What it writes is for the next start alone: an old mark knows less and is no reason to end a commit that is done.
    private void Remember(StoreBatch batch)
    {
        if (batch.Head is not { } head || _mark.Head?.Hash == head.Head
            || batch.Canonical.LastOrDefault(change => change.Added)?.Block is not { } block)
            return;
        Quietly(() => _mark.Set(new BlockRef(block.Number, block.Hash)));
    }

    private void RememberClosing()
    {
        var path = DatabaseFiles.RealPath(_database.Path);
        if (new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 }) Quietly(() => _mark.Close(path));
    }

    private static void Quietly(Action write)
    {
        try
        {
            write();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The mark stays as it was.
        }
    }

    private SqliteChainReader OpenChainReader(TrieNodeBytesCache? cache)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (!_idleReaders.TryTake(out var connection)) connection = new SqliteReadConnection(_database.Path);
        try
        {
            return new SqliteChainReader(connection, _indexes, cache, GiveBack);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void GiveBack(SqliteReadConnection connection)
    {
        if (_closed || _idleReaders.Count >= _options.IdleReaders) connection.Dispose();
        else _idleReaders.Add(connection);
    }

    // The node's own reads: one connection, so that they find its statements and pages warm.
    private T Read<TAsk, T>(Func<GuardedReader, TAsk, T> read, TAsk ask)
    {
        lock (_direct)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            using var reader = new GuardedReader(new SqliteChainReader(_directConnection, _indexes, _nodes, static _ => { }),
                _database.Path);
            return read(reader, ask);
        }
    }
}
