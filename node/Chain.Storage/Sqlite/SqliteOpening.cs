using System.Text;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// What happens before a chain database is used: made if there is none, else checked, without changing a byte of it.
/// </summary>
internal static class SqliteOpening
{
    private const string InTheMaking = ".new";

    /// <summary>
    /// Makes an empty database under another name and gives it its own once it is whole: one of 0 bytes never comes from here.
    /// </summary>
    public static void Create(string path, Hash256 genesis, HeadMark mark, SqliteStoreOptions options)
    {
        try
        {
            var partial = path + InTheMaking;
            File.Delete(partial);
            File.Delete(partial + "-journal");
            using (var database = new SqliteDatabase(partial, readOnly: false))
                SqliteSchema.Format.CreateIfEmpty(database, SqliteSchema.Tables, genesis);
            File.Delete(path + "-shm");
            File.Move(partial, path);
            if (mark.Head is { } head)
                options.Note?.Invoke($"'{path}' is missing, and the chain in this folder had come to block {head.Number}. A "
                    + $"new one begins at genesis.");
            mark.Forget();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"Cannot make '{path}': {problem.Message}", problem);
        }
    }

    /// <summary>Opens a database that is there, if it is the one that was closed or left here.</summary>
    /// <exception cref="StoreException">It is not; its files are as they were.</exception>
    public static SqliteDatabase Check(string path, Hash256 genesis, HeadMark mark, SqliteStoreOptions options)
    {
        SqliteSchema.Format.RequireReadable(path);
        if (mark.IsDamaged)
            options.Note?.Invoke($"'{mark.Path}' is damaged: how far the chain in this folder had come is not known.");
        var changed = FindChange(path, mark);
        var hadLog = File.Exists(DatabaseFiles.RealPath(path) + "-wal");
        var database = new SqliteDatabase(path, readOnly: false);
        try
        {
            // A refusal leaves the log that was there, and none where there was none.
            database.KeepLogOnClose(hadLog);
            SqliteSchema.Format.RequireGenesis(database, genesis);
            SqliteSchema.Format.RequireTables(database, SqliteSchema.Tables);
            var stored = ReadSettings(database);
            if (stored is not null && options.Settings is not null) ChainSettings.RequireSame(path, stored, options.Settings);
            RequireSound(path, mark, changed, options);
            if (stored is null && options.Settings is { } settings) KeepSettings(database, settings);
            database.KeepLogOnClose(false);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Reads a database as it is now, whoever has it open.</summary>
    public static SqliteChainReader Snapshot(string path)
    {
        var connection = new SqliteReadConnection(path);
        try
        {
            // Within one transaction: what waits in the writer's memory is found from the rows that the transaction sees.
            var indexes = new DeferredIndexes();
            return new SqliteChainReader(connection, indexes, cache: null, static connection => connection.Dispose(),
                () => SqliteIndexTables.Recover(connection.Database, indexes));
        }
        catch (Exception problem)
        {
            connection.Dispose();
            if (StoreGuard.IsOfContent(problem)) throw StoreGuard.Damaged(path, problem.Message, problem);
            throw;
        }
    }

    private static string? FindChange(string path, HeadMark mark)
    {
        try
        {
            return mark.FindChange(DatabaseFiles.RealPath(path));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"Cannot read '{path}': {problem.Message}", problem);
        }
    }

    private static void RequireSound(string path, HeadMark mark, string? changed, SqliteStoreOptions options)
    {
        using var reader = Snapshot(path);
        var anyway = $"If it was changed or replaced on purpose, delete '{mark.Path}' and start again";
        if (changed is not null)
        {
            var where = reader.FindDamage() is { } record
                ? $"damaged is {record}"
                : "none of the records that can be checked is concerned";
            throw StoreGuard.Damaged(path, $"{changed}; {where}. {anyway}");
        }

        if (mark.Head is { } last && reader.GetBlockRecord(last.Hash) is null)
        {
            var now = reader.GetHead() is { } head && reader.GetHeader(head.Head) is { } header
                ? $"block {header.Number}"
                : "no block";
            throw StoreGuard.Damaged(path,
                $"it ends at {now}, but its chain had come to block {last.Number} {last.Hash}: its end is missing, as when its "
                    + $"log is lost or damaged. {anyway}, which goes on from {now}");
        }

        if (mark.Closed is null && BytesOf(path) <= options.MaxBytesToCheck && reader.FindDamage() is { } damage)
            throw StoreGuard.Damaged(path, damage);
    }

    private static long BytesOf(string path)
    {
        var real = DatabaseFiles.RealPath(path);
        return new FileInfo(real).Length + (new FileInfo(real + "-wal") is { Exists: true } log ? log.Length : 0);
    }

    private static string? ReadSettings(SqliteDatabase database)
    {
        using var select = database.Prepare("SELECT value FROM meta WHERE key='settings'");
        return select.Step() ? Encoding.UTF8.GetString(select.Blob(0)) : null;
    }

    private static void KeepSettings(SqliteDatabase database, string settings)
    {
        using var insert = database.Prepare("INSERT INTO meta VALUES('settings', ?)");
        insert.Bind(1, Encoding.UTF8.GetBytes(settings)).Run();
    }
}
