namespace Chain.Storage;

/// <summary>What a chain database is told by, and its tables.</summary>
internal static class SqliteSchema
{
    /// <summary>"CHN1" as a number, and the version of the tables below.</summary>
    public static readonly SqliteFormat Format = new(0x43484e31, 1, "chain database", "the chain", "another data folder");

    // Rows that are written once have numbers that grow, so that they are appended: blocks by arrival, nodes and steps by a
    // counter. What is looked up by hash or address goes through the four *_index tables, written late and in order
    // (DeferredIndex): the first eight bytes of the key, then where it is.
    public const string Tables = """
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
}
