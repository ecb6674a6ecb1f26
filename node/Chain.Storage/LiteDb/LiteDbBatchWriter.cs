using Chain.Node;
using Chain.Primitives;
using LiteDB;

namespace Chain.Storage;

/// <summary>Writes batches to the collections, in the transaction of the calling thread.</summary>
internal sealed class LiteDbBatchWriter(LiteDbTables tables)
{
    private readonly Dictionary<Hash256, long> _arrivals = [];

    /// <summary>Batches written so far; what a batch brings to the state carries its number.</summary>
    public long Batches => tables.Meta.FindById("batches") is { } found ? found["value"].AsInt64 : 0;

    public void Write(StoreBatch batch)
    {
        _arrivals.Clear();
        WriteBlocks(batch);
        var tip = Tip();
        foreach (var change in batch.Canonical) tip = Write(change, tip);
        StoreRules.RequireHeadAtTip(batch.Head, tip);
        var number = Batches;
        Put(tables.Nodes, batch.TrieNodes, number);
        Put(tables.Codes, batch.Codes, number);
        WriteSteps(batch);
        var reorg = tables.Reorgs.LongCount();
        foreach (var item in batch.Reorgs)
            tables.Reorgs.Insert(new BsonDocument { ["_id"] = ++reorg, ["value"] = StoreCodec.EncodeReorg(item) });
        if (batch.ConsensusState is { } kept)
            tables.Meta.Upsert(new BsonDocument
            {
                ["_id"] = "consensus",
                ["value"] = StoreCodec.EncodeConsensusState(kept.Block, kept.State),
            });
        if (batch.Head is { } head)
            tables.Meta.Upsert(new BsonDocument { ["_id"] = "head", ["value"] = StoreCodec.EncodeHead(head) });
        tables.Meta.Upsert(new BsonDocument { ["_id"] = "batches", ["value"] = number + 1 });
    }

    private void WriteBlocks(StoreBatch batch)
    {
        var difficulty = new byte[32];
        foreach (var (block, record) in batch.Blocks)
        {
            StoreRules.RequireMatch(block, record);
            if (tables.FindBlock(block.Hash) is not null) throw StoreRules.AlreadyStored(block.Hash);
            var arrival = checked((long)record.ArrivalOrder);
            record.TotalDifficulty.WriteBigEndian(difficulty);
            tables.Blocks.Insert(new BsonDocument
            {
                ["_id"] = arrival,
                ["hash"] = block.Hash.ToArray(),
                ["number"] = checked((long)block.Number),
                ["status"] = (int)record.Status,
                ["arrived"] = record.ArrivedAt.UnixMs,
                ["count"] = record.TransactionCount,
                ["difficulty"] = difficulty.ToArray(),
                ["header"] = StoreCodec.EncodeHeader(block.Header.Header, record),
            });
            _arrivals[block.Hash] = arrival;
            if (block.Body.Transactions.Count == 0 && block.Body.Withdrawals is null && block.Sidecar.IsEmpty) continue;
            tables.Bodies.Insert(new BsonDocument
            {
                ["_id"] = arrival,
                ["body"] = StoreCodec.EncodeBody(block.Body, block.Sidecar.Span),
                ["sidecar"] = block.Sidecar.ToArray(),
            });
        }

        foreach (var (hash, status) in batch.Statuses)
        {
            var block = tables.FindBlock(hash) ?? throw StoreRules.NotStored(hash);
            block["status"] = (int)status;
            tables.Blocks.Update(block);
        }

        foreach (var (hash, receipts) in batch.Receipts)
        {
            var arrival = ArrivalOf(hash);
            if (receipts.Count > 0)
                tables.Receipts.Upsert(new BsonDocument { ["_id"] = arrival, ["value"] = StoreCodec.EncodeReceipts(receipts) });
        }
    }

    private Hash256? Write(CanonicalChange change, Hash256? tip)
    {
        var block = change.Block;
        var arrival = ArrivalOf(block.Hash);
        if (tables.Log.FindOne(Query.All("_id", Query.Descending)) is { } last)
            StoreRules.RequireAfter(change, (ulong)last["_id"].AsInt64);
        tables.Log.Insert(new BsonDocument
        {
            ["_id"] = checked((long)change.LogOffset),
            ["arrival"] = arrival,
            ["added"] = change.Added,
            ["at"] = change.At.UnixMs,
        });
        if (change.Added)
        {
            StoreRules.RequireOnTip(change, tip);
            tables.Canonical.Insert(new BsonDocument { ["_id"] = (long)block.Number, ["arrival"] = arrival });
            if (change.Senders.Count > 0)
                tables.Senders.Upsert(new BsonDocument
                {
                    ["_id"] = arrival,
                    ["value"] = StoreCodec.EncodeSenders(change.Senders),
                });
            Index(change, arrival);
            return block.Hash;
        }

        StoreRules.RequireIsTip(change, tip);
        tables.Canonical.Delete((long)block.Number);
        Unindex(change);
        return Tip();
    }

    private void Index(CanonicalChange change, long arrival)
    {
        for (var i = 0; i < change.Senders.Count; i++)
        {
            var transaction = change.Block.Body.Transactions[i];
            tables.Transactions.Insert(new BsonDocument
            {
                ["_id"] = transaction.Hash.ToArray(),
                ["arrival"] = arrival,
                ["index"] = i,
            });
            foreach (var key in HistoryKeys(change, i))
                tables.Addresses.Insert(new BsonDocument { ["_id"] = key, ["hash"] = transaction.Hash.ToArray() });
        }
    }

    private void Unindex(CanonicalChange change)
    {
        for (var i = 0; i < change.Senders.Count; i++)
        {
            tables.Transactions.Delete(change.Block.Body.Transactions[i].Hash.ToArray());
            foreach (var key in HistoryKeys(change, i)) tables.Addresses.Delete(key);
        }
    }

    private static IEnumerable<byte[]> HistoryKeys(CanonicalChange change, int index)
    {
        yield return LiteDbTables.HistoryKey(change.Senders[index], change.Block.Number, index);
        if (change.Block.Body.Transactions[index].To is { } to && to != change.Senders[index])
            yield return LiteDbTables.HistoryKey(to, change.Block.Number, index);
    }

    private void WriteSteps(StoreBatch batch)
    {
        if (batch.TransactionSteps.Count == 0) return;
        var last = tables.Steps.FindOne(Query.All("_id", Query.Descending)) is { } found ? found["_id"].AsInt64 : 0;
        foreach (var (hash, step) in batch.TransactionSteps)
            tables.Steps.Insert(new BsonDocument
            {
                ["_id"] = ++last,
                ["hash"] = hash.ToArray(),
                ["value"] = StoreCodec.EncodeStep(hash, step),
            });
    }

    private static void Put(ILiteCollection<BsonDocument> collection, List<KeyValuePair<Hash256, byte[]>> items, long batch)
    {
        foreach (var (hash, bytes) in items)
            collection.Upsert(new BsonDocument { ["_id"] = hash.ToArray(), ["value"] = bytes, ["batch"] = batch });
    }

    private long ArrivalOf(Hash256 hash)
    {
        if (!_arrivals.TryGetValue(hash, out var arrival))
        {
            arrival = (tables.FindBlock(hash) ?? throw StoreRules.NotStored(hash))["_id"].AsInt64;
            _arrivals[hash] = arrival;
        }

        return arrival;
    }

    private Hash256? Tip() =>
        tables.Canonical.FindOne(Query.All("_id", Query.Descending)) is { } last
        ? new Hash256(tables.Blocks.FindById(last["arrival"])["hash"].AsBinary)
        : null;
}
