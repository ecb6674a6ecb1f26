using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>One block of the tree.</summary>
internal sealed class ProtoNode(StakeForkChoiceBlock block, int parent, bool isTimely)
{
    public StakeForkChoiceBlock Block { get; } = block;

    /// <summary>The parent's position in the array; -1 for the root.</summary>
    public int Parent { get; set; } = parent;

    /// <summary>block_timeliness: whether it arrived in its slot before votes were due.</summary>
    public bool IsTimely { get; } = isTimely;

    /// <summary>Found invalid after it was added: it and its descendants cannot be head.</summary>
    public bool IsInvalid { get; set; }
}

/// <summary>
/// The block tree as an array in which parents stand before their children, linked by index. One pass backwards carries
/// weights and viability from the leaves to the root, one pass forwards carries what follows from ancestors.
/// </summary>
internal sealed class ProtoArray
{
    private List<ProtoNode> _nodes = [];
    private Dictionary<Hash256, int> _positions = [];

    public int Count => _nodes.Count;

    public ProtoNode this[int position] => _nodes[position];

    /// <summary>The block's position; -1 when it is not in the tree.</summary>
    public int Find(Hash256 root) => _positions.GetValueOrDefault(root, -1);

    public int Add(StakeForkChoiceBlock block, int parent, bool isTimely)
    {
        _positions.Add(block.Root, _nodes.Count);
        _nodes.Add(new ProtoNode(block, parent, isTimely) { IsInvalid = parent >= 0 && _nodes[parent].IsInvalid });
        return _nodes.Count - 1;
    }

    /// <summary>get_ancestor: the latest block of this branch at the slot or before; -1 when that lies before the root.</summary>
    public int AncestorAt(int position, Slot slot)
    {
        while (position >= 0 && _nodes[position].Block.Slot > slot) position = _nodes[position].Parent;
        return position;
    }

    /// <summary>is_ancestor.</summary>
    public bool IsAncestor(int position, int ancestor) => AncestorAt(position, _nodes[ancestor].Block.Slot) == ancestor;

    /// <summary>Adds to each block the sum of what its descendants have.</summary>
    public void SumUpwards(ulong[] values)
    {
        for (var i = _nodes.Count - 1; i > 0; i--)
        {
            if (_nodes[i].Parent >= 0) values[_nodes[i].Parent] += values[i];
        }
    }

    public void MarkInvalid(int position)
    {
        _nodes[position].IsInvalid = true;
        for (var i = position + 1; i < _nodes.Count; i++)
        {
            if (_nodes[i].Parent >= 0 && _nodes[_nodes[i].Parent].IsInvalid) _nodes[i].IsInvalid = true;
        }
    }

    /// <summary>Keeps the descendants of a block. The result maps old positions to new ones, -1 for what is gone.</summary>
    public int[] Prune(int newRoot)
    {
        var map = new int[_nodes.Count];
        Array.Fill(map, -1);
        var kept = new List<ProtoNode>();
        for (var i = newRoot; i < _nodes.Count; i++)
        {
            var node = _nodes[i];
            var parent = i == newRoot || node.Parent < 0 ? -1 : map[node.Parent];
            if (i != newRoot && parent < 0) continue;
            map[i] = kept.Count;
            node.Parent = parent;
            kept.Add(node);
        }

        _nodes = kept;
        _positions = kept.Select((node, i) => (node.Block.Root, i)).ToDictionary(entry => entry.Root, entry => entry.i);
        return map;
    }
}
