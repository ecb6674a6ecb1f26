using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class TrieTests
{
    [Fact]
    public void An_empty_trie_has_the_empty_root_no_value_and_an_empty_proof_of_absence()
    {
        var trie = new MerklePatriciaTrie(new MemoryState(), BlockHeader.EmptyTrieRoot);

        Assert.Null(trie.Get([1]));
        Assert.Empty(trie.Prove([1]));
        Assert.True(TrieProof.Verify(BlockHeader.EmptyTrieRoot, [1], [], out var value));
        Assert.Null(value);
        Assert.Equal(BlockHeader.EmptyTrieRoot, trie.Commit(new List<KeyValuePair<Hash256, byte[]>>()));
    }

    [Fact]
    public void Writing_what_is_there_already_makes_no_new_node()
    {
        var store = new MemoryState();
        var root = Fill(store, 200);
        var trie = new MerklePatriciaTrie(store, root);
        for (var i = 0; i < 200; i++) trie.Set(Key(i), Value(i));
        trie.Delete(Key(777));
        var nodes = new List<KeyValuePair<Hash256, byte[]>>();

        Assert.Equal(root, trie.Commit(nodes));
        Assert.Empty(nodes);
    }

    [Fact]
    public void A_commit_holds_only_the_nodes_on_the_way_to_what_changed()
    {
        var store = new MemoryState();
        var trie = new MerklePatriciaTrie(store, Fill(store, 1_000));
        trie.Set(Key(5), [9]);
        var nodes = new List<KeyValuePair<Hash256, byte[]>>();
        var root = trie.Commit(nodes);

        Assert.InRange(nodes.Count, 3, 6);
        Assert.Equal(root, nodes[^1].Key);
    }

    [Fact]
    public void A_node_that_the_store_lost_is_named()
    {
        var store = new MemoryState();
        var root = Fill(store, 50);
        store.Nodes.Remove(root);

        var error = Assert.Throws<MissingStateException>(() => new MerklePatriciaTrie(store, root).Get(Key(1)));
        Assert.Equal(root, error.Hash);
        Assert.Contains("missing", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x")]
    [InlineData("0xc0")]
    [InlineData("0x01")]
    [InlineData("0xc22080")]
    [InlineData("0xc2200100")]
    [InlineData("0xc28001")]
    [InlineData("0xc24001")]
    [InlineData("0xc28220a0")]
    [InlineData("0xc30080c0")]
    public void A_node_that_cannot_be_decoded_is_corrupt_state(string hex)
    {
        var root = Keccak256.Hash([1]);
        var store = new MemoryState();
        store.Nodes[root] = Hex.Decode(hex);

        var error = Assert.Throws<MissingStateException>(() => new MerklePatriciaTrie(store, root).Get(Key(1)));
        Assert.Contains("corrupt", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proof_is_only_made_of_what_is_committed()
    {
        var trie = new MerklePatriciaTrie(new MemoryState(), BlockHeader.EmptyTrieRoot);
        trie.Set([1], [1]);

        Assert.Throws<InvalidOperationException>(() => trie.Prove([1]));
    }

    [Fact]
    public void A_cache_keeps_to_its_bound_and_never_changes_a_result()
    {
        var store = new MemoryState();
        var root = Fill(store, 2_000);
        var cache = new TrieNodeCache(64);
        var trie = new MerklePatriciaTrie(store, root, cache);
        for (var i = 0; i < 2_000; i++)
        {
            Assert.Equal(Value(i), trie.Get(Key(i)));
            Assert.InRange(cache.Count, 0, 64);
        }
    }

    [Fact]
    public void Tries_that_share_a_cache_do_not_see_each_others_changes()
    {
        var store = new MemoryState();
        var cache = new TrieNodeCache(10_000);
        var root = Fill(store, 500, cache);
        var (left, right) = (new MerklePatriciaTrie(store, root, cache), new MerklePatriciaTrie(store, root, cache));
        for (var i = 0; i < 500; i += 2) left.Set(Key(i), [1]);
        for (var i = 1; i < 500; i += 2) right.Delete(Key(i));
        var leftRoot = store.Commit(left);
        var rightRoot = store.Commit(right);

        for (var i = 0; i < 500; i++)
        {
            Assert.Equal(i % 2 == 0 ? [1] : Value(i), new MerklePatriciaTrie(store, leftRoot).Get(Key(i)));
            Assert.Equal(i % 2 == 0 ? Value(i) : null, new MerklePatriciaTrie(store, rightRoot).Get(Key(i)));
            Assert.Equal(Value(i), new MerklePatriciaTrie(store, root, cache).Get(Key(i)));
        }
    }

    [Theory]
    [InlineData("00", false, "")]
    [InlineData("20", true, "")]
    [InlineData("1f", false, "0f")]
    [InlineData("3f", true, "0f")]
    [InlineData("201234", true, "01020304")]
    public void Hex_prefix_reads_what_it_writes(string encoded, bool isLeaf, string nibbles)
    {
        var (path, leaf) = HexPrefix.Decode(Hex.Decode(encoded));

        Assert.Equal((isLeaf, nibbles), (leaf, Convert.ToHexStringLower(path)));
        var written = new byte[HexPrefix.EncodedLength(path.Length)];
        Assert.Equal(encoded, Convert.ToHexStringLower(written.AsSpan(0, HexPrefix.Encode(path, isLeaf, written))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("2f")]
    [InlineData("40")]
    [InlineData("f0")]
    public void Hex_prefix_refuses_unknown_flags_and_padding(string encoded) =>
        Assert.Throws<RlpException>(() => HexPrefix.Decode(Hex.Decode("0x" + encoded)));

    private static byte[] Key(int i) => Keccak256.Hash(BitConverter.GetBytes(i)).ToArray();

    private static byte[] Value(int i) => [.. BitConverter.GetBytes(i), 1, .. Keccak256.Hash([3]).Bytes];

    private static Hash256 Fill(MemoryState store, int count, TrieNodeCache? cache = null)
    {
        var trie = new MerklePatriciaTrie(store, BlockHeader.EmptyTrieRoot, cache);
        for (var i = 0; i < count; i++) trie.Set(Key(i), Value(i));
        return store.Commit(trie);
    }
}
