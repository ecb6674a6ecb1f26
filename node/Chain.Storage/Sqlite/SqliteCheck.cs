using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// Goes through all of a database and tells the first record that cannot be right: what SQLite itself finds wrong, content that
/// does not have the hash it is kept under, rows and indexes that disagree. Takes some microseconds a row.
/// </summary>
/// <param name="database">Within one read transaction.</param>
/// <param name="reader">Reads in the same transaction.</param>
internal sealed class SqliteCheck(SqliteDatabase database, IChainReader reader)
{
    private readonly Dictionary<Hash256, UInt256> _difficulties = [];
    private HeadRecord? _head;

    /// <summary>The damaged record and what is wrong with it; null where nothing is.</summary>
    public string? FindDamage()
    {
        try
        {
            Structure();
            Head();
            Blocks();
            CanonicalChain();
            Log();
            Histories();
            StateOfHead();
            SqliteIndexCheck.Run(database);
            return null;
        }
        catch (RecordException problem)
        {
            return problem.Message;
        }
        catch (StoreException problem) when (problem.Failure == StoreFailure.Corrupt)
        {
            return problem.Message;
        }
    }

    /// <summary>Runs a check of one record; whatever its bytes throw is its damage.</summary>
    internal static void Record(string record, Action check)
    {
        try
        {
            check();
        }
        catch (Exception problem) when (problem is not RecordException && StoreGuard.IsOfContent(problem))
        {
            throw new RecordException($"{record} cannot be read: {problem.Message}");
        }
    }

    internal static void Require(bool sound, string record, string why)
    {
        if (!sound) throw new RecordException($"{record} {why}");
    }

    private void Structure()
    {
        using var check = database.Prepare("PRAGMA integrity_check(1)");
        if (check.Step() && check.Blob(0) is var said && !said.SequenceEqual("ok"u8))
            throw new RecordException($"its structure: {System.Text.Encoding.UTF8.GetString(said)}");
    }

    private void Head()
    {
        Record("the row 'head' of table meta", () => _head = reader.GetHead());
        if (_head is not { } head) return;
        var arrivals = database.QueryInt64("SELECT max(arrival) FROM blocks");
        Require((long)head.NextArrivalOrder > arrivals, "the row 'head' of table meta",
            $"gives the next block the number {head.NextArrivalOrder}, which is taken");
        Require((long)head.NextLogOffset > database.QueryInt64("SELECT max(offset) FROM chain_log"),
            "the row 'head' of table meta", $"gives the log the offset {head.NextLogOffset}, which is taken");
        Require(reader.GetHeader(head.Finalized) is not null, "the row 'head' of table meta",
            $"names {head.Finalized} as finalized, which is not here");
        Record("the row 'consensus' of table meta", () => reader.GetConsensusState(head.Finalized));
    }

    // A header vouches for its body and receipts by their roots; a child arrives after its parent.
    private void Blocks()
    {
        using var rows = database.Prepare("SELECT hash, arrival FROM blocks ORDER BY arrival");
        while (rows.Step())
        {
            var hash = default(Hash256);
            var arrival = rows.Int64(1);
            Record($"row {arrival} of table blocks", () => hash = new Hash256(rows.Blob(0)));
            var name = $"row {arrival} of table blocks (block {hash})";
            Record(name, () =>
            {
                var record = reader.GetBlockRecord(hash);
                var block = reader.GetBlock(hash);
                Require(record is not null && block is not null, name, "is not found by its hash");
                _difficulties[hash] = record!.TotalDifficulty;
                if (_difficulties.TryGetValue(record.ParentHash, out var parent))
                    Require(record.TotalDifficulty == parent + block!.Header.Header.Difficulty, name,
                        $"has the total difficulty {record.TotalDifficulty}, which is not its parent's and its own");
                Require(record.TransactionCount == block!.Body.Transactions.Count, name,
                    $"counts {record.TransactionCount} transactions, its body has {block.Body.Transactions.Count}");
                reader.GetReceipts(hash);
                if (reader.GetSenders(hash) is { } senders)
                    Require(senders.Count == record.TransactionCount, $"table senders, the senders of block {hash},",
                        $"are {senders.Count} for {record.TransactionCount} transactions");
            });
        }
    }

