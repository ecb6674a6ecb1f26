using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Blocks with a valid seal whose parent is not known yet. Bounded, in all and per peer; the oldest make room.
/// </summary>
internal sealed class OrphanPool(NodeLimits limits)
{
    private readonly LinkedList<(Block Block, PeerId? From)> _orphans = new();

    public bool Contains(Hash256 hash) => _orphans.Any(orphan => orphan.Block.Hash == hash);

    public void Add(Block block, PeerId? from)
    {
        if (Contains(block.Hash)) return;
        if (_orphans.Count(orphan => orphan.From == from) >= limits.OrphansPerPeer) RemoveFirst(orphan => orphan.From == from);
        if (_orphans.Count >= limits.Orphans) _orphans.RemoveFirst();
        _orphans.AddLast((block, from));
    }

    /// <summary>Takes out the blocks that stand on this one, oldest first.</summary>
    public List<(Block Block, PeerId? From)> TakeChildren(Hash256 parent)
    {
        var children = _orphans.Where(orphan => orphan.Block.Header.ParentHash == parent).ToList();
        foreach (var child in children) _orphans.Remove(child);
        return children;
    }

    private void RemoveFirst(Predicate<(Block Block, PeerId? From)> match)
    {
        for (var node = _orphans.First; node is not null; node = node.Next)
        {
            if (!match(node.Value)) continue;
            _orphans.Remove(node);
            return;
        }
    }
}
