using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// The recent blocks of all branches, and the fork choice over them. What lies deeper stays in the store and is brought back
/// (<see cref="Deepen"/>) when a branch grows from there.
/// </summary>
internal sealed class BlockTree
{
    private readonly ConsensusRules _rules;
    private readonly ConsensusEngine _engine;
    private readonly IChainReader _store;
    private readonly Dictionary<Hash256, BlockEntry> _entries = [];
    private readonly SortedDictionary<ulong, List<BlockEntry>> _byNumber = [];
    private readonly Dictionary<ulong, Hash256> _canonical = [];
    private IForkChoice _forkChoice = null!;
    private ulong _top;

    public BlockTree(ConsensusRules rules, ConsensusEngine engine, IChainReader store, HeadRecord head, int heights)
    {
        _rules = rules;
        _engine = engine;
        _store = store;
        var headHeader = store.GetHeader(head.Head) ?? throw StoreException.Missing($"block {head.Head}, its head");
        Load(rules.FinalityHolds ? FinalizedNumber(head) : headHeader.Number - Math.Min(headHeader.Number, (ulong)heights));
        Head = _entries.GetValueOrDefault(head.Head)
            ?? throw StoreException.Missing($"the way from block {Floor} to its head {head.Head}");
        foreach (var entry in Ancestors(Head)) _canonical[entry.Number] = entry.Hash;
    }

    public BlockEntry Head { get; private set; }

    /// <summary>The lowest height in memory.</summary>
    public ulong Floor { get; private set; }

    /// <summary>All entries by number, then by arrival.</summary>
    public IEnumerable<BlockEntry> From(ulong number)
    {
        for (var n = number; n <= _top; n++)
        {
            if (!_byNumber.TryGetValue(n, out var entries)) continue;
            foreach (var entry in entries) yield return entry;
        }
    }

    public BlockEntry? Find(Hash256 hash) => _entries.GetValueOrDefault(hash);

    public bool Contains(Hash256 hash) => _entries.ContainsKey(hash) || _store.GetBlockRecord(hash) is not null;

    /// <summary>What is known of a block on any branch, in memory or in the store; null for none.</summary>
    public BlockRecord? RecordOf(Hash256 hash) =>
        _entries.TryGetValue(hash, out var entry) ? entry.Record : _store.GetBlockRecord(hash);

    /// <summary>
    /// The entry, brought back from the store with everything above it when it lies too deep; null when nobody knows it, or when
    /// what is final has cut it off.
    /// </summary>
    public BlockEntry? FindDeep(Hash256 hash)
    {
        if (_entries.TryGetValue(hash, out var entry)) return entry;
        if (_rules.FinalityHolds || _store.GetBlockRecord(hash) is not { } record) return null;
        Deepen(CommonFloor(record));
        return _entries.GetValueOrDefault(hash);
    }

    public BlockEntry Parent(BlockEntry entry) =>
        FindDeep(entry.Header.ParentHash) ?? throw StoreException.Missing($"the parent of {entry.Header}");

    public bool IsCanonical(BlockEntry entry) => CanonicalHash(entry.Number) == entry.Hash;

    /// <summary>The hash of the canonical block of this height; null above the head.</summary>
    public Hash256? CanonicalHash(ulong number) =>
        number > Head.Number ? null
        : _canonical.TryGetValue(number, out var hash) ? hash
        : _store.GetCanonicalHash(number);

    public void Add(BlockEntry entry)
    {
        Insert(entry);
        if (!_rules.ExecutesOnArrival) Offer(entry);
    }

    /// <summary>Hands a block to the fork choice, and tells the rule's agent.</summary>
    public void Offer(BlockEntry entry)
    {
        _forkChoice.OnBlock(new ForkChoiceBlock(entry.Header, entry.TotalDifficulty, entry.Record.ArrivalOrder));
        _engine.Agent.OnBlock(entry.Header);
    }

    /// <summary>Marks the block and all its descendants invalid; answers them.</summary>
    public List<BlockEntry> Invalidate(BlockEntry entry)
    {
        _forkChoice.OnInvalidBlock(entry.Hash);
        var invalid = new HashSet<Hash256> { entry.Hash };
        var marked = new List<BlockEntry>();
        foreach (var candidate in From(entry.Number))
        {
            if (candidate != entry && !invalid.Contains(candidate.Header.ParentHash)) continue;
            invalid.Add(candidate.Hash);
            candidate.Status = BlockStatus.Invalid;
            marked.Add(candidate);
        }

        return marked;
    }

    public void Tick(At now) => _forkChoice.OnTick(now);

    public BlockEntry FindHead() => _entries[_forkChoice.FindHead()];

    public ForkChoiceMarks Marks() => _forkChoice.Marks(Head.Header);

