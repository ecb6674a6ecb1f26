using System.Buffers.Binary;
using Chain.Primitives;

namespace Chain.Node.Host;

/// <summary>The tables of a chain database, and the checks before one is used.</summary>
internal static class SqliteSchema
{
    /// <summary>Raised with every change that an older program cannot read. Kept in SQLite's user_version.</summary>
    public const int Version = 1;

    /// <summary>"CHN1": tells our databases from everyone else's.</summary>
    private const int ApplicationId = 0x43484e31;

    // Rows that are written once have numbers that grow, so that they are appended: blocks by arrival, nodes and steps by a
    // counter. What is looked up by hash or address goes through the four *_index tables, written late and in order
    // (DeferredIndex): the first eight bytes of the key, then where it is.
    private const string Tables = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE blocks(arrival INTEGER PRIMARY KEY, hash BLOB NOT NULL, number INTEGER NOT NULL, status INTEGER NOT NULL,
            arrived_at INTEGER NOT NULL, transactions INTEGER NOT NULL, total_difficulty BLOB NOT NULL, header BLOB NOT NULL);
        CREATE UNIQUE INDEX blocks_by_hash ON blocks(hash);
        CREATE INDEX blocks_by_number ON blocks(number);
        CREATE TABLE bodies(arrival INTEGER PRIMARY KEY, body BLOB NOT NULL, sidecar BLOB NOT NULL);
        CREATE TABLE receipts(arrival INTEGER PRIMARY KEY, receipts BLOB NOT NULL);
        CREATE TABLE senders(arrival INTEGER PRIMARY KEY, senders BLOB NOT NULL);
        CREATE TABLE canonical(number INTEGER PRIMARY KEY, arrival INTEGER NOT NULL);
        CREATE TABLE chain_log(offset INTEGER PRIMARY KEY, arrival INTEGER NOT NULL, added INTEGER NOT NULL, at INTEGER NOT NULL);
        CREATE TABLE reorgs(id INTEGER PRIMARY KEY, reorg BLOB NOT NULL);
        CREATE TABLE steps(id INTEGER PRIMARY KEY, hash BLOB NOT NULL, step BLOB NOT NULL);
        CREATE TABLE nodes(id INTEGER PRIMARY KEY, node BLOB NOT NULL);
        CREATE TABLE codes(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, code BLOB NOT NULL);
        CREATE TABLE unindexed_blocks(arrival INTEGER PRIMARY KEY);
        CREATE TABLE node_index(prefix INTEGER, place INTEGER, PRIMARY KEY(prefix, place)) WITHOUT ROWID;
        CREATE TABLE transaction_index(prefix INTEGER, place INTEGER, PRIMARY KEY(prefix, place)) WITHOUT ROWID;
        CREATE TABLE address_index(prefix INTEGER, place INTEGER, PRIMARY KEY(prefix, place)) WITHOUT ROWID;
        CREATE TABLE step_index(prefix INTEGER, place INTEGER, PRIMARY KEY(prefix, place)) WITHOUT ROWID;
        """;

    /// <summary>Refuses a file that another program or a newer version of this one made, by its header alone: nothing is touched.</summary>
    public static void RequireReadable(string path)
    {
        Span<byte> header = stackalloc byte[100];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var length = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (length == 0) return;
            if (length < header.Length || !header.StartsWith("SQLite format 3\0"u8)) throw Foreign(path, "it does not begin as a SQLite database does");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"Cannot read '{path}': {problem.Message}", problem);
        }

        RequireVersion(path, BinaryPrimitives.ReadInt32BigEndian(header[68..]), BinaryPrimitives.ReadInt32BigEndian(header[60..]));
    }

    /// <summary>Makes the tables in an empty file. Without a log: a file that exists is whole, and its header says what it is.</summary>
    public static void Create(SqliteDatabase database, Hash256 genesis)
    {
        database.Execute("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; BEGIN EXCLUSIVE");
        try
        {
            database.Execute($"PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version};");
            database.Execute(Tables);
            using (var insert = database.Prepare("INSERT INTO meta VALUES('genesis', ?)")) insert.Bind(1, genesis.Bytes).Run();
            database.Execute("COMMIT");
        }
        catch
        {
            database.Rollback();
            throw;
        }
    }

    /// <summary>Whether the file has no tables yet.</summary>
    public static bool IsEmpty(SqliteDatabase database) => database.QueryInt64("SELECT count(*) FROM sqlite_schema") == 0;

    /// <summary>Refuses the chain of another genesis block, and what the header alone did not show.</summary>
    public static void RequireChain(SqliteDatabase database, Hash256 genesis)
    {
        RequireVersion(database.Path, (int)database.QueryInt64("PRAGMA application_id"), (int)database.QueryInt64("PRAGMA user_version"));
        using var select = database.Prepare("SELECT value FROM meta WHERE key='genesis'");
        if (!select.Step() || select.Blob(0).Length != Hash256.Size) throw Foreign(database.Path, "it names no genesis block");
        var stored = new Hash256(select.Blob(0));
        if (stored != genesis)
        {
            throw new StoreException(StoreFailure.OtherGenesis, $"'{database.Path}' holds the chain of genesis block {stored}, not of {genesis}. Name the genesis file it was made with, or another data folder.");
        }
    }

    private static void RequireVersion(string path, int applicationId, int version)
    {
        if (applicationId != ApplicationId) throw Foreign(path, $"its application id is 0x{applicationId:x}, not 0x{ApplicationId:x}");
        if (version > Version) throw new StoreException(StoreFailure.NewerSchema, $"'{path}' has schema version {version}; this program knows versions up to {Version}. Use the newer program that wrote it, or another data folder.");
        if (version < 1) throw Foreign(path, $"its schema version is {version}");
    }

    private static StoreException Foreign(string path, string why) =>
        new(StoreFailure.Corrupt, $"'{path}' is not a chain database: {why}. Restore a backup, or name another data folder.");
}
