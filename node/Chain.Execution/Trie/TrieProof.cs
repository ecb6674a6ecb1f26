using Chain.Primitives;

namespace Chain.Execution;

/// <summary>Checks proofs that <see cref="MerklePatriciaTrie.Prove"/> or any other Ethereum node made.</summary>
public static class TrieProof
{
    /// <summary>
    /// True when the nodes prove, against this root, what stands under the key; <paramref name="value"/> is then that value, or
    /// null where they prove that there is none. False for anything else: a wrong hash, a node too few or too many, garbage.
    /// </summary>
    public static bool Verify(Hash256 root, ReadOnlySpan<byte> key, IReadOnlyList<byte[]> proof, out byte[]? value)
    {
        ArgumentNullException.ThrowIfNull(proof);
        value = null;
        Span<byte> path = new byte[2 * key.Length];
        HexPrefix.ToNibbles(key, path);
        TrieNode? node = root == BlockHeader.EmptyTrieRoot ? null : new HashNode(root);
        var used = 0;
        byte[]? found = null;
        try
        {
            while (node is not null)
            {
                if (node is HashNode expected)
                {
                    if (used == proof.Count || Keccak256.Hash(proof[used]) != expected.Hash) return false;
                    node = TrieNodeCodec.Decode(proof[used++]);
                }

                node = Step(node, ref path, out found);
            }
        }
        catch (RlpException)
        {
            return false;
        }

        if (used != proof.Count) return false;
        value = found;
        return true;
    }

    /// <summary>
    /// One step along the path from a decoded node: the next node, or none and the value that the path ended at.
    /// </summary>
    internal static TrieNode? Step(TrieNode node, ref Span<byte> path, out byte[]? value)
    {
        value = null;
        switch (node)
        {
            case LeafNode leaf:
                value = path.SequenceEqual(leaf.Path) ? leaf.Value : null;
                return null;
            case ExtensionNode extension:
                if (!path.StartsWith(extension.Path)) return null;
                path = path[extension.Path.Length..];
                return extension.Child;
            case BranchNode branch:
                if (path.IsEmpty)
                {
                    value = branch.Value;
                    return null;
                }

                var child = branch.Children[path[0]];
                path = path[1..];
                return child;
            default:
                throw new InvalidOperationException("A node known by its hash only must be resolved first.");
        }
    }
}
