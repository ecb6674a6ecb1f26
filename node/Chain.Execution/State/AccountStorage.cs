using Chain.Primitives;

namespace Chain.Execution;

/// <summary>The storage slots of one account that were read or written, over its storage trie.</summary>
internal sealed class AccountStorage(MerklePatriciaTrie trie)
{
    private readonly Dictionary<Hash256, UInt256> _slots = [];

    // In the order of first writing, so that nothing depends on the order of a hash table.
    private readonly List<Hash256> _written = [];
    private readonly HashSet<Hash256> _isWritten = [];

    public UInt256 Get(Hash256 slot)
    {
        if (_slots.TryGetValue(slot, out var value)) return value;
        value = trie.Get(Keccak256.Hash(slot.Bytes).Bytes) is { } encoded ? Decode(encoded) : UInt256.Zero;
        _slots.Add(slot, value);
        return value;
    }

    public void Set(Hash256 slot, UInt256 value)
    {
        _slots[slot] = value;
        if (_isWritten.Add(slot)) _written.Add(slot);
    }

    /// <summary>Writes the slots to the trie and returns its new root.</summary>
    public Hash256 Commit(ICollection<KeyValuePair<Hash256, byte[]>> newNodes)
    {
        foreach (var slot in _written)
        {
            trie.Set(Keccak256.Hash(slot.Bytes).Bytes, Encode(_slots[slot]));
        }

        return trie.Commit(newNodes);
    }

    /// <summary>A slot's value as the trie holds it: RLP of the number, nothing for zero.</summary>
    public static byte[] Encode(UInt256 value)
    {
        if (value.IsZero) return [];
        var rlp = new RlpWriter(40);
        rlp.Write(value);
        return rlp.ToArray();
    }

    public static UInt256 Decode(ReadOnlySpan<byte> encoded) => new RlpReader(encoded).ReadUInt256();
}
