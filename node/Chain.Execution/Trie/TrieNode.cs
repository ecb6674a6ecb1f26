using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// A decoded node of a Merkle-Patricia trie (yellow paper, appendix D). A clean node never changes and may be shared by
/// tries and caches; a dirty one belongs to the one trie that made it, and so does every node above it.
/// </summary>
internal abstract class TrieNode
{
    public bool IsDirty { get; set; } = true;

    /// <summary>
    /// Writes the node as one RLP item. Children must be committed: a hash, or a node short enough to stand inline.
    /// </summary>
    public abstract void Encode(RlpWriter rlp);
}

/// <summary>A node known by its hash only.</summary>
internal sealed class HashNode : TrieNode
{
    public HashNode(Hash256 hash)
    {
        Hash = hash;
        IsDirty = false;
    }

    public Hash256 Hash { get; }

    public override void Encode(RlpWriter rlp) => rlp.Write(Hash);
}

internal sealed class LeafNode(byte[] path, byte[] value) : TrieNode
{
    public byte[] Path => path;

    public byte[] Value => value;

    public override void Encode(RlpWriter rlp)
    {
        rlp.StartList();
        TrieNodeCodec.WritePath(rlp, path, isLeaf: true);
        rlp.Write(value);
        rlp.EndList();
    }
}

/// <summary>A shared path (at least one nibble) above a branch.</summary>
internal sealed class ExtensionNode(byte[] path, TrieNode child) : TrieNode
{
    public byte[] Path => path;

    public TrieNode Child { get; set; } = child;

    public override void Encode(RlpWriter rlp)
    {
        rlp.StartList();
        TrieNodeCodec.WritePath(rlp, path, isLeaf: false);
        Child.Encode(rlp);
        rlp.EndList();
    }
}

/// <summary>Sixteen ways on, and the value of the key that ends here.</summary>
internal sealed class BranchNode(TrieNode?[] children, byte[]? value) : TrieNode
{
    public TrieNode?[] Children => children;

    public byte[]? Value { get; set; } = value;

    /// <summary>This node where it may be changed, otherwise a dirty copy.</summary>
    public BranchNode ToMutable() => IsDirty ? this : new BranchNode((TrieNode?[])children.Clone(), Value);

    public override void Encode(RlpWriter rlp)
    {
        rlp.StartList();
        foreach (var child in children)
        {
            if (child is null) rlp.Write([]);
            else child.Encode(rlp);
        }

        rlp.Write(Value.AsSpan());
        rlp.EndList();
    }
}
