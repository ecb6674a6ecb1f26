using Chain.Node;
using Chain.Primitives;
using LiteDB;

namespace Chain.Storage;

/// <summary>
/// A store in one LiteDB file: managed code only, slower than SQLite. LiteDB does not flush its log when it commits, so this
/// store owns the log's stream and does. After a failed write LiteDB closes itself: reopen the store then.
/// </summary>
public sealed class LiteDbChainStore : IChainStore
{
    /// <summary>The database's name in a data folder; its log stands beside it.</summary>
    public const string FileName = "chain.litedb";

    private const int SchemaVersion = 1;
    private const int RowsPerPiece = 512;

    // LiteDB's header is one page, which is there from the moment that the file is made.
    private const int PageBytes = 8192;

    private readonly Lock _write = new();
    private readonly DataFolderLock _folderLock;
    private readonly FileStream _data;
    private readonly FileStream _log;
    private readonly LiteDatabase _database;
    private readonly LiteDbTables _tables;
    private readonly LiteDbBatchWriter _writer;
    private readonly string _path;
    private bool _closed;

    private LiteDbChainStore(string path, DataFolderLock folderLock, FileStream data, FileStream log, LiteDatabase database)
    {
        (_path, _folderLock, _data, _log, _database) = (path, folderLock, data, log, database);
        _tables = new LiteDbTables(database);
        _writer = new LiteDbBatchWriter(_tables);
    }

    /// <summary>Opens the store in a data folder, or makes an empty one.</summary>
    /// <param name="genesis">The hash of the genesis block whose chain this must be.</param>
    /// <param name="settings">The settings that the chain depends on (<see cref="ChainSettings"/>); null does not compare
    /// them.</param>
    /// <exception cref="StoreException">In use, of another genesis, newer, damaged, or not to be read.</exception>
    public static LiteDbChainStore Open(string folder, Hash256 genesis, string? settings = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var path = Path.Combine(folder, FileName);
        var folderLock = DataFolderLock.Take(folder);
        FileStream? data = null, log = null;
        LiteDatabase? database = null;
        try
        {
            return Guard(path, () =>
            {
                RequireData(path);
                // No buffer: what LiteDB writes is the system's at once, and survives the process.
                data = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
                log = new FileStream(path + "-log", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
                database = new LiteDatabase(data,
                    new BsonMapper { SerializeNullValues = false, TrimWhitespace = false, EmptyStringToNull = false }, log);
                var store = new LiteDbChainStore(path, folderLock, data, log, database);
                GuardRead(path, () =>
                {
                    store.RequireChain(genesis, settings);
                    return true;
                });
                return store;
            });
        }
        catch
        {
            database?.Dispose();
            data?.Dispose();
            log?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    public void Commit(StoreBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.IsEmpty) return;
        Write(() => _writer.Write(batch), durable: batch.Head is not null);
    }

    public IChainReaderLease OpenReader()
    {
        lock (_write)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return new LiteDbReader(_tables, _path);
        }
    }

    public void Maintain(CancellationToken cancellation)
    {
    }

    public long PruneStates(Func<IChainReader, IReadOnlyList<Hash256>> chooseRoots, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(chooseRoots);
        long fromBatch;
        LiteDbReader reader;
        lock (_write)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            fromBatch = Read(_ => _writer.Batches);
            reader = new LiteDbReader(_tables, _path);
        }

        using (reader)
        {
            var kept = StateMarker.Mark(reader, chooseRoots(reader), cancellation);
            var removed = Sweep(_tables.Nodes, reader.Run(tables => Dead(tables.Nodes, kept.Nodes)), fromBatch, cancellation);
            Sweep(_tables.Codes, reader.Run(tables => Dead(tables.Codes, kept.Codes)), fromBatch, cancellation);
            return removed;
        }
    }

    public string? FindDamage()
    {
        try
        {
            return Read(tables =>
            {
                foreach (var hash in tables.Blocks.FindAll().Select(block => new Hash256(block["hash"].AsBinary)).ToList())
                {
                    tables.GetBlock(hash);
                    tables.GetReceipts(hash);
                    tables.GetSenders(hash);
                }

                return (string?)null;
            });
        }
        catch (StoreException problem) when (problem.Failure == StoreFailure.Corrupt)
        {
            return problem.Message;
        }
    }

