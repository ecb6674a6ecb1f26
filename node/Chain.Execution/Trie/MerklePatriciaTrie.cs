using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// A Merkle-Patricia trie (yellow paper, appendix D) over nodes that <see cref="IStateReader"/> knows by hash. Changes stay in
/// memory until <see cref="Commit"/> hashes what changed. Keys are used as given: a secure trie's caller hashes them.
/// </summary>
public sealed class MerklePatriciaTrie
{
    private readonly IStateReader _reader;
    private readonly TrieNodeCache _cache;
    private TrieNode? _root;

    /// <param name="reader">Where nodes come from.</param>
    /// <param name="root">The root to start from; <see cref="BlockHeader.EmptyTrieRoot"/> for an empty trie.</param>
    /// <param name="cache">Decoded nodes to share with other tries of the same owner.</param>
    public MerklePatriciaTrie(IStateReader reader, Hash256 root, TrieNodeCache? cache = null)
    {
        _reader = reader;
        _cache = cache ?? new TrieNodeCache(4096);
        _root = root == BlockHeader.EmptyTrieRoot ? null : new HashNode(root);
    }

    /// <summary>The value under the key; null where there is none. Not to be changed.</summary>
    /// <exception cref="MissingStateException">A node on the way does not exist.</exception>
    public byte[]? Get(ReadOnlySpan<byte> key)
    {
        Span<byte> path = stackalloc byte[64];
        path = ToPath(key, path);
        var node = _root;
        while (true)
        {
            switch (node)
            {
                case null:
                    return null;
                case HashNode hash:
                    node = Resolve(hash);
                    break;
                case LeafNode leaf:
                    return path.SequenceEqual(leaf.Path) ? leaf.Value : null;
                case ExtensionNode extension:
                    if (!path.StartsWith(extension.Path)) return null;
                    path = path[extension.Path.Length..];
                    node = extension.Child;
                    break;
                case BranchNode branch:
                    if (path.IsEmpty) return branch.Value;
                    node = branch.Children[path[0]];
                    path = path[1..];
                    break;
            }
        }
    }

    /// <summary>Puts the value under the key. An empty value deletes the key. The trie keeps the array.</summary>
    /// <exception cref="MissingStateException">A node on the way does not exist.</exception>
    public void Set(ReadOnlySpan<byte> key, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Span<byte> path = stackalloc byte[64];
        path = ToPath(key, path);
        _root = value.Length == 0 ? Delete(_root, path) : Insert(_root, path, value);
    }

    /// <summary>Removes the key, where it is there.</summary>
    /// <exception cref="MissingStateException">A node on the way does not exist.</exception>
    public void Delete(ReadOnlySpan<byte> key) => Set(key, []);

    /// <summary>
    /// Hashes what changed, appends the new nodes (children before parents, by path) and returns the root. The trie can go on
    /// when the reader knows these nodes.
    /// </summary>
    public Hash256 Commit(ICollection<KeyValuePair<Hash256, byte[]>> newNodes)
    {
        ArgumentNullException.ThrowIfNull(newNodes);
        if (_root is null) return BlockHeader.EmptyTrieRoot;
        var root = (HashNode)new TrieCommit(_cache, newNodes).Commit(_root, isRoot: true);
        _root = root;
        return root.Hash;
    }

    /// <summary>
    /// The nodes from the root towards the key, each as RLP, inline ones within their parents: shows the key's value, or that
    /// there is none. Empty for an empty trie.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are changes that were not committed.</exception>
    public IReadOnlyList<byte[]> Prove(ReadOnlySpan<byte> key)
    {
        if (_root is { IsDirty: true }) throw new InvalidOperationException("Commit the trie before proving from it.");
        Span<byte> path = stackalloc byte[64];
        path = ToPath(key, path);
        var proof = new List<byte[]>();
        var rlp = new RlpWriter(544);
        var node = _root;
        while (node is not null)
        {
            if (node is HashNode hash)
            {
                node = Resolve(hash);
                rlp.Clear();
                node.Encode(rlp);
                proof.Add(rlp.ToArray());
            }

            node = TrieProof.Step(node, ref path, out _);
        }

        return proof;
    }

    /// <summary>All keys with their values, in ascending order of the keys.</summary>
    /// <exception cref="MissingStateException">A node does not exist.</exception>
    public IEnumerable<KeyValuePair<byte[], byte[]>> Entries()
    {
        var open = new Stack<(TrieNode Node, byte[] Path)>();
        if (_root is not null) open.Push((_root, []));
        while (open.TryPop(out var item))
        {
            var (node, path) = (item.Node is HashNode hash ? Resolve(hash) : item.Node, item.Path);
            if (node is LeafNode leaf)
            {
                yield return new(HexPrefix.FromNibbles([.. path, .. leaf.Path]), leaf.Value);
            }
            else if (node is ExtensionNode extension)
            {
                open.Push((extension.Child, [.. path, .. extension.Path]));
            }
            else if (node is BranchNode branch)
            {
                if (branch.Value is not null) yield return new(HexPrefix.FromNibbles(path), branch.Value);
                for (var i = branch.Children.Length - 1; i >= 0; i--)
                {
                    if (branch.Children[i] is { } child) open.Push((child, [.. path, (byte)i]));
                }
            }
        }
    }

    private static Span<byte> ToPath(ReadOnlySpan<byte> key, Span<byte> room)
    {
        var path = key.Length <= 32 ? room[..(2 * key.Length)] : new byte[2 * key.Length];
        HexPrefix.ToNibbles(key, path);
        return path;
    }

