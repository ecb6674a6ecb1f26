using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// Forgets states by mark and sweep. Nodes are numbered as they are written, so what is committed after the start has higher
/// numbers and is not looked at. Entries of the index go before the rows they point to: a sweep that ends early leaves rows
/// that nothing points to, which the next one finds.
/// </summary>
/// <param name="lastNode">The last node, and <paramref name="lastCode"/> the last code, that was there at the start.</param>
internal sealed class SqlitePruning(SqliteMaintenance maintenance, string path, long lastNode, long lastCode,
    CancellationToken cancellation)
{
    private const int RowsPerPiece = 1024;
    private const int ReadsPerTransaction = 4096;

    /// <summary>Sweeps all that is not marked.</summary>
    /// <returns>How many nodes were removed.</returns>
    public long Sweep(MarkedState kept)
    {
        using var reader = new SqliteDatabase(path, readOnly: true);
        var dead = FindDead(reader, kept);
        if (dead.Count > 0)
        {
            SweepIndex(reader, dead);
            foreach (var piece in dead.Ascending().Chunk(RowsPerPiece)) Delete(maintenance.DeleteNode, piece);
        }

        foreach (var piece in DeadCodes(reader, kept).Chunk(RowsPerPiece)) Delete(maintenance.DeleteCode, piece);
        return dead.Count;
    }

    // A node that was written twice is kept once.
    private NumberSet FindDead(SqliteDatabase reader, MarkedState kept)
    {
        var dead = new NumberSet();
        using var nodes =
            reader.Prepare($"SELECT id, node FROM nodes WHERE id>? AND id<=? ORDER BY id LIMIT {ReadsPerTransaction}");
        long id = 0;
        for (var rows = 1; rows > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            nodes.Bind(1, id).Bind(2, lastNode);
            for (rows = 0; nodes.Step(); rows++)
            {
                id = nodes.Int64(0);
                if (!kept.Nodes.Remove(Keccak256.Hash(nodes.Blob(1)))) dead.Add(id);
            }
        }

        return dead;
    }

    private void SweepIndex(SqliteDatabase reader, NumberSet dead)
    {
        var doomed = new List<(long Prefix, long Place)>();
        using var entries = reader.Prepare($"SELECT prefix, place FROM node_index WHERE (prefix, place) > (?, ?) ORDER BY "
            + $"prefix, place LIMIT {ReadsPerTransaction}");
        var (prefix, place) = (long.MinValue, long.MinValue);
        for (var rows = 1; rows > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            entries.Bind(1, prefix).Bind(2, place);
            for (rows = 0; entries.Step(); rows++)
            {
                (prefix, place) = (entries.Int64(0), entries.Int64(1));
                if (dead.Contains(place)) doomed.Add((prefix, place));
            }

            if (doomed.Count < RowsPerPiece && rows > 0) continue;
            maintenance.WritePiece(
                () =>
                {
                    foreach (var entry in doomed) maintenance.DeleteNodeEntry.Bind(1, entry.Prefix).Bind(2, entry.Place).Run();
                },
                cancellation);
            doomed.Clear();
        }
    }

    private List<long> DeadCodes(SqliteDatabase reader, MarkedState kept)
    {
        var dead = new List<long>();
        using var codes = reader.Prepare("SELECT id, hash FROM codes WHERE id<=?").Bind(1, lastCode);
        while (codes.Step())
        {
            if (!kept.Codes.Contains(new Hash256(codes.Blob(1)))) dead.Add(codes.Int64(0));
        }

        return dead;
    }

    private void Delete(SqliteStatement delete, long[] ids) => maintenance.WritePiece(
        () =>
        {
            foreach (var id in ids) delete.Bind(1, id).Run();
        },
        cancellation);

    /// <summary>Reads states for the mark without holding one read transaction over all of it.</summary>
    internal sealed class Walker(SqliteChainReader reader) : IStateReader
    {
        private int _reads;

        public byte[]? GetTrieNode(Hash256 hash)
        {
            if (++_reads % ReadsPerTransaction == 0) reader.Refresh();
            return reader.GetTrieNode(hash);
        }

        public byte[]? GetCode(Hash256 hash) => reader.GetCode(hash);
    }
}
