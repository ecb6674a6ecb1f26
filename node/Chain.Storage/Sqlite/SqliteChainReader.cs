using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// Reads a store as it was at one instant: a read transaction, and what the deferred indexes held in memory then. Memory may
/// know more than the transaction; whatever it names is looked up in the transaction and counts only if it is there.
/// </summary>
internal sealed class SqliteChainReader : IChainReaderLease
{
    private readonly SqliteReadConnection _connection;
    private readonly DeferredIndexes _indexes;
    private readonly TrieNodeBytesCache? _nodes;
    private readonly Action<SqliteReadConnection> _giveBack;
    private readonly List<long> _places = [];
    private IndexViews _waiting;
    private bool _closed;

    /// <summary>
    /// Begins a read transaction on a connection, which <paramref name="giveBack"/> gets when the reader is disposed.
    /// </summary>
    /// <param name="cache">Null reads past the cache and leaves it as it is.</param>
    /// <param name="begun">Runs first thing in the transaction.</param>
    public SqliteChainReader(SqliteReadConnection connection, DeferredIndexes indexes, TrieNodeBytesCache? cache,
        Action<SqliteReadConnection> giveBack, Action? begun = null)
    {
        (_connection, _indexes, _nodes, _giveBack) = (connection, indexes, cache, giveBack);
        Begin();
        begun?.Invoke();
    }

    /// <summary>Goes on with the store as it is now, so that a long walk does not hold up the write-ahead log.</summary>
    public void Refresh()
    {
        Use(_connection.End).Run();
        Begin();
    }

    public HeadRecord? GetHead()
    {
        var select = Use(_connection.Meta);
        if (!select.Step()) return null;
        var head = Decode(select.Blob(0), StoreCodec.DecodeHead, "table meta, the row 'head',");
        select.Reset();
        return head;
    }

    public BlockRecord? GetBlockRecord(Hash256 hash)
    {
        var select = Use(_connection.BlockByHash).Bind(1, hash.Bytes);
        if (!select.Step()) return null;
        var (record, _) = ReadBlockRow(select, hash);
        select.Reset();
        return record;
    }

    public SealedHeader? GetHeader(Hash256 hash)
    {
        var select = Use(_connection.BlockByHash).Bind(1, hash.Bytes);
        if (!select.Step()) return null;
        var (_, header) = ReadBlockRow(select, hash);
        select.Reset();
        return header;
    }

