using Chain.Primitives;

namespace Chain.Execution;

/// <summary>Goes through a whole state: what pruning must keep, and what all accounts hold.</summary>
public static class StateWalker
{
    /// <summary>The wei of all accounts together.</summary>
    /// <exception cref="MissingStateException">The state is not complete.</exception>
    public static UInt256 TotalBalance(IStateReader reader, Hash256 root)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var total = UInt256.Zero;
        foreach (var (_, account) in new MerklePatriciaTrie(reader, root).Entries()) total += Account.Decode(account).Balance;
        return total;
    }

    /// <summary>
    /// The hashes of all trie nodes and codes that the root reaches: accounts, their storage, their code; each once.
    /// </summary>
    /// <param name="reader">The store; it must not lose nodes meanwhile.</param>
    /// <param name="root">A state root.</param>
    /// <param name="visited">What was found before, and is skipped with all below it; grows with what is found now. Give one set
    /// to the walks of many roots, and only what they do not share is walked again.</param>
    /// <exception cref="MissingStateException">The state is not complete.</exception>
    public static IEnumerable<Hash256> ReachableNodes(IStateReader reader, Hash256 root, ISet<Hash256>? visited = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        visited ??= new HashSet<Hash256>();
        var open = new Stack<(TrieNode Node, bool IsStorage)>();
        if (root != BlockHeader.EmptyTrieRoot) open.Push((new HashNode(root), false));
        while (open.TryPop(out var item))
        {
            switch (item.Node)
            {
                case HashNode hash:
                    if (!visited.Add(hash.Hash)) break;
                    yield return hash.Hash;
                    open.Push((TrieNodeCodec.Load(reader, hash.Hash), item.IsStorage));
                    break;
                case ExtensionNode extension:
                    open.Push((extension.Child, item.IsStorage));
                    break;
                case BranchNode branch:
                    for (var i = branch.Children.Length - 1; i >= 0; i--)
                    {
                        if (branch.Children[i] is { } child) open.Push((child, item.IsStorage));
                    }

                    break;
                case LeafNode leaf when !item.IsStorage:
                    var account = Account.Decode(leaf.Value);
                    if (account.StorageRoot != BlockHeader.EmptyTrieRoot) open.Push((new HashNode(account.StorageRoot), true));
                    if (account.IsContract && visited.Add(account.CodeHash)) yield return account.CodeHash;
                    break;
            }
        }
    }
}
