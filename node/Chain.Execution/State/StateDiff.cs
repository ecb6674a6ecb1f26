using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// What a store must keep so that the state with this root can be read: the trie nodes and codes that the state before it may
/// lack. Equal inputs give equal order. An item may be in the store already: content addressed, writing it again is harmless.
/// </summary>
/// <param name="Root">The new state root.</param>
/// <param name="Nodes">Trie nodes as RLP by their Keccak-256, children before parents.</param>
/// <param name="Codes">Contract codes by their Keccak-256.</param>
public sealed record StateDiff(
    Hash256 Root,
    IReadOnlyList<KeyValuePair<Hash256, byte[]>> Nodes,
    IReadOnlyList<KeyValuePair<Hash256, byte[]>> Codes);