    /// <summary>Moves the head; the canonical index follows.</summary>
    public void SetHead(BlockEntry head, IReadOnlyList<BlockEntry> removed, IReadOnlyList<BlockEntry> added)
    {
        foreach (var entry in removed) _canonical.Remove(entry.Number);
        foreach (var entry in added) _canonical[entry.Number] = entry.Hash;
        Head = head;
    }

    /// <summary>Forgets what lies more than this many heights below the head, once that is worth the while.</summary>
    public void Trim(int heights)
    {
        // A fork choice that holds on to what is final may need what lies deeper while finality is late.
        var floor = Head.Number - Math.Min(Head.Number, (ulong)heights);
        if (_rules.FinalityHolds) floor = Math.Min(floor, Marks().FinalizedNumber);
        if (floor < Floor + (ulong)heights) return;
        var root = _entries[_canonical[floor]];
        _forkChoice.Prune(root.Hash);
        var keep = new HashSet<Hash256> { root.Hash };
        for (var number = Floor; number < floor; number++)
        {
            if (_byNumber.Remove(number, out var entries)) foreach (var entry in entries) _entries.Remove(entry.Hash);
            _canonical.Remove(number);
        }

        foreach (var entry in From(floor).ToList())
        {
            if (entry == root || (entry.Number > floor && keep.Contains(entry.Header.ParentHash))) keep.Add(entry.Hash);
            else Remove(entry);
        }

        Floor = floor;
    }

    /// <summary>From the block down to the floor, itself first.</summary>
    public IEnumerable<BlockEntry> Ancestors(BlockEntry entry)
    {
        yield return entry;
        while (_entries.TryGetValue(entry.Header.ParentHash, out var parent))
        {
            yield return parent;
            entry = parent;
        }
    }

    /// <summary>The height at which the branch of a stored block leaves the canonical chain.</summary>
    private ulong CommonFloor(BlockRecord record)
    {
        while (_store.GetCanonicalHash(record.Number) != record.Hash)
        {
            record = _store.GetBlockRecord(record.ParentHash)
                ?? throw StoreException.Missing($"the parent of block {record.Number} {record.Hash}");
        }

        return record.Number;
    }

    /// <summary>Brings back everything from this height on. Cheap when it is in memory already.</summary>
    private void Deepen(ulong floor)
    {
        var unsaved = _entries.Values.Where(entry => _store.GetBlockRecord(entry.Hash) is null)
            .OrderBy(entry => entry.Record.ArrivalOrder).ToList();
        var head = Head.Hash;
        Load(Math.Min(floor, Floor));
        foreach (var entry in unsaved) Add(entry);
        Head = _entries[head];
        foreach (var entry in Ancestors(Head)) _canonical[entry.Number] = entry.Hash;
    }

    private void Load(ulong floor)
    {
        _entries.Clear();
        _byNumber.Clear();
        Floor = floor;
        var rootHash = _store.GetCanonicalHash(floor) ?? throw StoreException.Missing($"the canonical block {floor}");
        var root = FromStore(rootHash);
        Insert(root);
        _forkChoice = _engine.NewForkChoice(new ForkChoiceBlock(root.Header, root.TotalDifficulty, root.Record.ArrivalOrder));
        for (var number = floor + 1; ; number++)
        {
            var records = _store.GetBlocksAt(number);
            if (records.Count == 0) break;
            foreach (var record in records)
            {
                // A branch that left the canonical chain below the floor stays in the store.
                if (!_entries.ContainsKey(record.ParentHash)) continue;
                var entry = FromStore(record.Hash);
                Insert(entry);
                if (!_rules.ExecutesOnArrival || entry.Status == BlockStatus.Executed) Offer(entry);
                if (entry.Status == BlockStatus.Invalid) _forkChoice.OnInvalidBlock(entry.Hash);
            }
        }
    }

    private ulong FinalizedNumber(HeadRecord head) =>
        _store.GetHeader(head.Finalized)?.Number ?? throw StoreException.Missing($"block {head.Finalized}, the finalized one");

    private BlockEntry FromStore(Hash256 hash) => new(
        _store.GetHeader(hash) ?? throw StoreException.Missing($"the header of block {hash}"),
        _store.GetBlockRecord(hash) ?? throw StoreException.Missing($"the record of block {hash}"));

    private void Insert(BlockEntry entry)
    {
        _entries.Add(entry.Hash, entry);
        if (!_byNumber.TryGetValue(entry.Number, out var siblings)) _byNumber.Add(entry.Number, siblings = []);
        siblings.Add(entry);
        _top = Math.Max(_top, entry.Number);
    }

    private void Remove(BlockEntry entry)
    {
        _entries.Remove(entry.Hash);
        var siblings = _byNumber[entry.Number];
        siblings.Remove(entry);
        if (siblings.Count == 0) _byNumber.Remove(entry.Number);
    }
}
