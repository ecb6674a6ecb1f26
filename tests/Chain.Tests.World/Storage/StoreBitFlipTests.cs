using Chain.Node;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Tests;

/// <summary>
/// One bit of one file, flipped: the store answers what it did, or says what is damaged. It never throws anything else.
/// </summary>
public sealed class StoreBitFlipTests : IDisposable
{
    private const int Batches = 60;

    private static readonly Hash256 Genesis = Keccak256.Hash("genesis"u8);

    // Small, so that indexes are flushed, the log is moved into the file, and reads go to the file.
    private static readonly SqliteStoreOptions Bounds = new()
    {
        IndexEntriesToFlush = 40,
        MaxIndexEntries = 120,
        LogBytesToCheckpoint = 64 << 10,
        MaxLogBytes = 192 << 10,
        NodeCacheBytes = 2,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-flips-").FullName;
    private readonly StoreScript _script = new(6);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("closed", 1, 40)]
    [InlineData("killed", 41, 80)]
    [InlineData("killed-later", 81, 120)]
    public void A_store_with_a_flipped_bit_is_as_before_or_refused(string how, int firstSeed, int lastSeed)
    {
        var source = Make(how);
        string expected;
        using (var sound = Open(CopyOf(source, "sound"))) expected = StoreDump.Of(sound, _script);
        for (var seed = firstSeed; seed <= lastSeed; seed++)
        {
            var copy = CopyOf(source, $"{seed}");
            var flip = Flip(copy, seed);
            string? found = null;
            try
            {
                using var store = Open(copy);
                found = StoreDump.Of(store, _script);
            }
            catch (StoreException refused)
            {
                Assert.Contains(copy, refused.Message, StringComparison.Ordinal);
            }
            catch (Exception problem)
            {
                Assert.Fail($"{how}, seed {seed}, {flip}: {problem}");
            }

            Assert.True(found is null || found == expected,
                $"{how}, seed {seed}, {flip}: the store answers something else: {FirstDifference(expected, found)}");
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public void A_bit_that_flips_under_a_running_store_is_met_as_damage_or_not_at_all()
    {
        var source = Make("closed");
        for (var seed = 1; seed <= 40; seed++)
        {
            var copy = CopyOf(source, $"{seed}");
            using (var store = Open(copy))
            {
                var flip = Flip(copy, seed);
                try
                {
                    using var reader = store.OpenReader();
                    RequireSound(reader, flip);
                    StoreDump.Of(reader, _script);
                }
                catch (StoreException met)
                {
                    Assert.Equal(StoreFailure.Corrupt, met.Failure);
                }
            }

            Directory.Delete(copy, recursive: true);
        }
    }

    private static string FirstDifference(string expected, string? found)
    {
        var (before, now) = (expected.Split('\n'), (found ?? "").Split('\n'));
        var at = Enumerable.Range(0, Math.Min(before.Length, now.Length)).FirstOrDefault(i => before[i] != now[i]);
        return $"{now[at]} instead of {before[at]}";
    }

    // What is found under a hash must have it; an index entry that is damaged finds nothing.
    private void RequireSound(IChainReader reader, string flip)
    {
        foreach (var hash in _script.BlockHashes)
        {
            if (reader.GetBlock(hash) is { } block) Assert.True(block.Hash == hash, flip);
            Assert.True(reader.GetBlockRecord(hash) is not { } record || record.Hash == hash, flip);
        }

        foreach (var (hash, node) in _script.TrieNodes)
            Assert.True(reader.GetTrieNode(hash) is not { } found || found.AsSpan().SequenceEqual(node), flip);
        foreach (var (hash, code) in _script.Codes)
            Assert.True(reader.GetCode(hash) is not { } found || found.AsSpan().SequenceEqual(code), flip);
    }

    private string Make(string how)
    {
        var live = Path.Combine(_folder, "live");
        using (var store = Open(live))
        {
            for (var i = 0; i < Batches; i++)
            {
                store.Commit(_script.Next());
                store.Maintain(CancellationToken.None);
            }

            if (how == "killed") return CopyOf(live, how);
        }

        if (how == "closed") return live;
        using (var store = Open(live))
        {
            store.Commit(_script.Next());
            return CopyOf(live, how);
        }
    }

    private static SqliteChainStore Open(string folder) => SqliteChainStore.Open(folder, Genesis, Bounds);

    private string CopyOf(string source, string name)
    {
        var copy = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        foreach (var file in Directory.GetFiles(source, "chain.*")) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    private static string Flip(string folder, int seed)
    {
        var random = new Random(seed);
        var files = Directory.GetFiles(folder, "chain.*")
            .Where(file => new FileInfo(file).Length > 0).Order(StringComparer.Ordinal).ToArray();
        var path = files[random.Next(files.Length)];
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var (offset, bit) = (random.NextInt64(file.Length), random.Next(8));
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ (1 << bit)));
        return $"bit {bit} of byte {offset} of {Path.GetFileName(path)}";
    }
}
