using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// Whether the tables of the deferred indexes say where things are: each entry must lead to a row with its key, and what was
/// indexed must have its entries. Rows that wait for the next flush, and nodes that a sweep left behind, need none.
/// </summary>
internal static class SqliteIndexCheck
{
    public static void Run(SqliteDatabase database)
    {
        Nodes(database);
        Steps(database);
        Transactions(database);
    }

    private static void Nodes(SqliteDatabase database)
    {
        using var rows = database.Prepare("SELECT i.prefix, i.place, n.node FROM node_index i LEFT JOIN nodes n ON n.id=i.place");
        while (rows.Step())
        {
            var sound = IndexKeys.PrefixOf(Keccak256.Hash(rows.Blob(2))) == rows.Int64(0);
            SqliteCheck.Require(sound, $"row {rows.Int64(1)} of table nodes",
                $"is not the trie node 0x{rows.Int64(0):x16}… that table node_index says it is");
        }
    }

    private static void Steps(SqliteDatabase database)
    {
        var mark = SqliteIndexTables.MarkOf(database, SqliteIndexTables.StepMark);
        var entries = 0L;
        using var rows = database.Prepare("SELECT i.prefix, i.place, s.hash FROM step_index i LEFT JOIN steps s ON s.id=i.place");
        while (rows.Step())
        {
            var sound = rows.Blob(2).Length == Hash256.Size && IndexKeys.PrefixOf(new Hash256(rows.Blob(2))) == rows.Int64(0);
            SqliteCheck.Require(sound, $"row {rows.Int64(1)} of table steps",
                $"is not of transaction 0x{rows.Int64(0):x16}… as table step_index says");
            if (rows.Int64(1) <= mark) entries++;
        }

        using var indexed = database.Prepare("SELECT count(*) FROM steps WHERE id<=?").Bind(1, mark);
        indexed.Step();
        SqliteCheck.Require(entries == indexed.Int64(0), "table step_index",
            $"has {entries} entries for {indexed.Int64(0)} steps");
    }

    private static void Transactions(SqliteDatabase database)
    {
        var (byHash, byAddress) = (Entries(database, "transaction_index"), Entries(database, "address_index"));
        var waiting = Entries(database, "unindexed_blocks", "SELECT arrival, 0 FROM unindexed_blocks")
            .Select(entry => entry.First).ToHashSet();
        using var rows = database.Prepare("SELECT s.arrival, b.body, s.senders, b.sidecar FROM senders s LEFT JOIN bodies b ON "
            + "b.arrival=s.arrival");
        while (rows.Step())
        {
            var arrival = rows.Int64(0);
            var isWaiting = waiting.Contains(arrival);
            SqliteCheck.Record($"row {arrival} of table senders", () =>
            {
                var transactions = StoreCodec.DecodeBody(rows.Blob(1), rows.Blob(3)).Transactions;
                var senders = StoreCodec.DecodeSenders(rows.Blob(2));
                for (var i = 0; i < transactions.Count; i++)
                {
                    var place = IndexKeys.PlaceOf(arrival, i);
                    Take(byHash, "transaction_index", IndexKeys.PrefixOf(transactions[i].Hash), place, isWaiting);
                    var sender = IndexKeys.PrefixOf(senders[i]);
                    Take(byAddress, "address_index", sender, place, isWaiting);
                    if (transactions[i].To is { } to && IndexKeys.PrefixOf(to) is var recipient && recipient != sender)
                        Take(byAddress, "address_index", recipient, place, isWaiting);
                }
            });
        }

        RequireNone(byHash, "transaction_index");
        RequireNone(byAddress, "address_index");
    }

    private static HashSet<(long First, long Second)> Entries(SqliteDatabase database, string table, string? select = null)
    {
        var entries = new HashSet<(long, long)>();
        using var rows = database.Prepare(select ?? $"SELECT prefix, place FROM {table}");
        while (rows.Step()) entries.Add((rows.Int64(0), rows.Int64(1)));
        return entries;
    }

    private static void Take(HashSet<(long First, long Second)> entries, string table, long prefix, long place, bool isWaiting) =>
        SqliteCheck.Require(entries.Remove((prefix, place)) || isWaiting, $"table {table}",
            $"lacks the entry 0x{prefix:x16}… of transaction {IndexKeys.PositionOf(place)} in the block that arrived as number "
                + $"{IndexKeys.ArrivalOf(place)}");

    private static void RequireNone(HashSet<(long First, long Second)> rest, string table)
    {
        foreach (var (prefix, place) in rest.Order().Take(1))
            throw new RecordException($"table {table}, its entry 0x{prefix:x16}…, leads to place {place}, where nothing has "
                + $"that key");
    }
}
