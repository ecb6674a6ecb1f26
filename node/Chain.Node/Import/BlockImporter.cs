using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// The way of a block: seal and header rules, body, tree, fork choice, and where it can win the transition. The head moves once
/// for all blocks that came together.
/// </summary>
internal sealed class BlockImporter(
    NodeConfig config, ConsensusRules rules, ConsensusEngine engine, BlockTree tree, StepReader reader, TransactionPool pool,
    Outbox outbox, HeadRecord start)
{
    private const ulong LargestFutureBoundSeconds = 15;

    private readonly TrieNodeCache _trieCache = new(capacity: 50_000);
    private readonly WaitingBlocks _orphans = new(config.Limits.OrphanLimits);
    private readonly WaitingBlocks _future = new(config.Limits.FutureLimits);
    private readonly BoundedSet<Hash256> _invalid = new(config.Limits.InvalidBlocks);
    private readonly List<(Block Block, PeerId From, ImportResult Result)> _waited = [];
    private readonly RecentBlocks _recent = new(maxBlocks: 256, maxTransactions: 32_768, config.Limits.RecentBlockBytes);
    private ulong _nextArrivalOrder = start.NextArrivalOrder;
    private ulong _nextLogOffset = start.NextLogOffset;
    private PoolHead? _poolHead;
    private Hash256 _poolHeadOf;

    /// <summary>The recent reorganisations of this node.</summary>
    public List<Reorg> NewReorgs { get; } = [];

    /// <summary>Blocks whose parent is not here.</summary>
    public WaitingBlocks Orphans => _orphans;

    /// <summary>Blocks whose time has not come.</summary>
    public WaitingBlocks Future => _future;

    /// <summary>Whether a block waits here, or is known to be bad: no use in fetching it.</summary>
    public bool HasJudged(Hash256 hash) => _orphans.Contains(hash) || _future.Contains(hash) || _invalid.Contains(hash);

    /// <summary>
    /// Whether a block that nobody asked for may enter the tree. On a branch that loses, its seal must have cost something like
    /// our head's: near genesis and after long pauses difficulty is low, and a branch from there is had for nothing. Heavier
    /// branches come by sync.
    /// </summary>
    public bool IsWorthTaking(Block block, At now)
    {
        if (rules.FinalityHolds || !tree.Contains(block.Header.ParentHash)) return true;
        return tree.Find(block.Header.ParentHash) is { } parent
            && (CanWin(block, parent) || engine.Blocks.IsVouchedFor(block, tree.Head.Header, now));
    }

    /// <summary>A connection has ended: what waits of it is forgotten.</summary>
    public void OnGone(PeerId peer)
    {
        _orphans.RemoveAllOf(peer);
        _future.RemoveAllOf(peer);
    }

    /// <summary>Takes a block in and moves the head: what became of it, once and for all.</summary>
    public ImportResult Import(Block block, PeerId? from, At now)
    {
        var result = Add(block, from, now);
        if (result is not ImportResult.Added) return result;
        UpdateHead(now);
        return Settled(result);
    }

    /// <summary>
    /// What became of a block of several that came together, once the head has moved: one that was taken may turn out invalid
    /// when its branch is executed.
    /// </summary>
    public static ImportResult Settled(ImportResult result) =>
        result is ImportResult.Added { Entry: { Status: BlockStatus.Invalid } entry }
            ? new ImportResult.Refused(entry.Fault ?? new BlockError.KnownInvalid(entry.Hash))
            : result;

    /// <summary>
    /// Adds one of several blocks to the tree, with the orphans that waited for it; <see cref="UpdateHead"/> and
    /// <see cref="Settled"/> follow once for all.
    /// </summary>
    public ImportResult Add(Block block, PeerId? from, At now)
    {
        var result = AddOne(block, from, now);
        if (result is not ImportResult.Added) return result;
        var parents = new Queue<Hash256>([block.Hash]);
        while (parents.TryDequeue(out var parent))
        {
            foreach (var (child, sender) in _orphans.TakeChildren(parent))
            {
                var end = AddOne(child, sender, now);
                if (sender is { } peer) _waited.Add((child, peer, end));
                if (end is ImportResult.Added) parents.Enqueue(child.Hash);
            }
        }

        return result;
    }

    /// <summary>Tries the blocks again whose time may have come.</summary>
    public void RetryFuture(At now)
    {
        if (_future.Count == 0) return;
        foreach (var (block, from) in _future.All)
        {
            if (!MayBeDue(block, now)) continue;
            var end = Add(block, from, now);
            if (end is ImportResult.Deferred) continue;
            _future.Remove(block.Hash);
            if (from is { } peer) _waited.Add((block, peer, end));
        }
    }

    /// <summary>
    /// What became of blocks of peers that waited here, since this was asked last; once the head has moved.
    /// </summary>
    public IReadOnlyList<(Block Block, PeerId From, ImportResult Result)> TakeWaited()
    {
        if (_waited.Count == 0) return [];
        var ends = _waited.Select(item => item with { Result = Settled(item.Result) }).ToList();
        _waited.Clear();
        return ends;
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

            Reorganize(target, now);
            return;
        }
    }

    private ImportResult AddOne(Block block, PeerId? from, At now)
    {
        if (_invalid.Contains(block.Hash)) return Refuse(block, from, new BlockError.KnownInvalid(block.Hash));
        if (tree.Contains(block.Hash)) return new ImportResult.AlreadyKnown();
        if (tree.FindDeep(block.Header.ParentHash) is not { } parent)
        {
            if (tree.Contains(block.Header.ParentHash)) return Refuse(block, from, BelowFinality(block.Header));
            return AddOrphan(block, from, now);
        }

        if (parent.Status == BlockStatus.Invalid)
        {
            _invalid.Add(block.Hash);
            return Refuse(block, from, new BlockError.KnownInvalid(parent.Hash));
        }

        if (!VerifiedHeader.Verify(engine.Headers, block.Header, parent.Header, now).IsOk(out var verified, out var headerError))
        {
            return headerError is HeaderError.FromTheFuture
                ? Defer(block, from, now)
                : Refuse(block, from, new BlockError.Header(headerError));
        }

        if (!SealedBlock.Match(verified, block.Body, block.Sidecar).IsOk(out var sealedBlock, out var bodyError))
            return Refuse(block, from, bodyError);
        if (engine.Blocks.CheckEnvelope(block, parent.Header, now) is { } refusal)
        {
            return refusal.IsOfTheFuture ? Defer(block, from, now) : Refuse(block, from, new BlockError.Consensus(refusal));
        }

        engine.Agent.OnEnvelope(block);
        var entry = Insert(sealedBlock, parent, now);
        if (from is { } peer) outbox.Credit(peer);
        return new ImportResult.Added(entry);
    }

    private BlockError.BelowFinality BelowFinality(SealedHeader header)
    {
        var finalized = tree.Marks().FinalizedNumber;
        var isLate = tree.CanonicalHash(finalized) is { } hash && tree.Find(hash) is { } root
            && header.Header.Timestamp <= root.Header.Header.Timestamp;
        return new BlockError.BelowFinality(header.ParentHash, finalized, isLate);
    }

    /// <summary>
    /// Keeps a block until its parent comes: cheap checks first, and its body only once that is known to be its own.
    /// </summary>
    private ImportResult AddOrphan(Block block, PeerId? from, At now)
    {
        if (_orphans.Contains(block.Hash)) return new ImportResult.Orphan(IsPlausible: true);
        if (engine.Headers.CheckSeal(block.Header) is { } badSeal) return Refuse(block, from, new BlockError.Header(badSeal));
        if (engine.Blocks.CheckAlone(block) is { } forgery) return Refuse(block, from, new BlockError.Consensus(forgery));
        if (!engine.Blocks.IsVouchedFor(block, tree.Head.Header, now)) return new ImportResult.Orphan(IsPlausible: false);
        if (!_orphans.Fits(block)) return new ImportResult.Orphan(IsPlausible: true);
        if (SealedBlock.FindMismatch(block.Header.Header, block.Body) is { } mismatch) return Refuse(block, from, mismatch);
        _orphans.Add(block, from, tree.Head.Number);
        return new ImportResult.Orphan(IsPlausible: true);
    }

    /// <summary>Keeps a block until its time comes, if that is soon.</summary>
    private ImportResult Defer(Block block, PeerId? from, At now)
    {
        if (_future.Contains(block.Hash) || !IsSoon(block, now)) return new ImportResult.Deferred();
        if (engine.Headers.CheckSeal(block.Header) is { } badSeal) return Refuse(block, from, new BlockError.Header(badSeal));
        if (!_future.Fits(block) || !engine.Blocks.IsVouchedFor(block, tree.Head.Header, now)) return new ImportResult.Deferred();
        if (SealedBlock.FindMismatch(block.Header.Header, block.Body) is { } mismatch) return Refuse(block, from, mismatch);
        _future.Add(block, from, tree.Head.Number);
        return new ImportResult.Deferred();
    }

    // The difficulty is a claim here, so that adding it up could overflow.
    private bool CanWin(Block block, BlockEntry parent) =>
        parent.TotalDifficulty > tree.Head.TotalDifficulty
            || block.Header.Header.Difficulty > tree.Head.TotalDifficulty - parent.TotalDifficulty;

    private bool IsSoon(Block block, At now) =>
        block.Header.Header.Timestamp <= now.UnixSeconds + config.Limits.FutureBlockSeconds;

    // No rule takes a block further ahead of the clock than this, so that trying it again is idle before.
    private static bool MayBeDue(Block block, At now) =>
        block.Header.Header.Timestamp <= now.UnixSeconds + LargestFutureBoundSeconds;

    private BlockEntry Insert(SealedBlock block, BlockEntry parent, At now)
    {
        var header = block.Header;
        var record = new BlockRecord(
            header.Hash, header.Number, header.ParentHash, parent.TotalDifficulty + header.Header.Difficulty, _nextArrivalOrder++,
            now, BlockStatus.Known, block.Transactions.Count);
        var entry = new BlockEntry(header, record);
        reader.Add(block);
        outbox.Batch.Blocks.Add((block.Block, record));
        tree.Add(entry);
        if (!rules.ExecutesOnArrival) return entry;
        if (TryExecuteTo(entry) is { } invalid) Condemn(invalid.Entry, invalid.Error);
        else tree.Offer(entry);
        return entry;
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
            var verdict = ExecutedBlock.Execute(config.Spec, rules, engine.Blocks, WithSenders(next), parent.Header, reader,
                _trieCache);
            if (!verdict.IsOk(out var executed, out var error)) return (next, error);
            Keep(next, executed);
            parent = next;
        }

        return null;
    }

    private bool HasState(BlockEntry entry) =>
        entry.Header.Header.StateRoot == BlockHeader.EmptyTrieRoot
        || reader.GetTrieNode(entry.Header.Header.StateRoot) is not null;

    private void Keep(BlockEntry entry, ExecutedBlock executed)
    {
        reader.Add(entry.Hash, executed.Outcome.State, executed.Outcome.Receipts);
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
            invalid.Fault = invalid == entry ? error : new BlockError.KnownInvalid(entry.Hash);
            _invalid.Add(invalid.Hash);
            reader.Forget(invalid.Hash);
            outbox.Batch.Statuses.Add((invalid.Hash, BlockStatus.Invalid));
        }

        outbox.Tell(new NodeEvent.BlockRejected(entry.Hash, entry.Number, error.ToString(), null));
    }

    private void Reorganize(BlockEntry target, At now)
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
        foreach (var entry in removed) Unwind(entry, removedTransactions, now);
        foreach (var entry in added) Apply(entry, addedTransactions, now);
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

        outbox.Tell(new NodeEvent.HeadChanged(old.Header, [.. removed.Select(entry => entry.Header)],
            [.. added.Select(entry => entry.Header)], now));
    }

    private void Unwind(BlockEntry entry, List<(RecoveredTransaction, BlockRef)> transactions, At now)
    {
        var block = WithSenders(entry);
        // Collected from the head downwards, each block backwards, and reversed once at the end.
        foreach (var transaction in block.Transactions.Reverse()) transactions.Add((transaction, entry.Ref));
        outbox.Batch.Canonical.Add(new CanonicalChange(false, block.Block, [.. block.Transactions.Select(tx => tx.Sender)],
            _nextLogOffset++, now));
    }

    private void Apply(BlockEntry entry, List<(RecoveredTransaction, BlockRef)> transactions, At now)
    {
        var block = WithSenders(entry);
        foreach (var transaction in block.Transactions) transactions.Add((transaction, entry.Ref));
        outbox.Batch.Canonical.Add(new CanonicalChange(true, block.Block, [.. block.Transactions.Select(tx => tx.Sender)],
            _nextLogOffset++, now));
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
        var world = new WorldState(reader, head.StateRoot, _trieCache);
        _poolHeadOf = tree.Head.Hash;
        return _poolHead = new PoolHead(world.GetAccount, BaseFee.Next(head.BaseFeePerGas, head.GasUsed, head.GasLimit),
            head.GasLimit);
    }

    /// <summary>A fresh view of a block's state, for building on it.</summary>
    public WorldState StateAfter(SealedHeader header) => new(reader, header.Header.StateRoot, _trieCache);

    /// <summary>The step is over: what it wrote is in the store now.</summary>
    public void EndStep()
    {
        if (outbox.Batch.Blocks.Count > 0 || outbox.Batch.ConsensusState is not null || outbox.Batch.Head is not null)
            outbox.Batch.Head = HeadRecord();

        foreach (var block in reader.Added) _recent.Add(block);
        reader.EndStep();
        NewReorgs.Clear();
    }

    /// <summary>The block as it is told to peers: from this step's memory, else from the store.</summary>
    public Block BlockOf(BlockEntry entry) => Held(entry)?.Block ?? Stored(entry);

    /// <summary>The block with its senders, which takes long to find out for one that the store has.</summary>
    private SealedBlock WithSenders(BlockEntry entry) => Held(entry) ?? SealedBlock.FromStore(Stored(entry));

    private SealedBlock? Held(BlockEntry entry) => reader.FindAdded(entry.Hash) ?? _recent.Find(entry.Hash);

    private Block Stored(BlockEntry entry) =>
        reader.GetBlock(entry.Hash) ?? throw StoreException.Missing($"{entry.Header}");

    private ImportResult.Refused Refuse(Block block, PeerId? from, BlockError error)
    {
        // A header that is bad by itself stays bad; a body or sidecar may be somebody's forgery under a good hash.
        if (error is BlockError.Header or BlockError.Consensus { Error.CondemnsBlock: true }) _invalid.Add(block.Hash);
        outbox.Tell(new NodeEvent.BlockRejected(block.Hash, block.Number, error.ToString(), from));
        return new ImportResult.Refused(error);
    }
}
