using System.Buffers.Binary;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>What tells one kind of our database files from everything else, and the checks before one is used.</summary>
/// <param name="ApplicationId">Kept in SQLite's application_id.</param>
/// <param name="Version">Raised with every change that an older program cannot read. Kept in SQLite's user_version.</param>
/// <param name="Name">What such a file is called in a message: "chain database".</param>
/// <param name="Content">What it holds: "the chain".</param>
/// <param name="Elsewhere">What to name instead of a file that does not fit: "another data folder".</param>
public sealed record SqliteFormat(int ApplicationId, int Version, string Name, string Content, string Elsewhere)
{
    private const string Meta = "CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";

    /// <summary>
    /// Refuses a file that another program or a newer version of this one made, by its header alone: nothing is touched.
    /// </summary>
    /// <remarks>
    /// Not for a file that this process may have open without a write-ahead log: closing it here would release SQLite's locks
    /// (POSIX, fcntl).
    /// </remarks>
    public void RequireReadable(string path)
    {
        Span<byte> header = stackalloc byte[100];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var length = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (length < header.Length || !header.StartsWith("SQLite format 3\0"u8))
                throw Foreign(path, "it does not begin as a SQLite database does");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"Cannot read '{path}': {problem.Message}", problem);
        }

        RequireVersion(path, BinaryPrimitives.ReadInt32BigEndian(header[68..]),
            BinaryPrimitives.ReadInt32BigEndian(header[60..]));
    }

    /// <summary>
    /// Makes the tables in a file that has none. Without a log: a file that exists is whole, and its header says what it is. Of
    /// several at once, one does it.
    /// </summary>
    public void CreateIfEmpty(SqliteDatabase database, string tables, Hash256 genesis)
    {
        if (!IsEmpty(database)) return;
        database.Execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; BEGIN EXCLUSIVE");
        try
        {
            if (IsEmpty(database))
            {
                database.Execute($"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version};");
                database.Execute(Meta);
                database.Execute(tables);
                using var insert = database.Prepare("INSERT INTO meta VALUES('genesis', ?)");
                insert.Bind(1, genesis.Bytes).Run();
            }

            database.Execute("COMMIT");
        }
        catch
        {
            database.Rollback();
            throw;
        }
    }

    /// <summary>
    /// Refuses a database whose tables are not exactly those of this version: a changed byte may sit in their definitions.
    /// </summary>
    public void RequireTables(SqliteDatabase database, string tables)
    {
        var expected = $"{Meta}\n{tables}".ReplaceLineEndings("\n")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        using var found = database.Prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
        while (found.Step())
        {
            var sql = System.Text.Encoding.UTF8.GetString(found.Blob(1)).ReplaceLineEndings("\n");
            if (!expected.Remove(sql))
                throw StoreGuard.Damaged(database.Path,
                    $"the definition of '{System.Text.Encoding.UTF8.GetString(found.Blob(0))}' is not that of schema version "
                        + $"{Version}");
        }

        if (expected.Count > 0)
            throw StoreGuard.Damaged(database.Path,
                $"it lacks what schema version {Version} has: {expected.Order(StringComparer.Ordinal).First()}");
    }

    /// <summary>Whether the file has no tables yet.</summary>
    public static bool IsEmpty(SqliteDatabase database) => database.QueryInt64("SELECT count(*) FROM sqlite_schema") == 0;

    /// <summary>The genesis block that the file belongs to; refuses a file of another kind or a newer version.</summary>
    public Hash256 RequireOwn(SqliteDatabase database)
    {
        RequireVersion(database.Path, (int)database.QueryInt64("PRAGMA application_id"),
            (int)database.QueryInt64("PRAGMA user_version"));
        using var select = database.Prepare("SELECT value FROM meta WHERE key='genesis'");
        if (!select.Step() || select.Blob(0).Length != Hash256.Size) throw Foreign(database.Path, "it names no genesis block");
        return new Hash256(select.Blob(0));
    }

    /// <summary>As <see cref="RequireOwn"/>, and refuses the file of another genesis block.</summary>
    public void RequireGenesis(SqliteDatabase database, Hash256 genesis)
    {
        var stored = RequireOwn(database);
        if (stored != genesis)
        {
            throw new StoreException(StoreFailure.OtherGenesis,
                $"'{database.Path}' holds {Content} of genesis block {stored}, not of {genesis}. Name the genesis file it was "
                    + $"made with, or {Elsewhere}.");
        }
    }

    private void RequireVersion(string path, int applicationId, int version)
    {
        if (applicationId != ApplicationId)
            throw Foreign(path, $"its application id is 0x{applicationId:x}, not 0x{ApplicationId:x}");
        if (version > Version)
            throw new StoreException(StoreFailure.NewerSchema,
                $"'{path}' has schema version {version}; this program knows versions up to {Version}. Use the newer program "
                    + $"that wrote it, or {Elsewhere}.");
        if (version < 1) throw Foreign(path, $"its schema version is {version}");
    }

    private StoreException Foreign(string path, string why) =>
        new(StoreFailure.Corrupt, $"'{path}' is not a {Name}: {why}. Restore a backup, or name {Elsewhere}.");
}
