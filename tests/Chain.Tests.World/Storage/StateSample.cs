using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>A small state trie by hand: a branch over two accounts, of which the second may have storage and code.</summary>
internal sealed class StateSample
{
    private readonly List<KeyValuePair<Hash256, byte[]>> _nodes = [];

    /// <param name="first">Balance of the first account.</param>
    /// <param name="storage">A value in the second account's storage; null for none and no code.</param>
    public StateSample(ulong first, ulong? storage)
    {
        var firstLeaf = Put(Leaf(0x11, Account(first, BlockHeader.EmptyTrieRoot, Keccak256.Empty)));
        Hash256 storageRoot = BlockHeader.EmptyTrieRoot, codeHash = Keccak256.Empty;
        if (storage is { } value)
        {
            Code = [0x60, (byte)value];
            codeHash = Keccak256.Hash(Code);
            storageRoot = Put(Extension(Put(Branch(rlp => rlp.WriteEncoded(Leaf(0x22, [5])),
                rlp => rlp.Write(Put(Leaf(0x33, [.. Enumerable.Repeat((byte)value, 33)])))))));
        }

        var secondLeaf = Put(Leaf(0x44, Account(7, storageRoot, codeHash)));
        Root = Put(Branch(rlp => rlp.Write(firstLeaf), rlp => rlp.Write(secondLeaf)));
    }

    public Hash256 Root { get; }

    public byte[]? Code { get; }

    public IReadOnlyList<Hash256> NodeHashes => [.. _nodes.Select(node => node.Key)];

    public StoreBatch ToBatch()
    {
        var batch = new StoreBatch();
        batch.TrieNodes.AddRange(_nodes);
        if (Code is not null) batch.Codes.Add(KeyValuePair.Create(Keccak256.Hash(Code), Code));
        return batch;
    }

    /// <summary>Whether all of this state is there.</summary>
    public bool IsWholeIn(IChainReader reader) =>
        NodeHashes.All(hash => reader.GetTrieNode(hash) is { } node && Keccak256.Hash(node) == hash)
        && (Code is null || reader.GetCode(Keccak256.Hash(Code)) is not null);

    private Hash256 Put(byte[] node)
    {
        var hash = Keccak256.Hash(node);
        _nodes.Add(KeyValuePair.Create(hash, node));
        return hash;
    }

    private static byte[] Account(ulong balance, Hash256 storageRoot, Hash256 codeHash) =>
        new Execution.Account(1, balance, storageRoot, codeHash).Encode();

    // Hex prefix 0x20: a leaf with an even path.
    private static byte[] Leaf(byte path, byte[] value) => List(rlp =>
    {
        rlp.Write([0x20, path]);
        rlp.Write(value);
    });

    private static byte[] Extension(Hash256 child) => List(rlp =>
    {
        rlp.Write([0x00, 0x77]);
        rlp.Write(child);
    });

    private static byte[] Branch(Action<RlpWriter> child3, Action<RlpWriter> child9) => List(rlp =>
    {
        for (var i = 0; i < 17; i++)
        {
            if (i == 3) child3(rlp);
            else if (i == 9) child9(rlp);
            else rlp.Write([]);
        }
    });

    private static byte[] List(Action<RlpWriter> items)
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        items(rlp);
        rlp.EndList();
        return rlp.ToArray();
    }
}
