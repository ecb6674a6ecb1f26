using Chain.Node;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Chain.Storage;

/// <summary>
/// One connection to a database file, over SQLite's own interface: the rows of an import are many and small, and a layer
/// between would cost more than they do. For one thread at a time.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    private readonly string _whenDamaged;
    private readonly sqlite3 _handle;
    private readonly List<SqliteStatement> _statements = [];

    static SqliteDatabase() => Batteries_V2.Init();

    /// <param name="whenDamaged">What a person is to do about a damaged file.</param>
    /// <exception cref="StoreException">The file cannot be opened or is no database.</exception>
    public SqliteDatabase(string path, bool readOnly, string whenDamaged = StoreException.WayOut + ".")
    {
        Path = path;
        _whenDamaged = whenDamaged;
        var flags = SQLITE_OPEN_NOMUTEX | (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        var result = sqlite3_open_v2(path, out _handle, flags, null);
        try
        {
            Check(result, "open");
            sqlite3_busy_timeout(_handle, 10_000);
        }
        catch
        {
            _handle.Dispose();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>Rows that the last statement inserted, updated or deleted.</summary>
    public int Changes => sqlite3_changes(_handle);

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => sqlite3_get_autocommit(_handle) == 0;

    public SqliteStatement Prepare(string sql)
    {
        Check(sqlite3_prepare_v3(_handle, sql, SQLITE_PREPARE_PERSISTENT, out var statement), "use");
        var prepared = new SqliteStatement(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    /// <summary>Runs statements that answer nothing.</summary>
    public void Execute(string sql) => Check(sqlite3_exec(_handle, sql), "use");

    /// <summary>The first column of the first row as a number; 0 for no row.</summary>
    public long QueryInt64(string sql)
    {
        Check(sqlite3_prepare_v2(_handle, sql, out var handle), "read");
        using var statement = new SqliteStatement(this, handle);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    /// <summary>Undoes an open transaction; some errors have done so already.</summary>
    public void Rollback()
    {
        if (InTransaction) sqlite3_exec(_handle, "ROLLBACK");
    }

    /// <summary>Copies log frames into the database file as far as readers allow, without waiting for anyone.</summary>
    /// <returns>Whether the log holds nothing more that is not copied.</returns>
    public bool CheckpointPassive()
    {
        var result = sqlite3_wal_checkpoint_v2(_handle, null, SQLITE_CHECKPOINT_PASSIVE, out var frames, out var copied);
        if (result != SQLITE_BUSY) Check(result, "checkpoint");
        return result == SQLITE_OK && frames == copied;
    }

    /// <summary>Copies this database, as the open transaction sees it, into a new file.</summary>
    /// <param name="progress">Pages copied, and pages in all.</param>
    public void BackupTo(SqliteDatabase destination, Action<long, long>? progress, CancellationToken cancellation)
    {
        using var backup = sqlite3_backup_init(destination._handle, "main", _handle, "main");
        if (backup is null || backup.IsInvalid)
            throw destination.ToException(sqlite3_extended_errcode(destination._handle), "back up to");
        int result;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            result = sqlite3_backup_step(backup, 1024);
            var pages = sqlite3_backup_pagecount(backup);
            progress?.Invoke(pages - sqlite3_backup_remaining(backup), pages);
        }
        while (result == SQLITE_OK);
        if (result != SQLITE_DONE) throw destination.ToException(result, "back up to");
    }

    /// <summary>Whether the log stays as it is when the last connection closes, instead of going into the file.</summary>
    public void KeepLogOnClose(bool keep) => sqlite3_db_config(_handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, out _);

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
        _handle.Dispose();
    }

    internal void Check(int result, string doing)
    {
        if (result is not (SQLITE_OK or SQLITE_ROW or SQLITE_DONE))
            throw ToException(sqlite3_extended_errcode(_handle) is var extended && extended != SQLITE_OK ? extended : result,
                doing);
    }

    /// <summary>A reason outside the program as <see cref="StoreException"/>, anything else as the bug it is.</summary>
    private Exception ToException(int result, string doing)
    {
        var said = $"{sqlite3_errstr(result).utf8_to_string()} (SQLite code {result}: "
            + $"{sqlite3_errmsg(_handle).utf8_to_string()})";
        return (result & 0xff) switch
        {
            SQLITE_FULL =>
                new StoreException(StoreFailure.DiskFull,
                    $"No room left to {doing} '{Path}'. Nothing of the last change was kept. Free space on its device, then "
                        + $"start again."),
            SQLITE_CORRUPT or SQLITE_NOTADB =>
                new StoreException(StoreFailure.Corrupt, $"'{Path}' is damaged or no database: {said}. {_whenDamaged}"),
            SQLITE_IOERR or SQLITE_CANTOPEN or SQLITE_READONLY or SQLITE_PERM or SQLITE_AUTH =>
                new StoreException(StoreFailure.Io,
                    $"Cannot {doing} '{Path}': {said}. Check the device and the folder's permissions."),
            SQLITE_BUSY or SQLITE_LOCKED =>
                new StoreException(StoreFailure.InUse, $"'{Path}' is locked by another program: {said}. Close it and try again."),
            _ => new SqliteBugException(result, $"'{Path}': {said}"),
        };
    }
}

/// <summary>SQLite refused a statement for a reason that is in the program: a constraint, a misuse.</summary>
internal sealed class SqliteBugException(int code, string message) : InvalidOperationException(message)
{
    /// <summary>SQLite's extended result code.</summary>
    public int Code => code;

    /// <summary>Whether the interface itself was used wrongly, which no content of a file explains.</summary>
    public bool IsMisuse => (code & 0xff) is SQLITE_MISUSE or SQLITE_RANGE;
}
