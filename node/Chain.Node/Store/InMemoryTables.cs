using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Everything committed so far, immutable: a snapshot is a reference, and a batch makes the next one or throws.
/// </summary>
internal sealed record InMemoryTables
{
    public static readonly InMemoryTables Empty = new();

    /// <summary>How many batches made this.</summary>
    public long Batches { get; init; }

    public HeadRecord? Head { get; init; }

    public ImmutableDictionary<Hash256, StoredBlock> Blocks { get; init; } = ImmutableDictionary<Hash256, StoredBlock>.Empty;

    /// <summary>All branches, by arrival.</summary>
    public ImmutableDictionary<ulong, ImmutableList<Hash256>> ByNumber { get; init; } =
        ImmutableDictionary<ulong, ImmutableList<Hash256>>.Empty;

    public ImmutableDictionary<ulong, Hash256> Canonical { get; init; } = ImmutableDictionary<ulong, Hash256>.Empty;

    /// <summary>The canonical chain's last block.</summary>
    public Hash256? Tip { get; init; }

    public ImmutableDictionary<Hash256, TransactionLocation> Locations { get; init; } =
        ImmutableDictionary<Hash256, TransactionLocation>.Empty;

    /// <summary>Oldest first.</summary>
    public ImmutableDictionary<Address, ImmutableList<AddressEntry>> History { get; init; } =
        ImmutableDictionary<Address, ImmutableList<AddressEntry>>.Empty;

    public ImmutableDictionary<Hash256, ImmutableList<TransactionStep>> Steps { get; init; } =
        ImmutableDictionary<Hash256, ImmutableList<TransactionStep>>.Empty;

    public ImmutableList<Reorg> Reorgs { get; init; } = [];

    public (Hash256 Block, byte[] State)? ConsensusState { get; init; }

    /// <summary>Ascending by offset.</summary>
    public ImmutableList<ChainLogEntry> Log { get; init; } = [];

    public ImmutableDictionary<Hash256, StoredBytes> Nodes { get; init; } = ImmutableDictionary<Hash256, StoredBytes>.Empty;

    public ImmutableDictionary<Hash256, StoredBytes> Codes { get; init; } = ImmutableDictionary<Hash256, StoredBytes>.Empty;

    /// <param name="Batch">The batch that brought it last: pruning spares what came after it began.</param>
    public readonly record struct StoredBytes(byte[] Bytes, long Batch);

    public sealed record StoredBlock(Block Block, BlockRecord Record, IReadOnlyList<Receipt>? Receipts,
        IReadOnlyList<Address>? Senders);

    /// <summary>These tables and a batch.</summary>
    /// <exception cref="InvalidOperationException">The batch contradicts them.</exception>
    public InMemoryTables With(StoreBatch batch)
    {
        var next = WithBlocks(batch);
        foreach (var change in batch.Canonical) next = change.Added ? next.Added(change) : next.Removed(change);
        StoreRules.RequireHeadAtTip(batch.Head, next.Tip);
        return next with
        {
            Batches = Batches + 1,
            Head = batch.Head ?? Head,
            Steps = WithSteps(batch),
            Reorgs = Reorgs.AddRange(batch.Reorgs),
            ConsensusState = batch.ConsensusState ?? ConsensusState,
            Nodes = WithBytes(Nodes, batch.TrieNodes),
            Codes = WithBytes(Codes, batch.Codes),
        };
    }

    /// <summary>These tables without the trie nodes and codes that are neither marked nor of this batch or a later one.</summary>
    public InMemoryTables WithoutStatesBut(MarkedState kept, long fromBatch, out long removed)
    {
        var nodes = Nodes.RemoveRange(Nodes.Where(node =>
            node.Value.Batch < fromBatch && !kept.Nodes.Contains(node.Key)).Select(node => node.Key));
        var codes = Codes.RemoveRange(Codes.Where(code =>
            code.Value.Batch < fromBatch && !kept.Codes.Contains(code.Key)).Select(code => code.Key));
        removed = Nodes.Count - nodes.Count;
        return this with { Nodes = nodes, Codes = codes };
    }

    private ImmutableDictionary<Hash256, StoredBytes> WithBytes(ImmutableDictionary<Hash256, StoredBytes> items,
        List<KeyValuePair<Hash256, byte[]>> added) =>
        added.Count == 0
        ? items
        : items.SetItems(added.Select(item => KeyValuePair.Create(item.Key, new StoredBytes(item.Value, Batches))));

