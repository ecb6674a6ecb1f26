using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>The trie nodes and codes that some states consist of.</summary>
public sealed class MarkedState
{
    public HashSet<Hash256> Nodes { get; } = [];

    public HashSet<Hash256> Codes { get; } = [];
}

/// <summary>
/// Marks what states reach: the first half of pruning. What is not there, or was pruned halfway, ends a path and is no error.
/// </summary>
public static class StateMarker
{
    public static MarkedState Mark(IStateReader reader, IReadOnlyList<Hash256> roots, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(roots);
        var marked = new MarkedState();
        var open = new Stack<(Hash256 Node, bool IsStorage)>();
        foreach (var root in roots) Visit(root, isStorage: false);
        while (open.TryPop(out var next))
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.GetTrieNode(next.Node) is { } node) MarkChildren(node, next.IsStorage);
        }

        return marked;

        void Visit(Hash256 hash, bool isStorage)
        {
            if (marked.Nodes.Add(hash)) open.Push((hash, isStorage));
        }

        void MarkChildren(ReadOnlySpan<byte> node, bool isStorage)
        {
            var rlp = new RlpReader(node).ReadList();
            if (IsBranch(rlp))
            {
                for (var i = 0; i < 16; i++) MarkChild(ref rlp, isStorage);
                return;
            }

            var isLeaf = (rlp.ReadBytes()[0] & 0x20) != 0;
            if (!isLeaf) MarkChild(ref rlp, isStorage);
            else if (!isStorage) MarkAccount(rlp.ReadBytes());
        }

        // A child is nothing, a hash, or a node short enough to stand inline.
        void MarkChild(ref RlpReader rlp, bool isStorage)
        {
            var isInline = rlp.NextIsList;
            var child = isInline ? rlp.ReadItem() : rlp.ReadBytes();
            if (isInline) MarkChildren(child, isStorage);
            else if (!child.IsEmpty) Visit(new Hash256(child), isStorage);
        }

        void MarkAccount(ReadOnlySpan<byte> encoded)
        {
            var account = Account.Decode(encoded);
            if (account.StorageRoot != BlockHeader.EmptyTrieRoot) Visit(account.StorageRoot, isStorage: true);
            if (account.IsContract) marked.Codes.Add(account.CodeHash);
        }
    }

    private static bool IsBranch(RlpReader items)
    {
        items.ReadItem();
        items.ReadItem();
        return !items.IsAtEnd;
    }
}
