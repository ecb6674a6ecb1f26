using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// The way of a block: seal and header rules, body, tree, fork choice, and where it can win the transition. The head moves in
/// <see cref="UpdateHead"/>, once for all blocks that came together.
/// </summary>
internal sealed class BlockImporter(
    NodeConfig config, ConsensusRules rules, IBlockJudge judge, BlockTree tree, IChainReader store, StateOverlay state, TransactionPool pool, Outbox outbox, HeadRecord start)
{
    private readonly TrieNodeCache _trieCache = new(capacity: 50_000);
    private readonly OrphanPool _orphans = new(config.Limits);
    private readonly List<(Block Block, PeerId? From)> _future = [];
    private readonly BoundedSet<Hash256> _invalid = new(config.Limits.InvalidBlocks);
    private readonly Dictionary<Hash256, SealedBlock> _unsaved = [];
    private readonly RecentBlocks _recent = new(maxBlocks: 256, maxTransactions: 32_768);
    private ulong _nextArrivalOrder = start.NextArrivalOrder;
    private ulong _nextLogOffset = start.NextLogOffset;
    private PoolHead? _poolHead;
    private Hash256 _poolHeadOf;

    /// <summary>The recent reorganisations of this node.</summary>
    public List<Reorg> NewReorgs { get; } = [];

    public bool IsOrphan(Hash256 hash) => _orphans.Contains(hash);

    /// <summary>Adds a block to the tree, with the orphans that waited for it. Call <see cref="UpdateHead"/> afterwards.</summary>
    public ImportResult Add(Block block, PeerId? from, At now)
    {
        var result = AddOne(block, from, now);
        if (result is not ImportResult.Added) return result;
        var parents = new Queue<Hash256>([block.Hash]);
        while (parents.TryDequeue(out var parent))
        {
            foreach (var (child, sender) in _orphans.TakeChildren(parent))
            {
                if (AddOne(child, sender, now) is ImportResult.Added) parents.Enqueue(child.Hash);
            }
        }

        return result;
    }

    /// <summary>Tries the blocks again whose time may have come.</summary>
    public void RetryFuture(At now)
    {
        if (_future.Count == 0) return;
        var waiting = _future.ToList();
        _future.Clear();
        foreach (var (block, from) in waiting) Add(block, from, now);
    }

    /// <summary>Moves the head to where the fork choice points, executing what has not been executed on the way there.</summary>
    public void UpdateHead(At now)
    {
        while (true)
        {
            var target = tree.FindHead();
            if (target == tree.Head) return;
            if (TryExecuteTo(target) is { } invalid)
            {
                Condemn(invalid.Entry, invalid.Error);
                continue;
            }

            Switch(target, now);
            return;
        }
    }

    private ImportResult AddOne(Block block, PeerId? from, At now)
    {
        if (_invalid.Contains(block.Hash)) return Refuse(block, from, new BlockError.KnownInvalid(block.Hash));
        if (tree.Contains(block.Hash)) return new ImportResult.AlreadyKnown();
        if (tree.FindDeep(block.Header.ParentHash) is not { } parent)
        {
            if (tree.Contains(block.Header.ParentHash)) return Refuse(block, from, new BlockError.BelowFinality(block.Header.ParentHash, tree.Marks().FinalizedNumber));
            if (rules.Headers.CheckSeal(block.Header) is { } badSeal) return Refuse(block, from, new BlockError.Header(badSeal));
            _orphans.Add(block, from);
            return new ImportResult.Orphan();
        }

        if (parent.Status == BlockStatus.Invalid)
        {
            _invalid.Add(block.Hash);
            return Refuse(block, from, new BlockError.KnownInvalid(parent.Hash));
        }

        if (!VerifiedHeader.Verify(rules, block.Header, parent.Header, now).IsOk(out var verified, out var headerError))
        {
            return headerError is HeaderError.FromTheFuture ? Defer(block, from) : Refuse(block, from, new BlockError.Header(headerError));
        }

        if (!SealedBlock.Match(verified, block.Body, block.Sidecar).IsOk(out var sealedBlock, out var bodyError)) return Refuse(block, from, bodyError);
        if (judge.CheckEnvelope(block, parent.Header, now) is { } refusal) return refusal.IsOfTheFuture ? Defer(block, from) : Refuse(block, from, new BlockError.Consensus(refusal));
        Insert(sealedBlock, parent, now);
        return new ImportResult.Added();
    }

    private ImportResult.Deferred Defer(Block block, PeerId? from)
    {
        if (_future.Count < config.Limits.FutureBlocks && _future.All(waiting => waiting.Block.Hash != block.Hash)) _future.Add((block, from));
        return new ImportResult.Deferred();
    }

    private void Insert(SealedBlock block, BlockEntry parent, At now)
    {
        var header = block.Header;
        var record = new BlockRecord(
            header.Hash, header.Number, header.ParentHash, parent.TotalDifficulty + header.Header.Difficulty, _nextArrivalOrder++, now, BlockStatus.Known, block.Transactions.Count);
        var entry = new BlockEntry(header, record);
        _unsaved[header.Hash] = block;
        outbox.Batch.Blocks.Add((block.Block, record));
        tree.Add(entry);
        if (!rules.ExecutesOnArrival) return;
        if (TryExecuteTo(entry) is { } invalid) Condemn(invalid.Entry, invalid.Error);
        else tree.Offer(entry);
    }

    /// <summary>
    /// Applies the transition along the branch from its last block whose state is here up to the target. That may begin below
    /// the fork when states there were pruned. Answers the first block that turns out invalid.
    /// </summary>
    private (BlockEntry Entry, BlockError Error)? TryExecuteTo(BlockEntry target)
    {
        var path = new Stack<BlockEntry>();
        var entry = target;
        while (entry.Status != BlockStatus.Executed || !HasState(entry))
        {
            path.Push(entry);
            entry = tree.Parent(entry);
        }

        var parent = entry;
        while (path.TryPop(out var next))
        {
            var verdict = ExecutedBlock.Execute(config.Spec, rules, judge, BlockOf(next), parent.Header, state, _trieCache);
            if (!verdict.IsOk(out var executed, out var error)) return (next, error);
            Keep(next, executed);
            parent = next;
        }

        return null;
    }

    private bool HasState(BlockEntry entry) =>
        entry.Header.Header.StateRoot == BlockHeader.EmptyTrieRoot || state.GetTrieNode(entry.Header.Header.StateRoot) is not null;

    private void Keep(BlockEntry entry, ExecutedBlock executed)
    {
        state.Add(executed.Outcome.State);
        outbox.Batch.TrieNodes.AddRange(executed.Outcome.State.Nodes);
        outbox.Batch.Codes.AddRange(executed.Outcome.State.Codes);
        if (entry.Status == BlockStatus.Executed) return;
        entry.Status = BlockStatus.Executed;
        outbox.Batch.Statuses.Add((entry.Hash, BlockStatus.Executed));
        outbox.Batch.Receipts.Add((entry.Hash, executed.Outcome.Receipts));
    }

    private void Condemn(BlockEntry entry, BlockError error)
    {
        foreach (var invalid in tree.Invalidate(entry))
        {
            _invalid.Add(invalid.Hash);
            _unsaved.Remove(invalid.Hash);
            outbox.Batch.Statuses.Add((invalid.Hash, BlockStatus.Invalid));
        }

        outbox.Tell(new NodeEvent.BlockRejected(entry.Hash, entry.Number, error.ToString(), null));
    }

    private void Switch(BlockEntry target, At now)
    {
        var oldHead = tree.Head;
        var (removed, added) = (new List<BlockEntry>(), new List<BlockEntry>());
        var (old, fresh) = (oldHead, target);
        while (old != fresh)
        {
            if (old.Number >= fresh.Number)
            {
                removed.Add(old);
                old = tree.Parent(old);
            }
            else
            {
                added.Add(fresh);
                fresh = tree.Parent(fresh);
            }
        }

        added.Reverse();
        var removedTransactions = new List<(RecoveredTransaction, BlockRef)>();
        var addedTransactions = new List<(RecoveredTransaction, BlockRef)>();
        foreach (var entry in removed) Leave(entry, removedTransactions, now);
        foreach (var entry in added) Join(entry, addedTransactions, now);
        tree.SetHead(target, removed, added);
        removedTransactions.Reverse();
        var move = new PoolHeadMove(removedTransactions, addedTransactions, removed.Count > 0);
        var (returned, conflicting) = pool.OnHeadChanged(move, PoolHead(), now, outbox.Pool);
        outbox.Batch.Head = HeadRecord();
        if (removed.Count > 0)
        {
            var reorg = new Reorg(now, removed.Count, old.Ref, oldHead.Ref, target.Ref, returned, conflicting);
            NewReorgs.Add(reorg);
            outbox.Batch.Reorgs.Add(reorg);
        }

        outbox.Tell(new NodeEvent.HeadChanged(old.Header, [.. removed.Select(entry => entry.Header)], [.. added.Select(entry => entry.Header)], now));
    }

    private void Leave(BlockEntry entry, List<(RecoveredTransaction, BlockRef)> transactions, At now)
    {
        var block = BlockOf(entry);
        // Collected from the head downwards, each block backwards, and reversed once at the end.
        foreach (var transaction in block.Transactions.Reverse()) transactions.Add((transaction, entry.Ref));
        outbox.Batch.Canonical.Add(new CanonicalChange(false, block.Block, [.. block.Transactions.Select(tx => tx.Sender)], _nextLogOffset++, now));
    }

    private void Join(BlockEntry entry, List<(RecoveredTransaction, BlockRef)> transactions, At now)
    {
        var block = BlockOf(entry);
        foreach (var transaction in block.Transactions) transactions.Add((transaction, entry.Ref));
        outbox.Batch.Canonical.Add(new CanonicalChange(true, block.Block, [.. block.Transactions.Select(tx => tx.Sender)], _nextLogOffset++, now));
    }

    private HeadRecord HeadRecord()
    {
        var finalized = rules.FinalityHolds ? tree.CanonicalHash(tree.Marks().FinalizedNumber)!.Value : config.Genesis.Hash;
        return new HeadRecord(tree.Head.Hash, config.Genesis.Hash, _nextArrivalOrder, _nextLogOffset, finalized);
    }

    /// <summary>The head's state as the pool sees it.</summary>
    public PoolHead PoolHead()
    {
        if (_poolHead is not null && _poolHeadOf == tree.Head.Hash) return _poolHead;
        var head = tree.Head.Header.Header;
        var world = new WorldState(state, head.StateRoot, _trieCache);
        _poolHeadOf = tree.Head.Hash;
        return _poolHead = new PoolHead(world.GetAccount, BaseFee.Next(head.BaseFeePerGas, head.GasUsed, head.GasLimit), head.GasLimit);
    }

    /// <summary>A fresh view of a block's state, for building on it.</summary>
    public WorldState StateAfter(SealedHeader header) => new(state, header.Header.StateRoot, _trieCache);

    /// <summary>The step is over: what it wrote is in the store now.</summary>
    public void EndStep()
    {
        if (outbox.Batch.Blocks.Count > 0 || outbox.Batch.ConsensusState is not null || outbox.Batch.Head is not null) outbox.Batch.Head = HeadRecord();

        foreach (var block in _unsaved.Values) _recent.Add(block);
        _unsaved.Clear();
        state.EndStep();
        NewReorgs.Clear();
    }

    /// <summary>The block with its senders: from this step's memory, else from the store.</summary>
    public SealedBlock BlockOf(BlockEntry entry) =>
        _unsaved.TryGetValue(entry.Hash, out var block) ? block
        : _recent.Find(entry.Hash) is { } recent ? recent
        : SealedBlock.FromStore(store.GetBlock(entry.Hash) ?? throw new InvalidOperationException($"The store lacks {entry.Header}."));

    private ImportResult.Refused Refuse(Block block, PeerId? from, BlockError error)
    {
        // A header that is bad by itself stays bad; a body or sidecar may be somebody's forgery under a good hash.
        if (error is BlockError.Header or BlockError.Consensus { Error.CondemnsBlock: true }) _invalid.Add(block.Hash);
        outbox.Tell(new NodeEvent.BlockRejected(block.Hash, block.Number, error.ToString(), from));
        return new ImportResult.Refused(error);
    }
}
