using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// Reads state by content hash, synchronously. What it answers must hash to what was asked; null means: not there.
/// </summary>
public interface IStateReader
{
    /// <summary>The RLP of the trie node with this Keccak-256.</summary>
    byte[]? GetTrieNode(Hash256 hash);

    /// <summary>The contract code with this Keccak-256.</summary>
    byte[]? GetCode(Hash256 hash);
}

/// <summary>A trie node or code that must exist does not, or is corrupt: the state was pruned, or the store is damaged.</summary>
public sealed class MissingStateException : Exception
{
    public MissingStateException(string what, Hash256 hash, Exception? inner = null)
        : base($"The {what} {hash} is {(inner is null ? "missing" : "corrupt")}: this state was pruned or the store is damaged.",
            inner) => Hash = hash;

    /// <summary>The content hash that was asked for.</summary>
    public Hash256 Hash { get; }
}
