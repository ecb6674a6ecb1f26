using System.Security.Cryptography;
using Chain.Node;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Tests;

public sealed class SqliteChainStoreTests : ChainStoreConformance
{
    private static readonly Hash256 Genesis = Keccak256.Hash("genesis"u8);

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-store-").FullName;

    private string DatabaseFile => Path.Combine(_folder, SqliteChainStore.FileName);

    // Small bounds, so that flushes and checkpoints happen within a test.
    private static SqliteStoreOptions SmallBounds => new()
    {
        IndexEntriesToFlush = 40,
        MaxIndexEntries = 120,
        LogBytesToCheckpoint = 64 << 10,
        MaxLogBytes = 192 << 10,
        NodeCacheBytes = 8 << 10,
    };

    protected override IChainStore Open() => SqliteChainStore.Open(_folder, Genesis, SmallBounds);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_chain_of_another_genesis_is_refused_with_both_hashes_and_nothing_is_touched()
    {
        Store.Commit(new StoreScript(1).Next());
        Reopen();
        var before = Fingerprint();
        var other = Keccak256.Hash("other"u8);

        var refused = Assert.Throws<StoreException>(() => SqliteChainStore.Open(_folder, other));

        Assert.Equal(StoreFailure.OtherGenesis, refused.Failure);
        Assert.Contains(Genesis.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Contains(other.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Fingerprint());
    }

    [Fact]
    public void A_newer_schema_is_refused_with_both_versions_and_nothing_is_touched()
    {
        Store.Commit(new StoreScript(1).Next());
        Reopen();
        Patch(DatabaseFile, 60, [0, 0, 0, 99]);
        var before = Fingerprint();

        var refused = Assert.Throws<StoreException>(() => Open());

        Assert.Equal(StoreFailure.NewerSchema, refused.Failure);
        Assert.Contains("99", refused.Message, StringComparison.Ordinal);
        Assert.Contains("up to 1.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, Fingerprint());
    }

    [Fact]
    public void A_second_opening_is_refused_with_the_process_that_has_it()
    {
        _ = Store;

        var refused = Assert.Throws<StoreException>(() => Open());

        Assert.Equal(StoreFailure.InUse, refused.Failure);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Reopen();
        Assert.Null(Store.GetHead());
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { })]
    public void A_file_that_is_no_database_is_refused(byte[] content)
    {
        File.WriteAllBytes(DatabaseFile, content);

        Assert.Equal(StoreFailure.Corrupt, Assert.Throws<StoreException>(() => Open()).Failure);
        Assert.Equal(content, File.ReadAllBytes(DatabaseFile));
    }

    [Fact]
    public void The_database_of_another_program_is_refused()
    {
        using (var other = new SqliteDatabase(DatabaseFile, readOnly: false)) other.Execute("CREATE TABLE t(x)");

        Assert.Equal(StoreFailure.Corrupt, Assert.Throws<StoreException>(() => Open()).Failure);
    }

    [Fact]
    public void Damage_inside_the_file_is_reported_as_damage()
    {
        var script = new StoreScript(1);
        for (var i = 0; i < 30; i++) Store.Commit(script.Next());
        Reopen();
        var length = (int)new FileInfo(DatabaseFile).Length;
        Patch(DatabaseFile, 4096, [.. Enumerable.Repeat((byte)0xa5, length - 4096)]);

        var refused = Assert.Throws<StoreException>(() => Open());

        Assert.Equal(StoreFailure.Corrupt, refused.Failure);
        Assert.Contains(DatabaseFile, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_reported_and_the_store_stays_as_it_was()
    {
        var script = new StoreScript(1);
        using var expected = new InMemoryChainStore();
        using (var store = SqliteChainStore.Open(_folder, Genesis, SmallBounds with { MaxPages = 60 }))
        {
            StoreException? full = null;
            while (full is null)
            {
                var batch = script.Next();
                try
                {
                    store.Commit(batch);
                    expected.Commit(batch);
                }
                catch (StoreException problem)
                {
                    full = problem;
                }
            }

            Assert.Equal(StoreFailure.DiskFull, full.Failure);
            Assert.Equal(StoreDump.Of(expected, script), StoreDump.Of(store, script));
        }

        Assert.Equal(StoreDump.Of(expected, script), StoreDump.Of(Store, script));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_reported()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");

        var refused = Assert.Throws<StoreException>(() => SqliteChainStore.Open(Path.Combine(_folder, "file", "below"), Genesis));

        Assert.Equal(StoreFailure.Io, refused.Failure);
    }

    [Fact]
    public void A_backup_of_a_store_in_use_is_a_store_as_of_then()
    {
        var script = new StoreScript(3);
        for (var i = 0; i < 40; i++) Store.Commit(script.Next());
        using var lease = Store.OpenReader();
        var before = StoreDump.Of(lease, script);
        var copy = Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName;

        Store.BackupTo(Path.Combine(copy, SqliteChainStore.FileName));
        var later = new StoreScript(3);
        for (var i = 0; i < 40; i++) later.Next();
        Store.Commit(script.Next());

        using var restored = SqliteChainStore.Open(copy, Genesis);
        Assert.Equal(before, StoreDump.Of(restored, later));
        Assert.Equal(StoreFailure.Io,
            Assert.Throws<StoreException>(() => Store.BackupTo(Path.Combine(copy, SqliteChainStore.FileName))).Failure);
    }

    [Fact]
    public void Another_process_can_read_and_back_up_a_store_that_is_open()
    {
        var script = new StoreScript(8);
        for (var i = 0; i < 45; i++) Store.Commit(script.Next());
        var expected = StoreDump.Of(Store, script);
        var copy = Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName;

        SqliteChainStore.Backup(_folder, Path.Combine(copy, SqliteChainStore.FileName), null, CancellationToken.None);
        using (var reader = SqliteChainStore.OpenReadOnly(_folder)) Assert.Equal(expected, StoreDump.Of(reader, script));
        using (var restored = SqliteChainStore.Open(copy, Genesis)) Assert.Equal(expected, StoreDump.Of(restored, script));
        Reopen();
        Assert.Equal(expected, StoreDump.Of(Store, script));
    }

    [Fact]
    public void A_folder_without_a_chain_cannot_be_read()
    {
        Assert.Equal(StoreFailure.Io, Assert.Throws<StoreException>(() => SqliteChainStore.OpenReadOnly(_folder)).Failure);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_store_of_a_kind_that_this_build_lacks_or_that_the_folder_does_not_hold_is_refused()
    {
        Assert.Equal(StoreFailure.Unsupported,
            Assert.Throws<StoreException>(() => DiskStores.Open("leveldb", _folder, Genesis)).Failure);
        File.WriteAllText(Path.Combine(_folder, "chain.litedb"), "");
        Assert.Equal(StoreFailure.Unsupported,
            Assert.Throws<StoreException>(() => DiskStores.Open(DiskStores.Sqlite, _folder, Genesis)).Failure);
    }

    [Fact]
    public void A_commit_waits_for_the_device_exactly_when_the_head_moves()
    {
        var store = (SqliteChainStore)Store;
        var script = new StoreScript(1);
        for (var i = 0; i < 20; i++)
        {
            var batch = script.Next();
            store.Commit(batch);
            if (!batch.IsEmpty) Assert.Equal(batch.Head is null ? 1 : 2, store.SynchronousLevel);
        }
    }

    [Fact]
    public void The_log_stays_bounded_even_if_nobody_maintains_the_store()
    {
        var script = new StoreScript(2);
        var longest = 0L;
        for (var i = 0; i < 400; i++)
        {
            Store.Commit(script.Next());
            longest = Math.Max(longest, new FileInfo(DatabaseFile + "-wal").Length);
        }

        Assert.InRange(longest, 1, SmallBounds.MaxLogBytes * 2);
    }

    private string Fingerprint() => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(DatabaseFile)));

    private static void Patch(string path, int offset, byte[] bytes)
    {
        using var file = File.OpenWrite(path);
        file.Position = offset;
        file.Write(bytes);
    }
}
