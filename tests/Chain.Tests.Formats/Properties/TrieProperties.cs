using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Tries against a sorted dictionary and <see cref="ReferenceTrie"/>, over seeded random histories.</summary>
public sealed class TrieProperties
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_random_history_leaves_the_root_the_entries_and_the_proofs_of_its_content(int seed)
    {
        var random = new Random(seed);
        var store = new MemoryState();
        var cache = random.Next(2) == 0 ? new TrieNodeCache(random.Next(2, 40)) : null;
        var model = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var trie = new MerklePatriciaTrie(store, BlockHeader.EmptyTrieRoot, cache);
        var keys = Keys(random);
        for (var step = 0; step < 300; step++)
        {
            var key = keys[random.Next(keys.Length)];
            if (random.Next(3) == 0)
            {
                trie.Delete(key);
                model.Remove(Convert.ToHexString(key));
            }
            else
            {
                var value = new byte[random.Next(1, random.Next(2) == 0 ? 4 : 80)];
                random.NextBytes(value);
                trie.Set(key, value);
                model[Convert.ToHexString(key)] = value;
            }

            Assert.Equal(model.GetValueOrDefault(Convert.ToHexString(key)), trie.Get(key));
            if (random.Next(20) == 0) trie = new MerklePatriciaTrie(store, store.Commit(trie), cache);
        }

        var content =
            model.Select(pair => new KeyValuePair<byte[], byte[]>(Convert.FromHexString(pair.Key), pair.Value)).ToList();
        var root = store.Commit(trie);
        Assert.Equal(ReferenceTrie.Root(content), root);

        var reopened = new MerklePatriciaTrie(store, root);
        Assert.Equal(content, reopened.Entries());
        foreach (var key in keys)
        {
            var expected = model.GetValueOrDefault(Convert.ToHexString(key));
            var proof = reopened.Prove(key);
            Assert.Equal(expected, reopened.Get(key));
            Assert.Equal(expected, ReferenceTrie.Verify(root, key, proof));
            Assert.True(TrieProof.Verify(root, key, proof, out var proven));
            Assert.Equal(expected, proven);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Whatever_is_deleted_again_leaves_no_trace_in_the_root(int seed)
    {
        var random = new Random(seed);
        var store = new MemoryState();
        var trie = new MerklePatriciaTrie(store, BlockHeader.EmptyTrieRoot);
        var keys = Keys(random);
        foreach (var key in keys.Take(keys.Length / 2)) trie.Set(key, [1, 2, 3]);
        var before = store.Commit(trie);

        foreach (var key in keys.Skip(keys.Length / 2)) trie.Set(key, new byte[random.Next(1, 50)]);
        if (random.Next(2) == 0) store.Commit(trie);
        foreach (var key in keys.Skip(keys.Length / 2).Reverse()) trie.Delete(key);

        Assert.Equal(before, store.Commit(trie));
        foreach (var key in keys) trie.Delete(key);
        Assert.Equal(BlockHeader.EmptyTrieRoot, store.Commit(trie));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_proof_with_any_bit_changed_or_any_node_missing_or_added_proves_nothing(int seed)
    {
        var random = new Random(seed);
        var store = new MemoryState();
        var trie = new MerklePatriciaTrie(store, BlockHeader.EmptyTrieRoot);
        var keys = Keys(random);
        foreach (var key in keys.Skip(1)) trie.Set(key, Keccak256.Hash(key).ToArray());
        var root = store.Commit(trie);
        foreach (var key in keys)
        {
            var proof = trie.Prove(key);
            var node = random.Next(proof.Count);
            var changed = proof.Select(bytes => bytes.ToArray()).ToList();
            changed[node][random.Next(changed[node].Length)] ^= (byte)(1 << random.Next(8));
            Assert.False(TrieProof.Verify(root, key, changed, out _));
            Assert.False(TrieProof.Verify(root, key, [.. proof.Take(proof.Count - 1)], out _));
            Assert.False(TrieProof.Verify(root, key, [.. proof, proof[0]], out _));
            Assert.False(TrieProof.Verify(Keccak256.Hash(root.Bytes), key, proof, out _));
        }
    }

    [Fact]
    public void The_root_of_a_list_is_that_of_the_trie_from_rlp_index_to_item()
    {
        foreach (var count in Enumerable.Range(0, 300).Append(1_000).Append(70_000))
        {
            // Small items too: the shortest leaves stand inline in their parents.
            var withdrawals = Enumerable.Range(0, count)
                .Select(i => new Withdrawal(count % 2 == 0 ? (ulong)i : 0, 0, Address.Zero, (ulong)count)).ToList();
            var trie = new MerklePatriciaTrie(new MemoryState(), BlockHeader.EmptyTrieRoot, new TrieNodeCache(1 << 18));
            for (var i = 0; i < count; i++) trie.Set(Rlp(rlp => rlp.Write((ulong)i)), Rlp(withdrawals[i].WriteTo));

            Assert.Equal((count, trie.Commit(new List<KeyValuePair<Hash256, byte[]>>())),
                (count, Roots.WithdrawalsRoot(withdrawals)));
        }
    }

    private static byte[] Rlp(Action<RlpWriter> write)
    {
        var rlp = new RlpWriter();
        write(rlp);
        return rlp.ToArray();
    }

    // Distinct keys of one shape: hashes, short ones that are prefixes of each other, or ones that share long beginnings.
    private static byte[][] Keys(Random random)
    {
        var shape = random.Next(3);
        var keys = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        while (keys.Count < 60)
        {
            var key = new byte[shape == 0 ? 32 : shape == 1 ? random.Next(0, 4) : 40];
            random.NextBytes(key.AsSpan(shape == 2 ? 38 : 0));
            if (shape == 1)
            {
                for (var i = 0; i < key.Length; i++) key[i] &= 0x33;
            }

            keys[Convert.ToHexString(key)] = key;
        }

        var shuffled = keys.Values.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }
}
