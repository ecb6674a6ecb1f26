using Chain.Primitives;

namespace Chain.Execution;

/// <summary>Reads state by content hash, synchronously. Null: not there.</summary>
public interface IStateReader
{
    /// <summary>The RLP of a trie node.</summary>
    byte[]? GetTrieNode(Hash256 hash);

    byte[]? GetCode(Hash256 hash);
}
