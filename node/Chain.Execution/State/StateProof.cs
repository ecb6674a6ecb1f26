using Chain.Primitives;

namespace Chain.Execution;

/// <summary>What an account holds, provable against a state root (EIP-1186, eth_getProof).</summary>
/// <param name="Address">The account asked for.</param>
/// <param name="Account">Its content; null where the proof shows that there is no such account.</param>
/// <param name="Nodes">The nodes of the state trie from the root on, as RLP.</param>
/// <param name="Storage">One for each slot asked for, in that order.</param>
public sealed record AccountProof(Address Address, Account? Account, IReadOnlyList<byte[]> Nodes,
    IReadOnlyList<StorageProof> Storage);

/// <summary>A storage slot, provable against the account's storage root.</summary>
/// <param name="Slot">The key as contracts know it, not its hash.</param>
/// <param name="Value">Zero where the proof shows that nothing is stored.</param>
/// <param name="Nodes">The nodes of the storage trie from its root on, as RLP; none where the trie is empty.</param>
public sealed record StorageProof(Hash256 Slot, UInt256 Value, IReadOnlyList<byte[]> Nodes);

/// <summary>Makes proofs of accounts and storage.</summary>
public static class StateProof
{
    /// <summary>Proves an account and some of its slots against a state root.</summary>
    /// <exception cref="MissingStateException">The reader does not have this state.</exception>
    public static AccountProof Prove(IStateReader reader, Hash256 root, Address address, IReadOnlyList<Hash256> slots)
    {
        ArgumentNullException.ThrowIfNull(slots);
        var trie = new MerklePatriciaTrie(reader, root);
        var key = Keccak256.Hash(address.Bytes);
        var account = trie.Get(key.Bytes) is { } encoded ? Account.Decode(encoded) : null;
        var storageTrie = new MerklePatriciaTrie(reader, account?.StorageRoot ?? BlockHeader.EmptyTrieRoot);
        var storage = new StorageProof[slots.Count];
        for (var i = 0; i < storage.Length; i++) storage[i] = Prove(storageTrie, slots[i]);
        return new AccountProof(address, account, trie.Prove(key.Bytes), storage);
    }

    private static StorageProof Prove(MerklePatriciaTrie trie, Hash256 slot)
    {
        var key = Keccak256.Hash(slot.Bytes);
        var value = trie.Get(key.Bytes) is { } encoded ? AccountStorage.Decode(encoded) : UInt256.Zero;
        return new StorageProof(slot, value, trie.Prove(key.Bytes));
    }
}
