using Chain.Primitives;

namespace Chain.Execution;

/// <summary>Turns the dirty nodes of a trie into hashes, children first.</summary>
internal sealed class TrieCommit(TrieNodeCache cache, ICollection<KeyValuePair<Hash256, byte[]>> newNodes)
{
    private readonly RlpWriter _rlp = new(1024);

    /// <summary>
    /// What a parent writes for this node: itself while shorter than a hash, otherwise its hash. A root is always hashed.
    /// </summary>
    public TrieNode Commit(TrieNode node, bool isRoot = false)
    {
        if (!node.IsDirty) return node;
        if (node is BranchNode branch)
        {
            var children = branch.Children;
            for (var i = 0; i < children.Length; i++)
            {
                if (children[i] is { IsDirty: true } child) children[i] = Commit(child);
            }
        }
        else if (node is ExtensionNode extension)
        {
            extension.Child = Commit(extension.Child);
        }

        node.IsDirty = false;
        _rlp.Clear();
        node.Encode(_rlp);
        if (_rlp.WrittenSpan.Length < Hash256.Size && !isRoot) return node;
        var hash = _rlp.ToKeccak256();
        newNodes.Add(new KeyValuePair<Hash256, byte[]>(hash, _rlp.ToArray()));
        cache.Add(hash, node);
        return new HashNode(hash);
    }
}
