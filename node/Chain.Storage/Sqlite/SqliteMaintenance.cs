using Chain.Node;

namespace Chain.Storage;

/// <summary>
/// What commits put off: index entries go to their tables in order, and the write-ahead log goes into the database file. Done
/// in pieces, so that a commit waits for one piece at most.
/// </summary>
internal sealed class SqliteMaintenance : IDisposable
{
    private const int RowsPerPiece = 2048;

    private readonly Lock _one = new();
    private readonly SqliteBatchWriter _writer;
    private readonly DeferredIndexes _indexes;
    private readonly SqliteWriteTurns _turns;
    private readonly SqliteStoreOptions _options;
    private readonly SqliteDatabase _checkpoints;
    private readonly FileInfo _log;
    private readonly SqliteStatement[] _inserts;
    private readonly SqliteStatement _setNodeMark, _setStepMark, _deleteUnindexed;
    private FlushGoal? _goal;

    /// <summary>What is in the tables once the flush that is under way is done.</summary>
    private sealed record FlushGoal(long LastNode, long LastStep, List<long> Blocks);

    public SqliteMaintenance(SqliteDatabase database, SqliteBatchWriter writer, DeferredIndexes indexes, SqliteWriteTurns turns,
        SqliteStoreOptions options)
    {
        (_writer, _indexes, _turns, _options) = (writer, indexes, turns, options);
        _log = new FileInfo(DatabaseFiles.RealPath(database.Path) + "-wal");
        _inserts = [.. indexes.All.Select(index => database.Prepare($"INSERT OR IGNORE INTO {index.Table} VALUES(?,?)"))];
        _setNodeMark = database.Prepare($"INSERT OR REPLACE INTO meta VALUES('{SqliteIndexTables.NodeMark}',?)");
        _setStepMark = database.Prepare($"INSERT OR REPLACE INTO meta VALUES('{SqliteIndexTables.StepMark}',?)");
        _deleteUnindexed = database.Prepare("DELETE FROM unindexed_blocks WHERE arrival=?");
        DeleteNodeEntry = database.Prepare($"DELETE FROM {indexes.Nodes.Table} WHERE prefix=? AND place=?");
        DeleteNode = database.Prepare("DELETE FROM nodes WHERE id=?");
        DeleteCode = database.Prepare("DELETE FROM codes WHERE id=?");
        _checkpoints = new SqliteDatabase(database.Path, readOnly: false);
        _checkpoints.Execute("PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-256");
    }

    /// <summary>
    /// Deletes an entry of the node index: prefix, place. Within <see cref="WritePiece"/> only, as the ones below.
    /// </summary>
    public SqliteStatement DeleteNodeEntry { get; }

    /// <summary>Deletes a trie node: id.</summary>
    public SqliteStatement DeleteNode { get; }

    /// <summary>Deletes a code: id.</summary>
    public SqliteStatement DeleteCode { get; }

    private long LogBytes
    {
        get
        {
            _log.Refresh();
            return _log.Exists ? _log.Length : 0;
        }
    }

    public void Maintain(CancellationToken cancellation)
    {
        lock (_one)
        {
            if (_goal is not null || _indexes.Count >= _options.IndexEntriesToFlush) Flush(cancellation);
            if (LogBytes >= _options.LogBytesToCheckpoint) Checkpoint(cancellation);
        }
    }

    /// <summary>
    /// Called before a commit: nothing that waits grows without bound, even if nobody calls <see cref="Maintain"/>.
    /// </summary>
    public void KeepBounds()
    {
        if (_indexes.Count >= _options.MaxIndexEntries) FlushNow(CancellationToken.None);
        if (LogBytes < _options.MaxLogBytes) return;
        lock (_one) Checkpoint(CancellationToken.None);
    }

    /// <summary>Brings all entries that wait to their tables.</summary>
    public void FlushNow(CancellationToken cancellation)
    {
        lock (_one) Flush(cancellation);
    }

    /// <summary>One piece of background writing in one transaction.</summary>
    public void WritePiece(Action changes, CancellationToken cancellation)
    {
        using (_turns.EnterBackground(cancellation)) _writer.WriteLater(changes);
    }

    /// <summary>Leaves nothing for the next start to do, if the disk allows.</summary>
    public void Dispose()
    {
        lock (_one)
        {
            try
            {
                Flush(CancellationToken.None);
            }
            catch (StoreException)
            {
                // What is not written now is found again at the next start.
            }

            _checkpoints.Dispose();
        }
    }

    private void Flush(CancellationToken cancellation)
    {
        if (_goal is null)
        {
            using (_turns.EnterBackground(cancellation))
            {
                if (_indexes.Count == 0) return;
                _goal = new FlushGoal(_writer.LastNode, _writer.LastStep, _writer.TakeUnindexedBlocks());
                _indexes.BeginFlush();
            }
        }

        for (var i = 0; i < _inserts.Length; i++) Flush(_indexes.All[i].Flushing!, _inserts[i], cancellation);
        WritePiece(
            () =>
            {
                _setNodeMark.Bind(1, _goal.LastNode).Run();
                _setStepMark.Bind(1, _goal.LastStep).Run();
                foreach (var arrival in _goal.Blocks) _deleteUnindexed.Bind(1, arrival).Run();
            },
            cancellation);
        _indexes.EndFlush();
        _goal = null;
    }

    private void Flush(IndexGeneration generation, SqliteStatement insert, CancellationToken cancellation)
    {
        var entries = generation.ToSorted();
        for (var start = 0; start < entries.Length; start += RowsPerPiece)
        {
            var (from, to) = (start, Math.Min(start + RowsPerPiece, entries.Length));
            WritePiece(
                () =>
                {
                    for (var i = from; i < to; i++) insert.Bind(1, entries[i].Prefix).Bind(2, entries[i].Place).Run();
                },
                cancellation);
        }
    }

    // Most of the log is copied while commits go on. If it still grows beyond twice the mark, the rest is copied between two
    // commits: the next one then finds nothing left to keep and starts the log anew.
    private void Checkpoint(CancellationToken cancellation)
    {
        if (_checkpoints.CheckpointPassive() || LogBytes < 2 * _options.LogBytesToCheckpoint) return;
        using (_turns.EnterBackground(cancellation)) _checkpoints.CheckpointPassive();
    }
}