    private void CanonicalChain()
    {
        if (_head is not { } head) return;
        using var rows = database.Prepare("SELECT c.number, b.hash FROM canonical c LEFT JOIN blocks b ON b.arrival=c.arrival "
            + "ORDER BY c.number");
        SealedHeader? last = null;
        while (rows.Step())
        {
            var name = $"row {rows.UInt64(0)} of table canonical";
            Require(!rows.Blob(1).IsEmpty, name, "points to no block");
            var header = reader.GetHeader(new Hash256(rows.Blob(1)))!;
            Require(header.Number == rows.UInt64(0), name, $"points to block {header.Number}");
            Require(last is null || (header.ParentHash == last.Hash && header.Number == last.Number + 1), name,
                $"does not follow the one before, {last?.Number} {last?.Hash}");
            Require(reader.GetBlockRecord(header.Hash) is { Status: BlockStatus.Executed },
                $"the row of block {header.Hash} in table blocks", "says that the canonical block was not executed");
            Require(reader.GetReceipts(header.Hash) is not null, $"table receipts, the receipts of block {header.Hash},",
                "are missing");
            last = header;
        }

        Require(last?.Hash == head.Head, "the row 'head' of table meta",
            $"names {head.Head}, but table canonical ends at block {last?.Number} {last?.Hash}");
    }

    private void Log()
    {
        using var rows = database.Prepare("SELECT l.offset, l.added, b.hash FROM chain_log l LEFT JOIN blocks b ON "
            + "b.arrival=l.arrival ORDER BY l.offset");
        var (added, removed) = (0L, 0L);
        while (rows.Step())
        {
            var name = $"row {rows.Int64(0)} of table chain_log";
            Require(!rows.Blob(2).IsEmpty, name, "points to no block");
            Require(rows.Int64(1) is 0 or 1, name, $"says neither added nor removed but {rows.Int64(1)}");
            if (rows.Int64(1) == 1) added++;
            else removed++;
        }

        var canonical = database.QueryInt64("SELECT count(*) FROM canonical");
        Require(added - removed == canonical, "table chain_log",
            $"adds {added} blocks and removes {removed}, but the canonical chain has {canonical}");
    }

    private void Histories()
    {
        using var reorgs = database.Prepare("SELECT id, reorg FROM reorgs");
        while (reorgs.Step()) Record($"row {reorgs.Int64(0)} of table reorgs", () => StoreCodec.DecodeReorg(reorgs.Blob(1)));
        using var steps = database.Prepare("SELECT id, step, hash FROM steps");
        while (steps.Step())
            Record($"row {steps.Int64(0)} of table steps", () => StoreCodec.DecodeStep(steps.Blob(1), steps.Blob(2)));
        using var codes = database.Prepare("SELECT id, hash, code FROM codes");
        while (codes.Step())
            Require(Keccak256.Hash(codes.Blob(2)).Bytes.SequenceEqual(codes.Blob(1)), $"row {codes.Int64(0)} of table codes",
                "has another hash than it is kept under");
    }

    // Other states may have been pruned; a head's root that is missing is worked out again from the states before it.
    private void StateOfHead()
    {
        if (_head is not { } head || reader.GetHeader(head.Head) is not { } header) return;
        var root = header.Header.StateRoot;
        if (root == BlockHeader.EmptyTrieRoot || reader.GetTrieNode(root) is null) return;
        try
        {
            foreach (var _ in StateWalker.ReachableNodes(reader, root))
            {
            }
        }
        catch (MissingStateException problem)
        {
            throw new RecordException($"table nodes, the state of block {header.Number} {header.Hash}, is not complete: "
                + $"{problem.Message.TrimEnd('.')}");
        }
    }
}

/// <summary>A record that cannot be right.</summary>
internal sealed class RecordException(string message) : Exception(message);
