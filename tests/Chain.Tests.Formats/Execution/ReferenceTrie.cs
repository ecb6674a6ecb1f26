using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// The trie as appendix D of the yellow paper defines it, worked out from a whole map and from nothing of the code under test
/// but RLP and Keccak: the oracle for roots and for proofs.
/// </summary>
internal static class ReferenceTrie
{
    public static Hash256 Root(IEnumerable<KeyValuePair<byte[], byte[]>> map)
    {
        var items = map.Select(pair => (Path: Nibbles(pair.Key), pair.Value))
            .OrderBy(item => Convert.ToHexString(item.Path), StringComparer.Ordinal).ToList();
        return items.Count == 0 ? Keccak256.Hash([0x80]) : Keccak256.Hash(Node(items, 0));
    }

    /// <summary>
    /// The value that the nodes prove; null for a proof that there is none. Throws for anything that proves nothing.
    /// </summary>
    public static byte[]? Verify(Hash256 root, byte[] key, IReadOnlyList<byte[]> proof)
    {
        if (proof.Count == 0)
            return root == Keccak256.Hash([0x80]) ? null : throw new FormatException("No nodes, and the trie is not empty.");
        var path = Nibbles(key);
        var depth = 0;
        var reference = root.ToArray();
        for (var i = 0; ; i++)
        {
            // A reference of 32 bytes is a hash; anything shorter is the node itself.
            byte[] node;
            if (reference.Length == 32)
            {
                node = proof[0];
                proof = [.. proof.Skip(1)];
                if (!Keccak256.Hash(node).Bytes.SequenceEqual(reference))
                    throw new FormatException($"Node {i} has another hash.");
            }
            else
            {
                node = reference;
            }

            var items = Items(node);
            if (items.Count == 17)
            {
                if (depth == path.Length) return End(proof, Payload(items[16]));
                reference = Payload(items[path[depth++]]);
                if (reference.Length == 0) return End(proof, null);
                continue;
            }

            var (nibbles, isLeaf) = Compact(Payload(items[0]));
            var fits = path.Skip(depth).Take(nibbles.Length).SequenceEqual(nibbles);
            if (isLeaf) return End(proof, fits && depth + nibbles.Length == path.Length ? Payload(items[1]) : null);
            if (!fits) return End(proof, null);
            depth += nibbles.Length;
            reference = Payload(items[1]);
        }
    }

    private static byte[]? End(IReadOnlyList<byte[]> unused, byte[]? value) =>
        unused.Count > 0 ? throw new FormatException($"{unused.Count} nodes too many.") : value is { Length: 0 } ? null : value;

    private static byte[] Node(List<(byte[] Path, byte[] Value)> items, int depth)
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        if (items.Count == 1)
        {
            rlp.Write(Compact(items[0].Path[depth..], true));
            rlp.Write(items[0].Value);
        }
        else
        {
            var first = items[0].Path;
            var shared = depth;
            while (items.All(item => item.Path.Length > shared && item.Path[shared] == first[shared])) shared++;
            if (shared > depth)
            {
                rlp.Write(Compact(first[depth..shared], false));
                Reference(rlp, Node(items, shared));
            }
            else
            {
                for (var nibble = 0; nibble < 16; nibble++)
                {
                    var below = items.Where(item => item.Path.Length > depth && item.Path[depth] == nibble).ToList();
                    if (below.Count == 0) rlp.Write([]);
                    else Reference(rlp, Node(below, depth + 1));
                }

                rlp.Write(items.FirstOrDefault(item => item.Path.Length == depth).Value ?? []);
            }
        }

        rlp.EndList();
        return rlp.ToArray();
    }

    private static void Reference(RlpWriter rlp, byte[] node)
    {
        if (node.Length < 32) rlp.WriteEncoded(node);
        else rlp.Write(Keccak256.Hash(node));
    }

    private static byte[] Nibbles(byte[] bytes) => [.. bytes.SelectMany(b => new[] { (byte)(b >> 4), (byte)(b & 15) })];

    private static byte[] Compact(byte[] nibbles, bool isLeaf)
    {
        var flag = (isLeaf ? 2 : 0) + (nibbles.Length % 2);
        byte[] padded = nibbles.Length % 2 == 1 ? [(byte)flag, .. nibbles] : [(byte)flag, 0, .. nibbles];
        return [.. padded.Chunk(2).Select(pair => (byte)((pair[0] << 4) | pair[1]))];
    }

    private static (byte[] Nibbles, bool IsLeaf) Compact(byte[] encoded)
    {
        var nibbles = Nibbles(encoded);
        return (nibbles[(nibbles[0] % 2 == 1 ? 1 : 2)..], nibbles[0] >= 2);
    }

    private static List<byte[]> Items(byte[] node)
    {
        var list = new RlpReader(node).ReadList();
        var items = new List<byte[]>();
        while (!list.IsAtEnd) items.Add(list.ReadItem().ToArray());
        return items;
    }

    private static byte[] Payload(byte[] item)
    {
        var rlp = new RlpReader(item);
        return rlp.NextIsList ? item : rlp.ReadBytes().ToArray();
    }
}
