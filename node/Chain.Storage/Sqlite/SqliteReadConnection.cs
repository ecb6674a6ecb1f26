namespace Chain.Storage;

/// <summary>A read-only connection with its statements, used by one reader at a time.</summary>
internal sealed class SqliteReadConnection : IDisposable
{
    private const string BlockColumns =
        "b.arrival, b.hash, b.number, b.status, b.arrived_at, b.transactions, b.total_difficulty, b.header";

    private readonly SqliteDatabase _database;

    public SqliteReadConnection(string path)
    {
        _database = new SqliteDatabase(path, readOnly: true);
        try
        {
            _database.Execute("PRAGMA cache_size=-2000");
            Begin = _database.Prepare("BEGIN");
            End = _database.Prepare("COMMIT");
            Meta = _database.Prepare("SELECT value FROM meta WHERE key='head'");
            ConsensusState = _database.Prepare("SELECT value FROM meta WHERE key='consensus'");
            ConsensusSum = _database.Prepare("SELECT value FROM meta WHERE key='consensus_sum'");
            BlockByHash = _database.Prepare($"SELECT {BlockColumns} FROM blocks b WHERE b.hash=?");
            BlockByArrival = _database.Prepare($"SELECT {BlockColumns} FROM blocks b WHERE b.arrival=?");
            BlocksByNumber = _database.Prepare($"SELECT {BlockColumns} FROM blocks b WHERE b.number=? ORDER BY b.arrival");
            ArrivalByHash = _database.Prepare("SELECT arrival, transactions, status FROM blocks WHERE hash=?");
            Body = _database.Prepare("SELECT body, sidecar FROM bodies WHERE arrival=?");
            Receipts = _database.Prepare("SELECT receipts FROM receipts WHERE arrival=?");
            Senders = _database.Prepare("SELECT senders FROM senders WHERE arrival=?");
            CanonicalArrival = _database.Prepare("SELECT arrival FROM canonical WHERE number=?");
            CanonicalHash = _database.Prepare("SELECT b.hash, b.number FROM canonical c LEFT JOIN blocks b ON "
                + "b.arrival=c.arrival WHERE c.number=?");
            TransactionPlaces = _database.Prepare("SELECT place FROM transaction_index WHERE prefix=?");
            AddressPlaces = _database.Prepare("SELECT place FROM address_index WHERE prefix=? AND place<? ORDER BY place DESC");
            StepPlaces = _database.Prepare("SELECT place FROM step_index WHERE prefix=?");
            Step = _database.Prepare("SELECT hash, step FROM steps WHERE id=?");
            Reorgs = _database.Prepare("SELECT reorg FROM reorgs ORDER BY id DESC LIMIT ?");
            Log = _database.Prepare("SELECT l.offset, l.added, l.at, b.number, b.hash FROM chain_log l JOIN blocks b ON "
                + "b.arrival=l.arrival WHERE l.offset>=? ORDER BY l.offset LIMIT ?");
            NodePlaces = _database.Prepare("SELECT place FROM node_index WHERE prefix=?");
            Node = _database.Prepare("SELECT node FROM nodes WHERE id=?");
            Code = _database.Prepare("SELECT code FROM codes WHERE hash=?");
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    public SqliteStatement Begin { get; }

    public SqliteStatement End { get; }

    public SqliteStatement Meta { get; }

    public SqliteStatement ConsensusState { get; }

    public SqliteStatement ConsensusSum { get; }

    public SqliteStatement BlockByHash { get; }

    public SqliteStatement BlockByArrival { get; }

    public SqliteStatement BlocksByNumber { get; }

    public SqliteStatement ArrivalByHash { get; }

    public SqliteStatement Body { get; }

    public SqliteStatement Receipts { get; }

    public SqliteStatement Senders { get; }

    public SqliteStatement CanonicalArrival { get; }

    public SqliteStatement CanonicalHash { get; }

    public SqliteStatement TransactionPlaces { get; }

    public SqliteStatement AddressPlaces { get; }

    public SqliteStatement StepPlaces { get; }

    public SqliteStatement Step { get; }

    public SqliteStatement Reorgs { get; }

    public SqliteStatement Log { get; }

    public SqliteStatement NodePlaces { get; }

    public SqliteStatement Node { get; }

    public SqliteStatement Code { get; }

    public SqliteDatabase Database => _database;

    public void Dispose() => _database.Dispose();
}