    public Block? GetBlock(Hash256 hash)
    {
        var select = Use(_connection.BlockByHash).Bind(1, hash.Bytes);
        if (!select.Step()) return null;
        var (_, header) = ReadBlockRow(select, hash);
        var (arrival, transactions) = (select.Int64(0), select.Int64(5));
        select.Reset();
        var body = Use(_connection.Body).Bind(1, arrival);
        if (!body.Step())
        {
            // A block with nothing in it but its header has no row.
            if (transactions > 0 || header.Header.WithdrawalsRoot is not null)
                throw Damaged($"table bodies has none for block {hash}");
            return new Block(header, BlockBody.Empty, ReadOnlyMemory<byte>.Empty);
        }

        var block = new Block(header, DecodeBody(body, $"table bodies, the body of block {hash},"), body.Blob(1).ToArray());
        body.Reset();
        return block;
    }

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash)
    {
        if (FindArrival(blockHash) is not { } found) return null;
        var select = Use(_connection.Receipts).Bind(1, found.Arrival);
        if (!select.Step()) return found is { Transactions: 0, Status: BlockStatus.Executed } ? [] : null;
        var receipts = Decode(select.Blob(0), StoreCodec.DecodeReceipts, $"table receipts, the receipts of block {blockHash},");
        select.Reset();
        return receipts;
    }

    public IReadOnlyList<Address>? GetSenders(Hash256 blockHash)
    {
        if (FindArrival(blockHash) is not { } found) return null;
        var select = Use(_connection.Senders).Bind(1, found.Arrival);
        if (!select.Step()) return found.Transactions == 0 ? [] : null;
        var senders = Decode(select.Blob(0), StoreCodec.DecodeSenders, $"table senders, the senders of block {blockHash},");
        select.Reset();
        return senders;
    }

    public Hash256? GetCanonicalHash(ulong number)
    {
        var select = Use(_connection.CanonicalHash).Bind(1, number);
        if (!select.Step()) return null;
        if (select.Blob(0).IsEmpty || select.UInt64(1) != number)
            throw Damaged($"table canonical, its row {number}, points to "
                + $"{(select.Blob(0).IsEmpty ? "no block" : $"block {select.UInt64(1)}")}");
        var hash = new Hash256(select.Blob(0));
        select.Reset();
        return hash;
    }

    public IReadOnlyList<BlockRecord> GetBlocksAt(ulong number)
    {
        var records = new List<BlockRecord>();
        var select = Use(_connection.BlocksByNumber).Bind(1, number);
        while (select.Step()) records.Add(ReadBlockRow(select, null).Record);
        return records;
    }

    public TransactionLocation? GetTransactionLocation(Hash256 transactionHash)
    {
        foreach (var place in PlacesOf(Use(_connection.TransactionPlaces), _waiting.Transactions,
            IndexKeys.PrefixOf(transactionHash)))
        {
            if (FindCanonical(IndexKeys.ArrivalOf(place)) is not { } block) continue;
            if (Keccak256.Hash(ReadTransaction(place)) != transactionHash) continue;
            return new TransactionLocation(block.Hash, block.Number, IndexKeys.PositionOf(place));
        }

        return null;
    }

    public IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash)
    {
        var steps = new List<TransactionStep>();
        foreach (var id in PlacesOf(Use(_connection.StepPlaces), _waiting.Steps, IndexKeys.PrefixOf(transactionHash)))
        {
            var select = Use(_connection.Step).Bind(1, id);
            if (!select.Step()) continue;
            if (select.Blob(0).SequenceEqual(transactionHash.Bytes))
                steps.Add(Decode(select.Blob(1), bytes => StoreCodec.DecodeStep(bytes, transactionHash.Bytes),
                    $"table steps, row {id} of transaction {transactionHash},"));
            select.Reset();
        }

        return steps;
    }

    public IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit)
    {
        var page = new List<AddressEntry>();
        var bound = PlaceBefore(before);
        var prefix = IndexKeys.PrefixOf(address);
        _places.Clear();
        _waiting.Addresses.CopyTo(prefix, _places);
        _places.RemoveAll(place => place >= bound);
        _places.Sort();
        var waiting = _places.Count - 1;
        var select = Use(_connection.AddressPlaces).Bind(1, prefix).Bind(2, bound);
        var stored = NextStored();
        for (var last = long.MaxValue; page.Count < limit;)
        {
            var fromMemory = waiting >= 0 ? _places[waiting] : -1;
            var place = Math.Max(fromMemory, stored);
            if (place < 0) break;
            if (fromMemory == place) waiting--;
            else stored = NextStored();
            if (place == last) continue;
            last = place;
            if (EntryAt(place, address) is { } entry) page.Add(entry);
        }

        select.Reset();
        return page;

        long NextStored() => select.Step() ? select.Int64(0) : -1;
    }

    public byte[]? GetConsensusState(Hash256 block)
    {
        var select = Use(_connection.ConsensusState);
        if (!select.Step()) return null;
        var row = select.Blob(0).ToArray();
        select.Reset();
        var sum = Use(_connection.ConsensusSum);
        if (sum.Step() && row.Length >= Hash256.Size && sum.Blob(0).StartsWith(row.AsSpan(0, Hash256.Size))
            && !sum.Blob(0).SequenceEqual(StoreCodec.SumOfConsensusState(row)))
            throw Damaged("table meta, the row 'consensus', does not add up to its sum");
        sum.Reset();
        return StoreCodec.DecodeConsensusState(row, block);
    }

    public IReadOnlyList<Reorg> GetReorgs(int limit)
    {
        var reorgs = new List<Reorg>();
        var select = Use(_connection.Reorgs).Bind(1, Math.Max(limit, 0));
        while (select.Step()) reorgs.Add(Decode(select.Blob(0), StoreCodec.DecodeReorg, "table reorgs, a row"));
        return reorgs;
    }

    public IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit)
    {
        var log = new List<ChainLogEntry>();
        var select = Use(_connection.Log).Bind(1, fromOffset).Bind(2, Math.Max(limit, 0));
        while (select.Step())
            log.Add(new ChainLogEntry(select.UInt64(0), select.Int64(1) != 0, select.UInt64(3), new Hash256(select.Blob(4)),
                new At(select.Int64(2))));
        return log;
    }

    public byte[]? GetTrieNode(Hash256 hash)
    {
        if (_nodes?.Find(hash) is { } cached) return cached;
        foreach (var id in PlacesOf(Use(_connection.NodePlaces), _waiting.Nodes, IndexKeys.PrefixOf(hash)))
        {
            var select = Use(_connection.Node).Bind(1, id);
            if (!select.Step()) continue;
            var node = select.Blob(0).ToArray();
            select.Reset();
            if (Keccak256.Hash(node) != hash) continue;
            _nodes?.Add(hash, node);
            return node;
        }

        return null;
    }

    public byte[]? GetCode(Hash256 hash)
    {
        var select = Use(_connection.Code).Bind(1, hash.Bytes);
        if (!select.Step()) return null;
        var code = select.Blob(0).ToArray();
        select.Reset();
        return Keccak256.Hash(code) == hash ? code : throw Damaged($"table codes, code {hash}, has another hash");
    }

    /// <summary>The first record in what this reader sees that cannot be right; null where there is none.</summary>
    public string? FindDamage() => new SqliteCheck(_connection.Database, this).FindDamage();

    /// <summary>Copies what this reader sees.</summary>
    public void BackupTo(SqliteDatabase destination, Action<long, long>? progress, CancellationToken cancellation) =>
        _connection.Database.BackupTo(destination, progress, cancellation);

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _connection.End.Run();
        _giveBack(_connection);
    }

    // Memory first, then the transaction: so memory knows all that the transaction sees, unless a flush took it away between.
    private void Begin()
    {
        while (true)
        {
            var flushes = _indexes.Flushes;
            _waiting = _indexes.Views;
            _connection.Begin.Run();
            _ = GetHead();
            if (flushes == _indexes.Flushes) return;
            _connection.End.Run();
        }
    }

    // A statement may have been left within its rows by an error.
    private SqliteStatement Use(SqliteStatement statement)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        statement.Reset();
        return statement;
    }

    // What the table and memory know of a prefix, ascending, each place once.
    private long[] PlacesOf(SqliteStatement select, IndexView waiting, long prefix)
    {
        _places.Clear();
        waiting.CopyTo(prefix, _places);
        select.Bind(1, prefix);
        while (select.Step()) _places.Add(select.Int64(0));
        if (_places.Count > 1) _places.Sort();
        return _places.Count < 2 ? [.. _places] : [.. _places.Distinct()];
    }

    private (long Arrival, long Transactions, BlockStatus Status)? FindArrival(Hash256 hash)
    {
        var select = Use(_connection.ArrivalByHash).Bind(1, hash.Bytes);
        if (!select.Step()) return null;
        var found = (select.Int64(0), select.Int64(1), (BlockStatus)select.Int32(2));
        select.Reset();
        return found;
    }

    private (Hash256 Hash, ulong Number)? FindCanonical(long arrival)
    {
        var select = Use(_connection.BlockByArrival).Bind(1, arrival);
        if (!select.Step()) return null;
        var (hash, number) = (new Hash256(select.Blob(1)), select.UInt64(2));
        select.Reset();
        return CanonicalArrival(number) == arrival ? (hash, number) : null;
    }

    private long? CanonicalArrival(ulong number)
    {
        var select = Use(_connection.CanonicalArrival).Bind(1, number);
        if (!select.Step()) return null;
        var arrival = select.Int64(0);
        select.Reset();
        return arrival;
    }

    private byte[] ReadTransaction(long place)
    {
        var select = Use(_connection.Body).Bind(1, IndexKeys.ArrivalOf(place));
        var record = $"table bodies, row {IndexKeys.ArrivalOf(place)},";
        if (!select.Step()) throw Damaged($"{record} is missing");
        try
        {
            return StoreCodec.TransactionOf(select.Blob(0), select.Blob(1), IndexKeys.PositionOf(place)).ToArray();
        }
        catch (RlpException problem)
        {
            throw Damaged($"{record} cannot be read: {problem.Message}");
        }
        finally
        {
            select.Reset();
        }
    }

    // The first place that is no longer before the cursor. A cursor above the chain's end bounds nothing.
    private long PlaceBefore(AddressCursor? before) =>
        before is { } cursor && CanonicalArrival(cursor.BlockNumber) is { } arrival
            ? IndexKeys.PlaceOf(arrival, Math.Clamp(cursor.Index, 0, IndexKeys.MaxTransactions - 1))
            : long.MaxValue;

    private AddressEntry? EntryAt(long place, Address address)
    {
        if (FindCanonical(IndexKeys.ArrivalOf(place)) is not { } block) return null;
        var position = IndexKeys.PositionOf(place);
        var encoded = ReadTransaction(place);
        var select = Use(_connection.Senders).Bind(1, IndexKeys.ArrivalOf(place));
        if (!select.Step()) throw Damaged($"table senders has none for block {block.Hash}");
        var sender = StoreCodec.SenderOf(select.Blob(0), position);
        select.Reset();
        if (sender != address && Transaction.Decode(encoded).To != address) return null;
        return new AddressEntry(Keccak256.Hash(encoded), block.Hash, block.Number, position);
    }

    // The header vouches for itself by its hash, and for the columns that repeat what it says.
    private (BlockRecord Record, SealedHeader Header) ReadBlockRow(SqliteStatement row, Hash256? asked)
    {
        var hash = new Hash256(row.Blob(1));
        var (order, at, difficulty) = (row.UInt64(0), new At(row.Int64(4)), UInt256.FromBigEndian(row.Blob(6)));
        SealedHeader header;
        try
        {
            header = StoreCodec.DecodeHeader(row.Blob(7), order, at, difficulty);
        }
        catch (RlpException problem)
        {
            throw Damaged($"table blocks, block {hash}, cannot be read: {problem.Message}");
        }

        if (header.Hash != hash || (asked is { } key && key != hash))
            throw Damaged($"table blocks, the header of block {asked ?? hash}, has another hash, {header.Hash}");
        if (header.Number != row.UInt64(2))
            throw Damaged($"table blocks, block {hash}, is kept under the number {row.UInt64(2)} and has {header.Number}");
        if (row.Int64(3) is < 0 or > (long)BlockStatus.Invalid || row.Int64(0) < 0)
            throw Damaged($"table blocks, block {hash}, has the status {row.Int64(3)}");
        return (new BlockRecord(hash, header.Number, header.ParentHash, difficulty, order, at, (BlockStatus)row.Int32(3),
            row.Int32(5)), header);
    }

    private BlockBody DecodeBody(SqliteStatement row, string record)
    {
        try
        {
            return StoreCodec.DecodeBody(row.Blob(0), row.Blob(1));
        }
        catch (RlpException problem)
        {
            throw Damaged($"{record} cannot be read: {problem.Message}");
        }
    }

    private T Decode<T>(ReadOnlySpan<byte> bytes, Func<ReadOnlySpan<byte>, T> decode, string record)
    {
        try
        {
            return decode(bytes);
        }
        catch (RlpException problem)
        {
            throw Damaged($"{record} cannot be read: {problem.Message}");
        }
    }

    private StoreException Damaged(string what) => StoreGuard.Damaged(_connection.Database.Path, what);
}
