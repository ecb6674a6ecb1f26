using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Reads what the step under way has made and the host has not committed yet, then the store. Whoever makes something says so
/// here besides writing it into the outbox, which nobody reads back.
/// </summary>
internal sealed class StepReader(IChainReader store) : IStateReader
{
    private readonly Dictionary<Hash256, SealedBlock> _blocks = [];
    private readonly Dictionary<Hash256, IReadOnlyList<Receipt>> _receipts = [];
    private readonly Dictionary<Hash256, byte[]> _nodes = [];
    private readonly Dictionary<Hash256, byte[]> _codes = [];

    // In the order in which they came.
    private readonly List<SealedBlock> _added = [];
    private (Hash256 Block, byte[] State)? _kept;

    /// <summary>The blocks that this step has made known, in the order in which they came.</summary>
    public IReadOnlyList<SealedBlock> Added => _added;

    public Block? GetBlock(Hash256 hash) =>
        _blocks.TryGetValue(hash, out var added) ? added.Block : store.GetBlock(hash);

    public SealedHeader? GetHeader(Hash256 hash) =>
        _blocks.TryGetValue(hash, out var added) ? added.Header : store.GetHeader(hash);

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 block) =>
        _receipts.TryGetValue(block, out var receipts) ? receipts : store.GetReceipts(block);

    /// <summary>The consensus rule's state that is kept, if it is the one after this block.</summary>
    public byte[]? GetConsensusState(Hash256 block) =>
        _kept is { } kept && kept.Block == block ? kept.State : store.GetConsensusState(block);

    public byte[]? GetTrieNode(Hash256 hash) => _nodes.TryGetValue(hash, out var node) ? node : store.GetTrieNode(hash);

    public byte[]? GetCode(Hash256 hash) => _codes.TryGetValue(hash, out var code) ? code : store.GetCode(hash);

    /// <summary>A block of this step with its senders; null for any other.</summary>
    public SealedBlock? FindAdded(Hash256 hash) => _blocks.GetValueOrDefault(hash);

    /// <summary>A block is known from now on.</summary>
    public void Add(SealedBlock block)
    {
        if (_blocks.TryAdd(block.Header.Hash, block)) _added.Add(block);
    }

    /// <summary>A block was executed.</summary>
    public void Add(Hash256 block, StateDiff state, IReadOnlyList<Receipt> receipts)
    {
        _receipts[block] = receipts;
        foreach (var (hash, node) in state.Nodes) _nodes[hash] = node;
        foreach (var (hash, code) in state.Codes) _codes[hash] = code;
    }

    /// <summary>The consensus rule's own state after a block.</summary>
    public void Keep(Hash256 block, byte[] state) => _kept = (block, state);

    /// <summary>A block of this step has turned out invalid.</summary>
    public void Forget(Hash256 hash)
    {
        if (_blocks.Remove(hash, out var block)) _added.Remove(block);
    }

    /// <summary>The host commits at the end of the step; from then on the store has all of it.</summary>
    public void EndStep()
    {
        _blocks.Clear();
        _receipts.Clear();
        _nodes.Clear();
        _codes.Clear();
        _added.Clear();
        _kept = null;
    }
}
