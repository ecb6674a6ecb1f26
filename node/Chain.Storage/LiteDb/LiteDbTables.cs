using System.Buffers.Binary;
using Chain.Node;
using Chain.Primitives;
using LiteDB;

namespace Chain.Storage;

/// <summary>
/// The collections of a LiteDB store and how they are read. All calls run in the transaction of the calling thread, which is
/// how LiteDB ties a view to a thread.
/// </summary>
internal sealed class LiteDbTables : IChainReader
{
    private static readonly string[] Names = ["meta", "blocks", "bodies", "receipts", "senders", "canonical", "log", "reorgs",
        "steps", "nodes", "codes", "transactions", "addresses"];

    public LiteDbTables(LiteDatabase database)
    {
        Database = database;
        (Meta, Blocks, Bodies, Receipts, Senders, Canonical) =
            (Get("meta"), Get("blocks"), Get("bodies"), Get("receipts"), Get("senders"), Get("canonical"));
        (Log, Reorgs, Steps, Nodes, Codes, Transactions, Addresses) =
            (Get("log"), Get("reorgs"), Get("steps"), Get("nodes"), Get("codes"), Get("transactions"), Get("addresses"));
        ILiteCollection<BsonDocument> Get(string name) => database.GetCollection(name);
    }

    public LiteDatabase Database { get; }

    /// <summary>By name: value.</summary>
    public ILiteCollection<BsonDocument> Meta { get; }

    /// <summary>By arrival: hash, number, status, arrived, count, difficulty, header.</summary>
    public ILiteCollection<BsonDocument> Blocks { get; }

    /// <summary>By arrival: body, sidecar.</summary>
    public ILiteCollection<BsonDocument> Bodies { get; }

    public ILiteCollection<BsonDocument> Receipts { get; }

    public ILiteCollection<BsonDocument> Senders { get; }

    /// <summary>By number: arrival.</summary>
    public ILiteCollection<BsonDocument> Canonical { get; }

    public ILiteCollection<BsonDocument> Log { get; }

    public ILiteCollection<BsonDocument> Reorgs { get; }

    public ILiteCollection<BsonDocument> Steps { get; }

    /// <summary>By hash: value, and the batch that brought it last.</summary>
    public ILiteCollection<BsonDocument> Nodes { get; }

    public ILiteCollection<BsonDocument> Codes { get; }

    /// <summary>Canonical transactions by hash: arrival, index.</summary>
    public ILiteCollection<BsonDocument> Transactions { get; }

    /// <summary>Canonical transactions by address, number and index: transaction hash.</summary>
    public ILiteCollection<BsonDocument> Addresses { get; }

    /// <summary>Fixes what every collection looks like to this thread's transaction.</summary>
    public void Pin()
    {
        foreach (var name in Names) Database.GetCollection(name).Exists(Query.All());
    }

    public void EnsureIndexes()
    {
        Blocks.EnsureIndex("hash", unique: true);
        Blocks.EnsureIndex("number");
        Steps.EnsureIndex("hash");
    }

