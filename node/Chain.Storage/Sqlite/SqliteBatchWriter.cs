using Chain.Node;
using Chain.Primitives;
using static SQLitePCL.raw;

namespace Chain.Storage;

/// <summary>
/// Writes batches on the one connection that writes. What it appends has the next number of its kind; what is looked up by a
/// hash goes to the deferred indexes.
/// </summary>
internal sealed class SqliteBatchWriter
{
    private readonly SqliteDatabase _database;
    private readonly DeferredIndexes _indexes;
    private readonly SqliteStatement _begin, _commit;
    private readonly SqliteStatement _insertBlock, _insertBody, _insertReceipts, _insertSenders, _insertUnindexed;
    private readonly SqliteStatement _insertCanonical, _deleteCanonical;
    private readonly SqliteStatement _insertLog, _insertReorg, _insertStep, _insertNode, _insertCode, _setStatus, _setHead;
    private readonly SqliteStatement _setConsensusState, _setConsensusSum, _findArrival, _findCanonical;
    private readonly Dictionary<Hash256, long> _arrivals = [];
    private readonly Dictionary<Hash256, BlockStatus> _statuses = [];
    private Position _position;
    private bool _syncIsFull;

    /// <summary>Where the next rows go. A batch that fails leaves it as it was.</summary>
    private readonly record struct Position(Hash256? Tip, ulong? LastLogOffset, long NextNode, long NextStep, long NextCode);

    public SqliteBatchWriter(SqliteDatabase database, DeferredIndexes indexes)
    {
        (_database, _indexes) = (database, indexes);
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _insertBlock = database.Prepare("INSERT INTO blocks VALUES(?,?,?,?,?,?,?,?)");
        _insertBody = database.Prepare("INSERT INTO bodies VALUES(?,?,?)");
        _insertReceipts = database.Prepare("INSERT OR REPLACE INTO receipts VALUES(?,?)");
        _insertSenders = database.Prepare("INSERT OR IGNORE INTO senders VALUES(?,?)");
        _insertUnindexed = database.Prepare("INSERT INTO unindexed_blocks VALUES(?)");
        _insertCanonical = database.Prepare("INSERT INTO canonical VALUES(?,?)");
        _deleteCanonical = database.Prepare("DELETE FROM canonical WHERE number=?");
        _insertLog = database.Prepare("INSERT INTO chain_log VALUES(?,?,?,?)");
        _insertReorg = database.Prepare("INSERT INTO reorgs(reorg) VALUES(?)");
        _insertStep = database.Prepare("INSERT INTO steps VALUES(?,?,?)");
        _insertNode = database.Prepare("INSERT INTO nodes VALUES(?,?)");
        _insertCode = database.Prepare("INSERT OR REPLACE INTO codes VALUES(?,?,?)");
        _setStatus = database.Prepare("UPDATE blocks SET status=? WHERE arrival=?");
        _setHead = database.Prepare("INSERT OR REPLACE INTO meta VALUES('head',?)");
        _setConsensusState = database.Prepare("INSERT OR REPLACE INTO meta VALUES('consensus',?)");
        _setConsensusSum = database.Prepare("INSERT OR REPLACE INTO meta VALUES('consensus_sum',?)");
        _findArrival = database.Prepare("SELECT arrival FROM blocks WHERE hash=?");
        _findCanonical = database.Prepare("SELECT b.hash FROM canonical c JOIN blocks b ON b.arrival=c.arrival WHERE c.number=?");
        _position = new Position(
            FindTip(database),
            database.QueryInt64("SELECT count(*) FROM (SELECT 1 FROM chain_log LIMIT 1)") == 0
            ? null
            : (ulong)database.QueryInt64("SELECT max(offset) FROM chain_log"),
            Math.Max(database.QueryInt64("SELECT max(id) FROM nodes"),
                SqliteIndexTables.MarkOf(database, SqliteIndexTables.NodeMark)) + 1,
            Math.Max(database.QueryInt64("SELECT max(id) FROM steps"),
                SqliteIndexTables.MarkOf(database, SqliteIndexTables.StepMark)) + 1,
            database.QueryInt64("SELECT max(id) FROM codes") + 1);
    }

    /// <summary>The number of the last trie node written.</summary>
    public long LastNode => _position.NextNode - 1;

    public long LastStep => _position.NextStep - 1;

    public long LastCode => _position.NextCode - 1;