    public void BackupTo(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Path.Exists(path))
            throw new StoreException(StoreFailure.Io,
                $"'{path}' exists. Name a file that does not: a backup overwrites nothing.");
        using var reader = (LiteDbReader)OpenReader();
        reader.Run(tables =>
        {
            using var copy = new LiteDatabase(path);
            foreach (var name in tables.Database.GetCollectionNames())
                copy.GetCollection(name).InsertBulk(tables.Database.GetCollection(name).FindAll());
            new LiteDbTables(copy).EnsureIndexes();
            copy.Checkpoint();
            return 0;
        });
    }

    public HeadRecord? GetHead() => Read(tables => tables.GetHead());

    public BlockRecord? GetBlockRecord(Hash256 hash) => Read(tables => tables.GetBlockRecord(hash));

    public SealedHeader? GetHeader(Hash256 hash) => Read(tables => tables.GetHeader(hash));

    public Block? GetBlock(Hash256 hash) => Read(tables => tables.GetBlock(hash));

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash) => Read(tables => tables.GetReceipts(blockHash));

    public IReadOnlyList<Address>? GetSenders(Hash256 blockHash) => Read(tables => tables.GetSenders(blockHash));

    public Hash256? GetCanonicalHash(ulong number) => Read(tables => tables.GetCanonicalHash(number));

    public IReadOnlyList<BlockRecord> GetBlocksAt(ulong number) => Read(tables => tables.GetBlocksAt(number));

    public TransactionLocation? GetTransactionLocation(Hash256 transactionHash) =>
        Read(tables => tables.GetTransactionLocation(transactionHash));

    public IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash) =>
        Read(tables => tables.GetTransactionSteps(transactionHash));

    public IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit) =>
        Read(tables => tables.GetAddressHistory(address, before, limit));

    public byte[]? GetConsensusState(Hash256 block) => Read(tables => tables.GetConsensusState(block));

    public IReadOnlyList<Reorg> GetReorgs(int limit) => Read(tables => tables.GetReorgs(limit));

    public IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit) =>
        Read(tables => tables.GetChainLog(fromOffset, limit));

    public byte[]? GetTrieNode(Hash256 hash) => Read(tables => tables.GetTrieNode(hash));

    public byte[]? GetCode(Hash256 hash) => Read(tables => tables.GetCode(hash));

    public void Dispose()
    {
        lock (_write)
        {
            if (_closed) return;
            _closed = true;
            _database.Dispose();
            _data.Dispose();
            _log.Dispose();
            _folderLock.Dispose();
        }
    }

    /// <summary>Turns what LiteDB and the system throw into what a person can act on.</summary>
    internal static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (IOException problem) when ((problem.HResult & 0xffff) is 28 or 112)
        {
            throw new StoreException(StoreFailure.DiskFull,
                $"No room left for '{path}': {problem.Message} Free space on its device, then start again.", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"Cannot use '{path}': {problem.Message}", problem);
        }
        catch (Exception problem) when (problem is LiteException or RlpException)
        {
            throw new StoreException(StoreFailure.Corrupt,
                $"'{path}' is damaged or no database: {problem.Message} {StoreException.WayOut}.", problem);
        }
    }

    /// <summary>As <see cref="Guard"/>, for what only reads: whatever the stored bytes make it throw is damage.</summary>
    internal static T GuardRead<T>(string path, Func<T> read)
    {
        try
        {
            return Guard(path, read);
        }
        catch (Exception problem) when (StoreGuard.IsOfContent(problem))
        {
            throw StoreGuard.Damaged(path, $"a record cannot be read: {problem.Message}", problem);
        }
    }

    // LiteDB would begin anew in what is left of a file, and beside a log that nothing belongs to any more.
    private static void RequireData(string path)
    {
        var (file, log) = (new FileInfo(path), new FileInfo(path + "-log"));
        if (file is { Exists: true, Length: < PageBytes })
            throw StoreGuard.Damaged(path, $"it has {file.Length} bytes, fewer than any database");
        if (!file.Exists && log is { Exists: true, Length: > 0 })
            throw StoreGuard.Damaged(path, "it is missing, but its log is here");
    }

    // The node's own reads take turns with commits: a view of all collections at once would cost a thread.
    private T Read<T>(Func<LiteDbTables, T> read)
    {
        lock (_write)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            return GuardRead(_path, () => read(_tables));
        }
    }

    private void Write(Action changes, bool durable)
    {
        lock (_write)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            Guard(_path, () =>
            {
                _database.BeginTrans();
                try
                {
                    changes();
                    _database.Commit();
                }
                catch
                {
                    _database.Rollback();
                    throw;
                }

                if (durable) _log.Flush(flushToDisk: true);
                return 0;
            });
        }
    }

    private static List<byte[]> Dead(ILiteCollection<BsonDocument> items, HashSet<Hash256> kept) =>
        [.. items.FindAll().Select(item => item["_id"].AsBinary).Where(hash => !kept.Contains(new Hash256(hash)))];

    private long Sweep(ILiteCollection<BsonDocument> items, List<byte[]> dead, long fromBatch, CancellationToken cancellation)
    {
        long removed = 0;
        foreach (var piece in dead.Chunk(RowsPerPiece))
        {
            cancellation.ThrowIfCancellationRequested();
            Write(
                () =>
                {
                    foreach (var hash in piece)
                    {
                        if (items.FindById(hash) is { } item && item["batch"].AsInt64 < fromBatch && items.Delete(hash))
                            removed++;
                    }
                },
                durable: false);
        }

        return removed;
    }

    private void RequireChain(Hash256 genesis, string? settings)
    {
        if (_tables.Meta.FindById("schema") is not { } schema)
        {
            _tables.EnsureIndexes();
            Write(
                () =>
                {
                    _tables.Meta.Insert(new BsonDocument { ["_id"] = "schema", ["value"] = SchemaVersion });
                    _tables.Meta.Insert(new BsonDocument { ["_id"] = "genesis", ["value"] = genesis.ToArray() });
                    if (settings is not null) KeepSettings(settings);
                },
                durable: true);
            return;
        }

        var version = schema["value"].AsInt32;
        if (version > SchemaVersion)
            throw new StoreException(StoreFailure.NewerSchema,
                $"'{_path}' has schema version {version}; this program knows versions up to {SchemaVersion}. Use the newer "
                    + $"program that wrote it, or another data folder.");
        var stored = new Hash256(_tables.Meta.FindById("genesis")["value"].AsBinary);
        if (stored != genesis)
            throw new StoreException(StoreFailure.OtherGenesis,
                $"'{_path}' holds the chain of genesis block {stored}, not of {genesis}. Name the genesis file it was made "
                    + $"with, or another data folder.");
        if (settings is null) return;
        if (_tables.Meta.FindById("settings") is { } kept) ChainSettings.RequireSame(_path, kept["value"].AsString, settings);
        else Write(() => KeepSettings(settings), durable: true);
    }

    private void KeepSettings(string settings) => _tables.Meta.Insert(new BsonDocument
    {
        ["_id"] = "settings",
        ["value"] = settings,
    });
}