    private TrieNode Resolve(HashNode hash)
    {
        if (_cache.Find(hash.Hash) is { } known) return known;
        var node = TrieNodeCodec.Load(_reader, hash.Hash);
        _cache.Add(hash.Hash, node);
        return node;
    }

    // Insert and Delete answer the node itself where nothing changed below it, or where it was dirty and changed in place.
    private TrieNode Insert(TrieNode? node, ReadOnlySpan<byte> path, byte[] value)
    {
        switch (node)
        {
            case null:
                return new LeafNode(path.ToArray(), value);
            case HashNode hash:
                var resolved = Resolve(hash);
                var inserted = Insert(resolved, path, value);
                return ReferenceEquals(inserted, resolved) ? hash : inserted;
            case LeafNode leaf:
                return InsertAtLeaf(leaf, path, value);
            case ExtensionNode extension:
                return InsertAtExtension(extension, path, value);
            default:
                return InsertAtBranch((BranchNode)node, path, value);
        }
    }

    private static TrieNode InsertAtLeaf(LeafNode leaf, ReadOnlySpan<byte> path, byte[] value)
    {
        var common = path.CommonPrefixLength(leaf.Path);
        if (common == path.Length && common == leaf.Path.Length)
        {
            return leaf.Value.AsSpan().SequenceEqual(value) ? leaf : new LeafNode(leaf.Path, value);
        }

        var branch = new BranchNode(new TrieNode?[16], null);
        PutLeaf(branch, leaf.Path.AsSpan(common), leaf.Value);
        PutLeaf(branch, path[common..], value);
        return WithPrefix(path[..common], branch);
    }

    private TrieNode InsertAtExtension(ExtensionNode extension, ReadOnlySpan<byte> path, byte[] value)
    {
        var common = path.CommonPrefixLength(extension.Path);
        if (common == extension.Path.Length)
        {
            var child = Insert(extension.Child, path[common..], value);
            return ReferenceEquals(child, extension.Child) ? extension : new ExtensionNode(extension.Path, child);
        }

        var branch = new BranchNode(new TrieNode?[16], null);
        branch.Children[extension.Path[common]] = WithPrefix(extension.Path.AsSpan(common + 1), extension.Child);
        PutLeaf(branch, path[common..], value);
        return WithPrefix(path[..common], branch);
    }

    private BranchNode InsertAtBranch(BranchNode branch, ReadOnlySpan<byte> path, byte[] value)
    {
        if (path.IsEmpty)
        {
            if (branch.Value is not null && branch.Value.AsSpan().SequenceEqual(value)) return branch;
            var withValue = branch.ToMutable();
            withValue.Value = value;
            return withValue;
        }

        var old = branch.Children[path[0]];
        var child = Insert(old, path[1..], value);
        if (ReferenceEquals(child, old)) return branch;
        var changed = branch.ToMutable();
        changed.Children[path[0]] = child;
        return changed;
    }

    private static void PutLeaf(BranchNode branch, ReadOnlySpan<byte> path, byte[] value)
    {
        if (path.IsEmpty) branch.Value = value;
        else branch.Children[path[0]] = new LeafNode(path[1..].ToArray(), value);
    }

    private static TrieNode WithPrefix(ReadOnlySpan<byte> prefix, TrieNode branch) =>
        prefix.IsEmpty ? branch : new ExtensionNode(prefix.ToArray(), branch);

    private TrieNode? Delete(TrieNode? node, ReadOnlySpan<byte> path)
    {
        switch (node)
        {
            case null:
                return null;
            case HashNode hash:
                var resolved = Resolve(hash);
                var rest = Delete(resolved, path);
                return ReferenceEquals(rest, resolved) ? hash : rest;
            case LeafNode leaf:
                return path.SequenceEqual(leaf.Path) ? null : leaf;
            case ExtensionNode extension:
                if (!path.StartsWith(extension.Path)) return extension;
                var child = Delete(extension.Child, path[extension.Path.Length..]);
                return ReferenceEquals(child, extension.Child) ? extension : Join(extension.Path, child!);
            default:
                return DeleteAtBranch((BranchNode)node, path);
        }
    }

    private TrieNode DeleteAtBranch(BranchNode branch, ReadOnlySpan<byte> path)
    {
        BranchNode changed;
        if (path.IsEmpty)
        {
            if (branch.Value is null) return branch;
            changed = branch.ToMutable();
            changed.Value = null;
        }
        else
        {
            var old = branch.Children[path[0]];
            var child = Delete(old, path[1..]);
            if (ReferenceEquals(child, old)) return branch;
            changed = branch.ToMutable();
            changed.Children[path[0]] = child;
            if (child is not null) return changed;
        }

        return Collapse(changed);
    }

    // A branch with one way left is no branch any more.
    private TrieNode Collapse(BranchNode branch)
    {
        var only = -1;
        for (var i = 0; i < branch.Children.Length; i++)
        {
            if (branch.Children[i] is null) continue;
            if (only >= 0 || branch.Value is not null) return branch;
            only = i;
        }

        return only < 0 ? new LeafNode([], branch.Value!) : Join([(byte)only], branch.Children[only]!);
    }

    private TrieNode Join(ReadOnlySpan<byte> prefix, TrieNode node) => (node is HashNode hash ? Resolve(hash) : node) switch
    {
        LeafNode leaf => new LeafNode([.. prefix, .. leaf.Path], leaf.Value),
        ExtensionNode extension => new ExtensionNode([.. prefix, .. extension.Path], extension.Child),
        _ => new ExtensionNode(prefix.ToArray(), node),
    };
}