    private InMemoryTables WithBlocks(StoreBatch batch)
    {
        var blocks = Blocks.ToBuilder();
        var byNumber = ByNumber;
        foreach (var (block, record) in batch.Blocks)
        {
            StoreRules.RequireMatch(block, record);
            if (!blocks.TryAdd(block.Hash, new StoredBlock(block, record, null, null)))
                throw StoreRules.AlreadyStored(block.Hash);
            byNumber = byNumber.SetItem(block.Number, (byNumber.GetValueOrDefault(block.Number) ?? []).Add(block.Hash));
        }

        foreach (var (hash, status) in batch.Statuses)
        {
            var found = blocks.GetValueOrDefault(hash) ?? throw StoreRules.NotStored(hash);
            blocks[hash] = found with { Record = found.Record with { Status = status } };
        }

        foreach (var (hash, receipts) in batch.Receipts)
        {
            blocks[hash] = (blocks.GetValueOrDefault(hash) ?? throw StoreRules.NotStored(hash)) with { Receipts = receipts };
        }

        return this with { Blocks = blocks.ToImmutable(), ByNumber = byNumber };
    }

    private InMemoryTables Added(CanonicalChange change)
    {
        var block = change.Block;
        var stored = Blocks.GetValueOrDefault(block.Hash) ?? throw StoreRules.NotStored(block.Hash);
        StoreRules.RequireOnTip(change, Tip);
        var locations = Locations.ToBuilder();
        var history = History.ToBuilder();
        for (var i = 0; i < block.Body.Transactions.Count; i++)
        {
            var transaction = block.Body.Transactions[i];
            locations[transaction.Hash] = new TransactionLocation(block.Hash, block.Number, i);
            var entry = new AddressEntry(transaction.Hash, block.Hash, block.Number, i);
            Append(change.Senders[i]);
            if (transaction.To is { } to && to != change.Senders[i]) Append(to);

            void Append(Address address) => history[address] = (history.GetValueOrDefault(address) ?? []).Add(entry);
        }

        return this with
        {
            Blocks = Blocks.SetItem(block.Hash, stored with { Senders = change.Senders }),
            Canonical = Canonical.SetItem(block.Number, block.Hash),
            Tip = block.Hash,
            Locations = locations.ToImmutable(),
            History = history.ToImmutable(),
            Log = Logged(change),
        };
    }

    private InMemoryTables Removed(CanonicalChange change)
    {
        var block = change.Block;
        StoreRules.RequireIsTip(change, Tip);
        var history = History.ToBuilder();
        for (var i = block.Body.Transactions.Count - 1; i >= 0; i--)
        {
            var to = block.Body.Transactions[i].To;
            DropLast(change.Senders[i]);
            if (to is { } recipient && recipient != change.Senders[i]) DropLast(recipient);
        }

        return this with
        {
            Canonical = Canonical.Remove(block.Number),
            Tip = Blocks.ContainsKey(block.Header.ParentHash) ? block.Header.ParentHash : null,
            Locations = Locations.RemoveRange(block.Body.Transactions.Select(transaction => transaction.Hash)),
            History = history.ToImmutable(),
            Log = Logged(change),
        };

        // A block leaves from the end of the chain, so its entries are the last of every address.
        void DropLast(Address address)
        {
            var left = history[address].RemoveAt(history[address].Count - 1);
            if (left.IsEmpty) history.Remove(address);
            else history[address] = left;
        }
    }

    private ImmutableList<ChainLogEntry> Logged(CanonicalChange change)
    {
        if (!Log.IsEmpty) StoreRules.RequireAfter(change, Log[^1].Offset);
        return Log.Add(new ChainLogEntry(change.LogOffset, change.Added, change.Block.Number, change.Block.Hash, change.At));
    }

    private ImmutableDictionary<Hash256, ImmutableList<TransactionStep>> WithSteps(StoreBatch batch)
    {
        var steps = Steps;
        foreach (var (hash, step) in batch.TransactionSteps)
            steps = steps.SetItem(hash, (steps.GetValueOrDefault(hash) ?? []).Add(step));
        return steps;
    }
}
