using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>
/// Fork choice of EIP-3436: the greatest total difficulty; on a tie the lowest number, then the signer whose turn was most
/// recent, then the lowest hash. What arrived first does not matter, so that all nodes decide alike.
/// </summary>
internal sealed class CliqueForkChoice : IForkChoice
{
    private readonly CliqueBlocks _blocks;
    private Dictionary<Hash256, Node> _nodes;
    private Node _best;
    private Node _root;

    public CliqueForkChoice(ForkChoiceBlock root, CliqueBlocks blocks)
    {
        _blocks = blocks;
        _root = _best = new Node(root, blocks.BlocksSinceTurn(root.Header), isInvalid: false);
        _nodes = new Dictionary<Hash256, Node> { [root.Header.Hash] = _root };
        blocks.Restart([root.Header]);
    }

    public void OnBlock(ForkChoiceBlock block)
    {
        if (_nodes.ContainsKey(block.Header.Hash)) return;
        if (!_nodes.TryGetValue(block.Header.ParentHash, out var parent))
            throw new InvalidOperationException($"The parent of {block.Header} is not in the fork choice.");
        var node = new Node(block, _blocks.BlocksSinceTurn(block.Header), parent.IsInvalid);
        parent.Children.Add(node);
        _nodes.Add(block.Header.Hash, node);
        _blocks.Count(block.Header);
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

    /// <summary>Nothing is ever safe or final beyond the genesis block.</summary>
    public ForkChoiceMarks Marks(SealedHeader head) => new(SafeNumber: 0, FinalizedNumber: 0);

    public void Prune(Hash256 newRoot)
    {
        if (!_nodes.TryGetValue(newRoot, out var root))
            throw new InvalidOperationException($"Block {newRoot} is not in the fork choice.");
        if (root.IsInvalid)
            throw new InvalidOperationException($"The invalid {root.Block.Header} cannot become the root of the fork choice.");
        _root = root;
        var kept = Subtree(root);
        _nodes = kept.ToDictionary(node => node.Block.Header.Hash);
        _blocks.Restart(kept.Select(node => node.Block.Header));
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

    private sealed class Node(ForkChoiceBlock block, ulong blocksSinceTurn, bool isInvalid)
    {
        public ForkChoiceBlock Block { get; } = block;

        public List<Node> Children { get; } = [];

        public bool IsInvalid { get; set; } = isInvalid;

        private ulong BlocksSinceTurn { get; } = blocksSinceTurn;

        public bool Beats(Node other)
        {
            if (Block.TotalWeight != other.Block.TotalWeight) return Block.TotalWeight > other.Block.TotalWeight;
            var (header, otherHeader) = (Block.Header, other.Block.Header);
            if (header.Number != otherHeader.Number) return header.Number < otherHeader.Number;
            return BlocksSinceTurn != other.BlocksSinceTurn
                ? BlocksSinceTurn < other.BlocksSinceTurn
                : header.Hash.CompareTo(otherHeader.Hash) < 0;
        }
    }
}
