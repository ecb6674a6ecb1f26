using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Reads one immutable set of tables.</summary>
public abstract class InMemoryChainReader : IChainReader
{
    private protected InMemoryChainReader()
    {
    }

    private protected abstract InMemoryTables Tables { get; }

    public HeadRecord? GetHead() => Tables.Head;

    public BlockRecord? GetBlockRecord(Hash256 hash) => Find(hash)?.Record;

    public SealedHeader? GetHeader(Hash256 hash) => Find(hash)?.Block.Header;

    public Block? GetBlock(Hash256 hash) => Find(hash)?.Block;

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash) =>
        Find(blockHash) is not { } found ? null
        : found.Receipts is not null ? found.Receipts
        : found.Record is { Status: BlockStatus.Executed, TransactionCount: 0 } ? [] : null;

    public IReadOnlyList<Address>? GetSenders(Hash256 blockHash) =>
        Find(blockHash) is not { } found ? null : found.Record.TransactionCount == 0 ? [] : found.Senders;

    public Hash256? GetCanonicalHash(ulong number) => Tables.Canonical.TryGetValue(number, out var hash) ? hash : null;

    public IReadOnlyList<BlockRecord> GetBlocksAt(ulong number)
    {
        var tables = Tables;
        return tables.ByNumber.TryGetValue(number, out var hashes) ? [.. hashes.Select(hash => tables.Blocks[hash].Record)] : [];
    }

    public TransactionLocation? GetTransactionLocation(Hash256 transactionHash) =>
        Tables.Locations.GetValueOrDefault(transactionHash);

    public IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash) =>
        Tables.Steps.GetValueOrDefault(transactionHash) ?? [];

    public IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit)
    {
        if (!Tables.History.TryGetValue(address, out var entries)) return [];
        var page = new List<AddressEntry>();
        for (var i = entries.Count - 1; i >= 0 && page.Count < limit; i--)
        {
            var entry = entries[i];
            if (before is { } cursor && (entry.BlockNumber, entry.Index).CompareTo((cursor.BlockNumber, cursor.Index)) >= 0)
                continue;
            page.Add(entry);
        }

        return page;
    }

    public byte[]? GetConsensusState(Hash256 block) =>
        Tables.ConsensusState is { } kept && kept.Block == block ? kept.State : null;

    public IReadOnlyList<Reorg> GetReorgs(int limit)
    {
        var reorgs = Tables.Reorgs;
        var count = Math.Clamp(limit, 0, reorgs.Count);
        return [.. reorgs.GetRange(reorgs.Count - count, count).Reverse()];
    }

    public IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit)
    {
        var log = Tables.Log;
        var start = FirstAtOrAfter(log, fromOffset);
        return log.GetRange(start, Math.Clamp(limit, 0, log.Count - start));
    }

    public byte[]? GetTrieNode(Hash256 hash) => Tables.Nodes.GetValueOrDefault(hash).Bytes;

    public byte[]? GetCode(Hash256 hash) => Tables.Codes.GetValueOrDefault(hash).Bytes;

    private InMemoryTables.StoredBlock? Find(Hash256 hash) => Tables.Blocks.GetValueOrDefault(hash);

    private static int FirstAtOrAfter(ImmutableList<ChainLogEntry> log, ulong offset)
    {
        var (low, high) = (0, log.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (log[middle].Offset < offset) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
