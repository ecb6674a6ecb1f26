using Chain.Primitives;

namespace Chain.Node;

/// <summary>When a simulated crash hits a commit.</summary>
public enum CrashPoint
{
    None,

    /// <summary>The batch is lost.</summary>
    BeforeCommit,

    /// <summary>The batch is kept, but whoever committed it never hears of it.</summary>
    AfterCommit,
}

/// <summary>
/// A store that lives in memory, for simulations and tests: strict about its batches, and able to crash. After a crash it
/// refuses everything with <see cref="StoreFailure.Crashed"/>; <see cref="Reopen"/> then gives a store of exactly the batches
/// that were committed, as a restarted process would find them on disk.
/// </summary>
public sealed class InMemoryChainStore : InMemoryChainReader, IChainStore
{
    private readonly Disk _disk;
    private readonly Func<long, CrashPoint> _crashPlan;
    private bool _crashed;
    private bool _closed;

    /// <param name="crashPlan">Asked before each commit with the batch's number, counted from 0 over all reopenings; null never
    /// crashes.</param>
    public InMemoryChainStore(Func<long, CrashPoint>? crashPlan = null)
        : this(new Disk(), crashPlan)
    {
    }

    private InMemoryChainStore(Disk disk, Func<long, CrashPoint>? crashPlan)
    {
        _disk = disk;
        _crashPlan = crashPlan ?? (_ => CrashPoint.None);
    }

    /// <summary>Batches committed since the store was first made.</summary>
    public long CommittedBatches => _disk.Tables.Batches;

    private protected override InMemoryTables Tables
    {
        get
        {
            ThrowIfGone();
            return _disk.Tables;
        }
    }

    public void Commit(StoreBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var tables = Tables;
        var crash = _crashPlan(tables.Batches);
        if (crash != CrashPoint.BeforeCommit) _disk.Tables = tables.With(batch);
        if (crash == CrashPoint.None) return;
        _crashed = true;
        ThrowIfGone();
    }

    /// <summary>What a new process would find: everything committed. This store is of no use afterwards.</summary>
    public InMemoryChainStore Reopen(Func<long, CrashPoint>? crashPlan = null)
    {
        _closed = true;
        return new InMemoryChainStore(_disk, crashPlan);
    }

    public IChainReaderLease OpenReader() => new Snapshot(Tables);

    public void Maintain(CancellationToken cancellation)
    {
    }

    public long PruneStates(Func<IChainReader, IReadOnlyList<Hash256>> chooseRoots, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(chooseRoots);
        var before = Tables;
        using var snapshot = new Snapshot(before);
        var kept = StateMarker.Mark(snapshot, chooseRoots(snapshot), cancellation);
        _disk.Tables = Tables.WithoutStatesBut(kept, before.Batches, out var removed);
        return removed;
    }

    /// <summary>Nothing: memory is not checked.</summary>
    public string? FindDamage() => null;

    /// <summary>Not offered: there is no file.</summary>
    public void BackupTo(string path) => throw new NotSupportedException("A store in memory cannot be copied to a file.");

    public void Dispose() => _closed = true;

    private void ThrowIfGone()
    {
        if (_crashed)
            throw new StoreException(StoreFailure.Crashed,
                $"The store crashed at batch {_disk.Tables.Batches}, as its crash plan said. Reopen it.");
        ObjectDisposedException.ThrowIf(_closed, this);
    }

    /// <summary>What survives a crash.</summary>
    private sealed class Disk
    {
        private InMemoryTables _tables = InMemoryTables.Empty;

        public InMemoryTables Tables
        {
            get => Volatile.Read(ref _tables);
            set => Volatile.Write(ref _tables, value);
        }
    }

    private sealed class Snapshot(InMemoryTables tables) : InMemoryChainReader, IChainReaderLease
    {
        private protected override InMemoryTables Tables => tables;

        public void Dispose()
        {
        }
    }
}
