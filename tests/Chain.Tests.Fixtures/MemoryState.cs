using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>State by content hash in two dictionaries.</summary>
internal sealed class MemoryState : IStateReader
{
    public Dictionary<Hash256, byte[]> Nodes { get; } = [];

    public Dictionary<Hash256, byte[]> Codes { get; } = [];

    public byte[]? GetTrieNode(Hash256 hash) => Nodes.GetValueOrDefault(hash);

    public byte[]? GetCode(Hash256 hash) => Codes.GetValueOrDefault(hash);

    /// <summary>Keeps what a transition made and answers its root.</summary>
    public Hash256 Apply(StateDiff diff)
    {
        foreach (var (hash, node) in diff.Nodes) Nodes[hash] = node;
        foreach (var (hash, code) in diff.Codes) Codes[hash] = code;
        return diff.Root;
    }

    /// <summary>Commits a trie into this store and answers its root.</summary>
    public Hash256 Commit(MerklePatriciaTrie trie)
    {
        var nodes = new List<KeyValuePair<Hash256, byte[]>>();
        var root = trie.Commit(nodes);
        foreach (var (hash, node) in nodes)
        {
            Assert.Equal(hash, Keccak256.Hash(node));
            Nodes[hash] = node;
        }

        return root;
    }
}
