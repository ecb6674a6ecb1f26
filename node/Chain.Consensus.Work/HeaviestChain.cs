using Chain.Primitives;

namespace Chain.Consensus.Work;

/// <summary>
/// Fork choice by greatest total difficulty; a tie keeps what arrived first. Every block knows its children, so that an
/// invalid one takes its descendants with it.
/// </summary>
internal sealed class HeaviestChain : IForkChoice
{
    private readonly ulong _safeDepth;
    private readonly ulong _finalizedDepth;
    private Dictionary<Hash256, Node> _nodes;
    private Node _best;
    private Node _root;

    public HeaviestChain(ForkChoiceBlock root, ulong safeDepth, ulong finalizedDepth)
    {
        _safeDepth = safeDepth;
        _finalizedDepth = finalizedDepth;
        _root = _best = new Node(root, isInvalid: false);
        _nodes = new Dictionary<Hash256, Node> { [root.Header.Hash] = _root };
    }

    public void OnBlock(ForkChoiceBlock block)
    {
        if (_nodes.ContainsKey(block.Header.Hash)) return;
        if (!_nodes.TryGetValue(block.Header.ParentHash, out var parent))
        {
            throw new InvalidOperationException($"The parent of {block.Header} is not in the fork choice.");
        }

        var node = new Node(block, parent.IsInvalid);
        parent.Children.Add(node);
        _nodes.Add(block.Header.Hash, node);
        if (!node.IsInvalid && node.Beats(_best)) _best = node;
    }

    public void OnInvalidBlock(Hash256 hash)
    {
        if (!_nodes.TryGetValue(hash, out var node) || node.IsInvalid) return;
        if (node == _root)
            throw new InvalidOperationException($"The root of the fork choice, {node.Block.Header}, cannot become invalid.");
        foreach (var descendant in Subtree(node)) descendant.IsInvalid = true;
        if (_best.IsInvalid) FindBest();
    }

    /// <summary>Time does not decide here.</summary>
    public void OnTick(At now)
    {
    }

    public Hash256 FindHead() => _best.Block.Header.Hash;

    public ForkChoiceMarks Marks(SealedHeader head) =>
        new(head.Number - Math.Min(head.Number, _safeDepth), head.Number - Math.Min(head.Number, _finalizedDepth));

    public void Prune(Hash256 newRoot)
    {
        if (!_nodes.TryGetValue(newRoot, out var root))
            throw new InvalidOperationException($"Block {newRoot} is not in the fork choice.");
        if (root.IsInvalid)
            throw new InvalidOperationException($"The invalid {root.Block.Header} cannot become the root of the fork choice.");
        _root = root;
        _nodes = Subtree(root).ToDictionary(node => node.Block.Header.Hash);
        if (!_nodes.ContainsKey(_best.Block.Header.Hash)) FindBest();
    }

    private void FindBest()
    {
        _best = _root;
        foreach (var node in Subtree(_root))
        {
            if (!node.IsInvalid && node.Beats(_best)) _best = node;
        }
    }

    /// <summary>The node and its descendants, parents first.</summary>
    private static List<Node> Subtree(Node top)
    {
        var nodes = new List<Node> { top };
        for (var i = 0; i < nodes.Count; i++) nodes.AddRange(nodes[i].Children);
        return nodes;
    }

    private sealed class Node(ForkChoiceBlock block, bool isInvalid)
    {
        public ForkChoiceBlock Block { get; } = block;

        public List<Node> Children { get; } = [];

        public bool IsInvalid { get; set; } = isInvalid;

        public bool Beats(Node other) =>
            Block.TotalWeight != other.Block.TotalWeight
                ? Block.TotalWeight > other.Block.TotalWeight
                : Block.ArrivalOrder < other.Block.ArrivalOrder;
    }
}