    /// <summary>Blocks whose transactions wait in the deferred indexes.</summary>
    public List<long> UnindexedBlocks { get; private set; } = [];

    /// <summary>Hands over the blocks that wait so far.</summary>
    public List<long> TakeUnindexedBlocks()
    {
        var taken = UnindexedBlocks;
        UnindexedBlocks = [];
        return taken;
    }

    /// <summary>Writes a batch in one transaction, durable when this returns if it moves the head.</summary>
    public void Write(StoreBatch batch)
    {
        UseSync(full: batch.Head is not null);
        var (position, mark, unindexed) = (_position, _indexes.Mark(), UnindexedBlocks.Count);
        _begin.Run();
        try
        {
            WriteBlocks(batch);
            foreach (var change in batch.Canonical) WriteChange(change);
            WriteState(batch);
            foreach (var (hash, step) in batch.TransactionSteps) WriteStep(hash, step);
            foreach (var reorg in batch.Reorgs) _insertReorg.Bind(1, StoreCodec.EncodeReorg(reorg)).Run();
            StoreRules.RequireHeadAtTip(batch.Head, _position.Tip);
            if (batch.Head is { } head) _setHead.Bind(1, StoreCodec.EncodeHead(head)).Run();
            if (batch.ConsensusState is { } kept) WriteConsensusState(StoreCodec.EncodeConsensusState(kept.Block, kept.State));
            _commit.Run();
        }
        catch
        {
            _findArrival.Reset();
            _database.Rollback();
            _position = position;
            _indexes.TakeBackTo(mark);
            UnindexedBlocks.RemoveRange(unindexed, UnindexedBlocks.Count - unindexed);
            throw;
        }
        finally
        {
            _arrivals.Clear();
            _statuses.Clear();
        }
    }

    /// <summary>Runs changes that can be made again after a crash in one transaction, without waiting for the device.</summary>
    public void WriteLater(Action changes)
    {
        UseSync(full: false);
        _begin.Run();
        try
        {
            changes();
            _commit.Run();
        }
        catch
        {
            _database.Rollback();
            throw;
        }
    }

    private void WriteBlocks(StoreBatch batch)
    {
        // A block that arrives and is executed in one batch is written once.
        foreach (var (hash, status) in batch.Statuses) _statuses[hash] = status;
        Span<byte> difficulty = stackalloc byte[32];
        foreach (var (block, record) in batch.Blocks)
        {
            StoreRules.RequireMatch(block, record);
            if (record.TransactionCount > IndexKeys.MaxTransactions)
                throw new InvalidOperationException($"{block.Header} has {record.TransactionCount} transactions; the most that "
                    + $"can be stored is {IndexKeys.MaxTransactions}.");
            var arrival = checked((long)record.ArrivalOrder);
            record.TotalDifficulty.WriteBigEndian(difficulty);
            _insertBlock.Bind(1, arrival).Bind(2, block.Hash.Bytes).Bind(3, block.Number)
                .Bind(4, (long)(_statuses.Remove(block.Hash, out var status) ? status : record.Status))
                .Bind(5, record.ArrivedAt.UnixMs).Bind(6, record.TransactionCount).Bind(7, difficulty.TrimStart((byte)0)).Bind(8,
                    StoreCodec.EncodeHeader(block.Header.Header, record));
            try
            {
                _insertBlock.Run();
            }
            catch (SqliteBugException problem) when ((problem.Code & 0xff) == SQLITE_CONSTRAINT)
            {
                throw _findArrival.Bind(1, block.Hash.Bytes).Step()
                    ? StoreRules.AlreadyStored(block.Hash)
                    : new InvalidOperationException($"A batch gives {block.Header} the arrival order {arrival}, which another "
                        + $"block has.", problem);
            }

            _arrivals[block.Hash] = arrival;
            if (block.Body.Transactions.Count > 0 || block.Body.Withdrawals is not null || !block.Sidecar.IsEmpty)
            {
                _insertBody.Bind(1, arrival)
                    .Bind(2, StoreCodec.EncodeBody(block.Body, block.Sidecar.Span)).Bind(3, block.Sidecar.Span).Run();
            }
        }

        foreach (var (hash, status) in batch.Statuses)
        {
            if (_statuses.ContainsKey(hash)) _setStatus.Bind(1, (long)status).Bind(2, ArrivalOf(hash)).Run();
        }

        foreach (var (hash, receipts) in batch.Receipts)
        {
            var arrival = ArrivalOf(hash);
            if (receipts.Count > 0) _insertReceipts.Bind(1, arrival).Bind(2, StoreCodec.EncodeReceipts(receipts)).Run();
        }
    }

