using System.Text;
using System.Text.Json;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class TrieVectors
{
    public static TheoryData<string> Ordered => [.. VectorFiles.Of("trie-ordered"), .. VectorFiles.Of("trie-ordered-secure")];

    public static TheoryData<string> AnyOrder => [.. VectorFiles.Of("trie-any-order"), .. VectorFiles.Of("trie-any-order-hex")];

    [VectorTheory]
    [MemberData(nameof(Ordered))]
    [ReadsVectors("trie-ordered")]
    [ReadsVectors("trie-ordered-secure")]
    public void Setting_and_deleting_in_order_leaves_the_expected_root(string file)
    {
        foreach (var test in VectorFiles.ReadJson(file).EnumerateObject())
        {
            var changes = test.Value.GetProperty("in")
                .EnumerateArray().Select(pair => (Key: pair[0].GetString()!, Value: pair[1].GetString())).ToList();
            AssertRoot($"{file} {test.Name}", test.Value, changes, IsSecure(file));
        }
    }

    [VectorTheory]
    [MemberData(nameof(AnyOrder))]
    [ReadsVectors("trie-any-order")]
    [ReadsVectors("trie-any-order-hex")]
    public void Every_order_of_insertion_leaves_the_expected_root(string file)
    {
        foreach (var test in VectorFiles.ReadJson(file).EnumerateObject())
        {
            var changes = test.Value.GetProperty("in")
                .EnumerateObject().Select(pair => (Key: pair.Name, Value: pair.Value.GetString())).ToList();
            AssertRoot($"{file} {test.Name}", test.Value, changes, IsSecure(file));
            AssertRoot($"{file} {test.Name} reversed", test.Value, [.. changes.AsEnumerable().Reverse()], IsSecure(file));
            AssertRoot($"{file} {test.Name} sorted", test.Value,
                [.. changes.OrderBy(change => change.Key, StringComparer.Ordinal)], IsSecure(file));
        }
    }

    [VectorFact]
    [ReadsVectors("trie-next-previous")]
    public void Entries_come_in_the_order_of_their_keys()
    {
        foreach (var test in VectorFiles.ReadJson(VectorFiles.TheOne("trie-next-previous")).EnumerateObject())
        {
            var trie = new MerklePatriciaTrie(new MemoryState(), BlockHeader.EmptyTrieRoot);
            foreach (var key in test.Value.GetProperty("in").EnumerateArray()) trie.Set(Bytes(key.GetString()!), [1]);
            var keys = trie.Entries().Select(entry => Encoding.UTF8.GetString(entry.Key)).ToList();
            foreach (var expected in test.Value.GetProperty("tests").EnumerateArray())
            {
                var point = expected[0].GetString()!;
                Assert.Equal(expected[1].GetString(), keys.LastOrDefault(key => string.CompareOrdinal(key, point) < 0, ""));
                Assert.Equal(expected[2].GetString(), keys.FirstOrDefault(key => string.CompareOrdinal(key, point) > 0, ""));
            }
        }
    }

    [VectorFact]
    [ReadsVectors("hex-prefix")]
    public void Paths_have_the_expected_compact_encoding()
    {
        foreach (var test in VectorFiles.ReadJson(VectorFiles.TheOne("hex-prefix")).EnumerateObject())
        {
            var nibbles = test.Value.GetProperty("seq").EnumerateArray().Select(nibble => nibble.GetByte()).ToArray();
            var isLeaf = test.Value.GetProperty("term").GetBoolean();
            var encoded = new byte[HexPrefix.EncodedLength(nibbles.Length)];
            var length = HexPrefix.Encode(nibbles, isLeaf, encoded);

            Assert.Equal((test.Name, test.Value.GetProperty("out").GetString()),
                (test.Name, Convert.ToHexStringLower(encoded.AsSpan(0, length))));
            var (path, leaf) = HexPrefix.Decode(encoded.AsSpan(0, length));
            Assert.Equal(nibbles, path);
            Assert.Equal(isLeaf, leaf);
        }
    }

    private static void AssertRoot(string name, JsonElement test, IReadOnlyList<(string Key, string? Value)> changes, bool secure)
    {
        var expected = test.GetProperty("root").GetString()!;
        foreach (var committing in new[] { false, true })
        {
            var store = new MemoryState();
            var trie = new MerklePatriciaTrie(store, BlockHeader.EmptyTrieRoot);
            foreach (var (key, value) in changes)
            {
                var keyBytes = secure ? Keccak256.Hash(Bytes(key)).ToArray() : Bytes(key);
                trie.Set(keyBytes, value is null ? [] : Bytes(value));
                if (committing) trie = new MerklePatriciaTrie(store, store.Commit(trie));
            }

            Assert.Equal((name, committing, expected), (name, committing, store.Commit(trie).ToString()));
        }
    }

    private static bool IsSecure(string file) => file.Contains("secure", StringComparison.OrdinalIgnoreCase);

    private static byte[] Bytes(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) ? Hex.Decode(text) : Encoding.UTF8.GetBytes(text);
}