    /// <summary>Address, number and index, so that the history of an address is one range in order.</summary>
    public static byte[] HistoryKey(Address address, ulong number, int index)
    {
        var key = new byte[Address.Size + 12];
        address.Bytes.CopyTo(key);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(Address.Size), number);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(Address.Size + 8), index);
        return key;
    }

    public HeadRecord? GetHead() => Meta.FindById("head") is { } head ? StoreCodec.DecodeHead(head["value"].AsBinary) : null;

    public byte[]? GetConsensusState(Hash256 block) =>
        Meta.FindById("consensus") is { } kept ? StoreCodec.DecodeConsensusState(kept["value"].AsBinary, block) : null;

    public BlockRecord? GetBlockRecord(Hash256 hash) => FindBlock(hash) is { } block ? ToRecord(block) : null;

    public SealedHeader? GetHeader(Hash256 hash) => FindBlock(hash) is { } block ? ToHeader(block) : null;

    public Block? GetBlock(Hash256 hash)
    {
        if (FindBlock(hash) is not { } block) return null;
        var header = ToHeader(block);
        return Bodies.FindById(block["_id"]) is { } body
            ? new Block(header, StoreCodec.DecodeBody(body["body"].AsBinary, body["sidecar"].AsBinary), body["sidecar"].AsBinary)
            : new Block(header, BlockBody.Empty, ReadOnlyMemory<byte>.Empty);
    }

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash) =>
        FindBlock(blockHash) is not { } block ? null
        : Receipts.FindById(block["_id"]) is { } found ? StoreCodec.DecodeReceipts(found["value"].AsBinary)
        : block["count"].AsInt32 == 0 && (BlockStatus)block["status"].AsInt32 == BlockStatus.Executed ? [] : null;

    public IReadOnlyList<Address>? GetSenders(Hash256 blockHash) =>
        FindBlock(blockHash) is not { } block ? null
        : block["count"].AsInt32 == 0 ? []
        : Senders.FindById(block["_id"]) is { } found ? StoreCodec.DecodeSenders(found["value"].AsBinary) : null;

    public Hash256? GetCanonicalHash(ulong number) =>
        number <= long.MaxValue && Canonical.FindById((long)number) is { } found
        ? new Hash256(Blocks.FindById(found["arrival"])["hash"].AsBinary)
        : null;

    public IReadOnlyList<BlockRecord> GetBlocksAt(ulong number) =>
        number > long.MaxValue
        ? []
        : [.. Blocks.Find(Query.EQ("number", (long)number)).Select(ToRecord).OrderBy(record => record.ArrivalOrder)];

    public TransactionLocation? GetTransactionLocation(Hash256 transactionHash)
    {
        if (Transactions.FindById(transactionHash.ToArray()) is not { } found) return null;
        var block = Blocks.FindById(found["arrival"]);
        return new TransactionLocation(new Hash256(block["hash"].AsBinary), (ulong)block["number"].AsInt64,
            found["index"].AsInt32);
    }

    public IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash) =>
        [.. Steps.Find(Query.EQ("hash", transactionHash.ToArray())).OrderBy(step => step["_id"].AsInt64).Select(step =>
            StoreCodec.DecodeStep(step["value"].AsBinary, transactionHash.Bytes))];

    public IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit)
    {
        var first = HistoryKey(address, 0, 0);
        var last = HistoryKey(address, before?.BlockNumber ?? ulong.MaxValue, before?.Index ?? int.MaxValue);
        var query = Query.All("_id", Query.Descending);
        query.Where.Add(Query.GTE("_id", first));
        query.Where.Add(Query.LT("_id", last));
        query.Limit = Math.Max(limit, 0);
        return limit <= 0 ? [] : [.. Addresses.Find(query).Select(ToEntry)];
    }

    public IReadOnlyList<Reorg> GetReorgs(int limit) =>
        limit <= 0
        ? []
        : [.. Reorgs.Find(Query.All("_id", Query.Descending),
            limit: limit).Select(found => StoreCodec.DecodeReorg(found["value"].AsBinary))];

    public IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit) =>
        limit <= 0 || fromOffset > long.MaxValue
        ? []
        : [.. Log.Find(Query.GTE("_id", (long)fromOffset),
            limit: limit).OrderBy(entry => entry["_id"].AsInt64).Select(ToLogEntry)];

    public byte[]? GetTrieNode(Hash256 hash) => Content(Nodes, hash);

    public byte[]? GetCode(Hash256 hash) => Content(Codes, hash);

    public BsonDocument? FindBlock(Hash256 hash) => Blocks.FindOne(Query.EQ("hash", hash.ToArray()));

    private static BlockRecord ToRecord(BsonDocument block) => new(
        new Hash256(block["hash"].AsBinary),
        (ulong)block["number"].AsInt64,
        ToHeader(block).ParentHash,
        UInt256.FromBigEndian(block["difficulty"].AsBinary),
        (ulong)block["_id"].AsInt64,
        new At(block["arrived"].AsInt64),
        (BlockStatus)block["status"].AsInt32,
        block["count"].AsInt32);

    private static SealedHeader ToHeader(BsonDocument block)
    {
        var header = StoreCodec.DecodeHeader(
            block["header"].AsBinary, (ulong)block["_id"].AsInt64, new At(block["arrived"].AsInt64),
            UInt256.FromBigEndian(block["difficulty"].AsBinary));
        return header.Hash.Bytes.SequenceEqual(block["hash"].AsBinary)
            ? header
            : throw new RlpException($"the header of block {new Hash256(block["hash"].AsBinary)} has another hash, "
                + $"{header.Hash}");
    }

    private static byte[]? Content(ILiteCollection<BsonDocument> items, Hash256 hash)
    {
        if (items.FindById(hash.ToArray())?["value"].AsBinary is not { } bytes) return null;
        return Keccak256.Hash(bytes) == hash ? bytes : throw new RlpException($"what is kept under {hash} has another hash");
    }

    private ChainLogEntry ToLogEntry(BsonDocument entry)
    {
        var block = Blocks.FindById(entry["arrival"]);
        return new ChainLogEntry((ulong)entry["_id"].AsInt64, entry["added"].AsBoolean, (ulong)block["number"].AsInt64,
            new Hash256(block["hash"].AsBinary), new At(entry["at"].AsInt64));
    }

    private AddressEntry ToEntry(BsonDocument entry)
    {
        var key = entry["_id"].AsBinary;
        var number = BinaryPrimitives.ReadUInt64BigEndian(key.AsSpan(Address.Size));
        return new AddressEntry(new Hash256(entry["hash"].AsBinary), GetCanonicalHash(number)!.Value, number,
            BinaryPrimitives.ReadInt32BigEndian(key.AsSpan(Address.Size + 8)));
    }
}
