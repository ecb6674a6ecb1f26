using Chain.Primitives;

namespace Chain.Storage;

/// <summary>Moves the deferred indexes to their tables, and finds again after a crash what had not got there.</summary>
internal static class SqliteIndexTables
{
    /// <summary>The last trie node whose entry is in the table.</summary>
    public const string NodeMark = "indexed_node";

    /// <summary>The last transaction step whose entry is in the table.</summary>
    public const string StepMark = "indexed_step";

    public static long MarkOf(SqliteDatabase database, string mark) =>
        database.QueryInt64($"SELECT value FROM meta WHERE key='{mark}'");

    /// <summary>Adds the entries of a block's transactions: each by its hash, by its sender and by its recipient.</summary>
    public static void AddBlock(DeferredIndexes indexes, long arrival, IReadOnlyList<Transaction> transactions,
        IReadOnlyList<Address> senders)
    {
        for (var i = 0; i < transactions.Count; i++)
        {
            var place = IndexKeys.PlaceOf(arrival, i);
            indexes.Transactions.Current.Add(IndexKeys.PrefixOf(transactions[i].Hash), place);
            indexes.Addresses.Current.Add(IndexKeys.PrefixOf(senders[i]), place);
            if (transactions[i].To is { } to && to != senders[i]) indexes.Addresses.Current.Add(IndexKeys.PrefixOf(to), place);
        }
    }

    /// <summary>
    /// Fills the indexes with what a process before this one did not write to the tables. Returns the blocks concerned.
    /// </summary>
    public static List<long> Recover(SqliteDatabase database, DeferredIndexes indexes)
    {
        using (var nodes = database.Prepare("SELECT id, node FROM nodes WHERE id>?").Bind(1, MarkOf(database, NodeMark)))
        {
            while (nodes.Step()) indexes.Nodes.Current.Add(IndexKeys.PrefixOf(Keccak256.Hash(nodes.Blob(1))), nodes.Int64(0));
        }

        using (var steps = database.Prepare("SELECT id, hash FROM steps WHERE id>?").Bind(1, MarkOf(database, StepMark)))
        {
            while (steps.Step()) indexes.Steps.Current.Add(IndexKeys.PrefixOf(new Hash256(steps.Blob(1))), steps.Int64(0));
        }

        var arrivals = new List<long>();
        using var blocks = database.Prepare("SELECT u.arrival, b.body, s.senders, b.sidecar FROM unindexed_blocks u JOIN "
            + "bodies b ON b.arrival=u.arrival JOIN senders s ON s.arrival=u.arrival ORDER BY u.arrival");
        while (blocks.Step())
        {
            arrivals.Add(blocks.Int64(0));
            AddBlock(indexes, blocks.Int64(0), StoreCodec.DecodeBody(blocks.Blob(1), blocks.Blob(3)).Transactions,
                StoreCodec.DecodeSenders(blocks.Blob(2)));
        }

        return arrivals;
    }
}