    private void WriteChange(CanonicalChange change)
    {
        var block = change.Block;
        var arrival = ArrivalOf(block.Hash);
        if (_position.LastLogOffset is { } last) StoreRules.RequireAfter(change, last);
        if (change.Added)
        {
            StoreRules.RequireOnTip(change, _position.Tip);
            _insertCanonical.Bind(1, block.Number).Bind(2, arrival).Run();
            if (change.Senders.Count > 0) IndexTransactions(block, change.Senders, arrival);
            _position = _position with { Tip = block.Hash };
        }
        else
        {
            StoreRules.RequireIsTip(change, _position.Tip);
            _deleteCanonical.Bind(1, block.Number).Run();
            _position = _position with { Tip = CanonicalBefore(block.Number) };
        }

        _insertLog.Bind(1, change.LogOffset).Bind(2, arrival).Bind(3, change.Added ? 1 : 0).Bind(4, change.At.UnixMs).Run();
        _position = _position with { LastLogOffset = change.LogOffset };
    }

    // Entries say where a transaction is, not whether its block is canonical: that is looked up. So they are made once.
    private void IndexTransactions(Block block, IReadOnlyList<Address> senders, long arrival)
    {
        _insertSenders.Bind(1, arrival).Bind(2, StoreCodec.EncodeSenders(senders)).Run();
        if (_database.Changes == 0) return;
        _insertUnindexed.Bind(1, arrival).Run();
        UnindexedBlocks.Add(arrival);
        SqliteIndexTables.AddBlock(_indexes, arrival, block.Body.Transactions, senders);
    }

    private void WriteState(StoreBatch batch)
    {
        foreach (var (hash, node) in batch.TrieNodes)
        {
            var id = _position.NextNode;
            _position = _position with { NextNode = id + 1 };
            _insertNode.Bind(1, id).Bind(2, node).Run();
            _indexes.Nodes.Current.Add(IndexKeys.PrefixOf(hash), id);
        }

        foreach (var (hash, code) in batch.Codes)
        {
            _insertCode.Bind(1, _position.NextCode).Bind(2, hash.Bytes).Bind(3, code).Run();
            _position = _position with { NextCode = _position.NextCode + 1 };
        }
    }

    private void WriteConsensusState(byte[] row)
    {
        _setConsensusState.Bind(1, row).Run();
        _setConsensusSum.Bind(1, StoreCodec.SumOfConsensusState(row)).Run();
    }

    private void WriteStep(Hash256 hash, TransactionStep step)
    {
        var id = _position.NextStep;
        _position = _position with { NextStep = id + 1 };
        _insertStep.Bind(1, id).Bind(2, hash.Bytes).Bind(3, StoreCodec.EncodeStep(hash, step)).Run();
        _indexes.Steps.Current.Add(IndexKeys.PrefixOf(hash), id);
    }

    private long ArrivalOf(Hash256 hash)
    {
        if (_arrivals.TryGetValue(hash, out var arrival)) return arrival;
        if (!_findArrival.Bind(1, hash.Bytes).Step()) throw StoreRules.NotStored(hash);
        arrival = _findArrival.Int64(0);
        _findArrival.Reset();
        _arrivals[hash] = arrival;
        return arrival;
    }

    private Hash256? CanonicalBefore(ulong number)
    {
        if (number == 0 || !_findCanonical.Bind(1, number - 1).Step()) return null;
        var hash = new Hash256(_findCanonical.Blob(0));
        _findCanonical.Reset();
        return hash;
    }

    private static Hash256? FindTip(SqliteDatabase database)
    {
        using var select = database.Prepare("SELECT b.hash FROM canonical c JOIN blocks b ON b.arrival=c.arrival ORDER BY "
            + "c.number DESC LIMIT 1");
        return select.Step() ? new Hash256(select.Blob(0)) : null;
    }

    // Not prepared: SQLite carries out this pragma when it compiles it.
    private void UseSync(bool full)
    {
        if (_syncIsFull == full) return;
        _database.Execute(full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
        _syncIsFull = full;
    }
}
