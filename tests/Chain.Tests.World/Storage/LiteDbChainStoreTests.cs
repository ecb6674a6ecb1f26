using Chain.Node;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Tests;

/// <summary>The second store, in managed code.</summary>
public sealed class LiteDbChainStoreTests : ChainStoreConformance
{
    private static readonly Hash256 Genesis = Keccak256.Hash("genesis"u8);

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-litedb-").FullName;

    protected override IChainStore Open() => LiteDbChainStore.Open(_folder, Genesis);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void The_chain_of_another_genesis_is_refused_with_both_hashes()
    {
        Store.Commit(new StoreScript(1).Next());
        Reopen();
        var other = Keccak256.Hash("other"u8);

        var refused = Assert.Throws<StoreException>(() => LiteDbChainStore.Open(_folder, other));

        Assert.Equal(StoreFailure.OtherGenesis, refused.Failure);
        Assert.Contains(Genesis.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Contains(other.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllBytes(Path.Combine(_folder, LiteDbChainStore.FileName), [.. Enumerable.Repeat((byte)7, 20_000)]);

        Assert.Equal(StoreFailure.Corrupt, Assert.Throws<StoreException>(() => Open()).Failure);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8191)]
    public void A_database_cut_to_less_than_its_header_is_refused_and_not_begun_anew(int length)
    {
        Store.Commit(new StoreScript(1).Next());
        Store.Dispose();
        var path = Path.Combine(_folder, LiteDbChainStore.FileName);
        using (var file = File.OpenWrite(path)) file.SetLength(length);
        File.Delete(path + "-log");

        var refused = Assert.Throws<StoreException>(() => Open());

        Assert.Equal(StoreFailure.Corrupt, refused.Failure);
        Assert.Contains($"it has {length} bytes", refused.Message, StringComparison.Ordinal);
        Assert.Equal(length, new FileInfo(path).Length);
    }

    [Fact]
    public void A_second_opening_is_refused()
    {
        _ = Store;

        Assert.Equal(StoreFailure.InUse, Assert.Throws<StoreException>(() => Open()).Failure);
    }

    [Fact]
    public void A_backup_of_a_store_in_use_is_a_store_as_of_then()
    {
        var script = new StoreScript(3);
        for (var i = 0; i < 30; i++) Store.Commit(script.Next());
        var copy = Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName;

        Store.BackupTo(Path.Combine(copy, LiteDbChainStore.FileName));

        using var restored = LiteDbChainStore.Open(copy, Genesis);
        Assert.Equal(StoreDump.Of(Store, script), StoreDump.Of(restored, script));
    }
}
