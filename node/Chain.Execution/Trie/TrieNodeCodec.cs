using Chain.Primitives;

namespace Chain.Execution;

/// <summary>The bytes of trie nodes, read strictly: what decodes encodes to the same bytes.</summary>
internal static class TrieNodeCodec
{
    public static void WritePath(RlpWriter rlp, ReadOnlySpan<byte> path, bool isLeaf)
    {
        var length = HexPrefix.EncodedLength(path.Length);
        var encoded = length <= 64 ? stackalloc byte[64] : new byte[length];
        rlp.Write(encoded[..HexPrefix.Encode(path, isLeaf, encoded)]);
    }

    /// <summary>Decodes one node; it is clean.</summary>
    /// <exception cref="RlpException">Not the encoding of a trie node.</exception>
    public static TrieNode Decode(ReadOnlySpan<byte> encoded)
    {
        var outer = new RlpReader(encoded);
        var node = ReadNode(ref outer);
        outer.ExpectEnd();
        return node;
    }

    /// <summary>Reads and decodes the node with this hash.</summary>
    /// <exception cref="MissingStateException">It is not there, or not a node.</exception>
    public static TrieNode Load(IStateReader reader, Hash256 hash)
    {
        var encoded = reader.GetTrieNode(hash) ?? throw new MissingStateException("trie node", hash);
        try
        {
            return Decode(encoded);
        }
        catch (RlpException e)
        {
            throw new MissingStateException("trie node", hash, e);
        }
    }

    private static TrieNode ReadNode(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        TrieNode node = CountItems(rlp) switch
        {
            2 => ReadLeafOrExtension(ref rlp),
            17 => ReadBranch(ref rlp),
            var other => throw new RlpException($"A trie node has 2 or 17 items, not {other}."),
        };
        node.IsDirty = false;
        return node;
    }

    private static int CountItems(RlpReader rlp)
    {
        var count = 0;
        for (; !rlp.IsAtEnd && count < 18; count++) rlp.ReadItem();
        return count;
    }

    private static TrieNode ReadLeafOrExtension(ref RlpReader rlp)
    {
        var (path, isLeaf) = HexPrefix.Decode(rlp.ReadBytes());
        if (isLeaf)
        {
            var value = rlp.ReadBytes();
            return value.IsEmpty ? throw new RlpException("A trie leaf must have a value.") : new LeafNode(path, value.ToArray());
        }

        if (path.Length == 0) throw new RlpException("A trie extension must have a path.");
        return new ExtensionNode(path, ReadChild(ref rlp) ?? throw new RlpException("A trie extension must have a child."));
    }

    private static BranchNode ReadBranch(ref RlpReader rlp)
    {
        var children = new TrieNode?[16];
        for (var i = 0; i < children.Length; i++) children[i] = ReadChild(ref rlp);
        var value = rlp.ReadBytes();
        return new BranchNode(children, value.IsEmpty ? null : value.ToArray());
    }

    private static TrieNode? ReadChild(ref RlpReader rlp)
    {
        if (!rlp.NextIsList)
        {
            var bytes = rlp.ReadBytes();
            return bytes.IsEmpty ? null
                : bytes.Length == Hash256.Size ? new HashNode(new Hash256(bytes))
                : throw new RlpException($"A trie node's child is a hash of 32 bytes or an inline node, not {bytes.Length} "
                    + $"bytes.");
        }

        // The bound also limits how deep a hostile proof can nest.
        var item = rlp.ReadItem();
        if (item.Length >= Hash256.Size) throw new RlpException($"A trie node of {item.Length} bytes must stand by its hash.");
        return Decode(item);
    }
}
