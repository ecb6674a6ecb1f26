using Chain.Consensus.Work;
using Chain.Node;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Tests;

/// <summary>What is left of a database, or is none, in place of one: refused with the choice, and not touched.</summary>
public sealed class StoreFilesTests : IDisposable
{
    private static readonly Hash256 Genesis = Keccak256.Hash("genesis"u8);

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-files-").FullName;
    private readonly StoreScript _script = new(5);
    private readonly List<string> _notes = [];

    private string DatabaseFile => Path.Combine(_folder, SqliteChainStore.FileName);

    private string LogFile => DatabaseFile + "-wal";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_database_that_is_empty_or_missing_beside_its_log_is_refused_and_the_log_stays(bool isEmpty)
    {
        LeaveAsKilled();
        var log = File.ReadAllBytes(LogFile);
        if (isEmpty) File.WriteAllBytes(DatabaseFile, []);
        else File.Delete(DatabaseFile);

        var refused = Assert.Throws<StoreException>(Open);

        Assert.Equal(StoreFailure.Corrupt, refused.Failure);
        Assert.Contains(isEmpty ? "is empty (0 bytes)" : "is missing, but its log", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"had come to block {_script.Height - 1}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Restore a backup", refused.Message, StringComparison.Ordinal);
        Assert.Equal(log, File.ReadAllBytes(LogFile));
        Assert.Equal(isEmpty, File.Exists(DatabaseFile));
    }

    [Fact]
    public void A_database_that_lost_its_log_says_how_much_of_the_chain_is_missing()
    {
        LeaveAsKilled();
        File.Delete(LogFile);

        var refused = Assert.Throws<StoreException>(Open);

        Assert.Equal(StoreFailure.Corrupt, refused.Failure);
        Assert.Contains($"its chain had come to block {_script.Height - 1} ", refused.Message, StringComparison.Ordinal);

        // Whoever decides to go on with what is left can.
        File.Delete(Path.Combine(_folder, HeadMark.FileName));
        Open().Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(4096)]
    [InlineData(-4096)]
    [InlineData(-1)]
    public void A_database_cut_short_anywhere_is_refused(int length)
    {
        LeaveClosed();
        using (var file = File.OpenWrite(DatabaseFile)) file.SetLength(length > 0 ? length : file.Length + length);

        Assert.Equal(StoreFailure.Corrupt, Assert.Throws<StoreException>(Open).Failure);
    }

    [Fact]
    public void A_database_that_was_replaced_is_refused_until_the_mark_is_deleted()
    {
        LeaveClosed();
        var (backup, height) = (File.ReadAllBytes(DatabaseFile), _script.Height);
        using (var store = Open()) Fill(store);
        Assert.True(_script.Height > height);
        File.WriteAllBytes(DatabaseFile, backup);

        var refused = Assert.Throws<StoreException>(Open);

        Assert.Contains("If it was changed or replaced on purpose, delete", refused.Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(_folder, HeadMark.FileName));
        using var restored = Open();
        Assert.NotNull(restored.GetCanonicalHash(height - 1));
        Assert.Null(restored.GetCanonicalHash(height));
    }

    [Fact]
    public void A_database_that_was_deleted_begins_anew_and_says_so()
    {
        LeaveClosed();
        File.Delete(DatabaseFile);

        using var store = Open();

        Assert.Null(store.GetHead());
        Assert.Contains($"had come to block {_script.Height - 1}.", Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_begins_anew_without_a_word()
    {
        using var store = Open();

        Assert.Null(store.GetHead());
        Assert.Empty(_notes);
    }

    [Fact]
    public void A_mark_that_is_damaged_knows_nothing_and_the_node_serves()
    {
        LeaveClosed();
        var mark = Path.Combine(_folder, HeadMark.FileName);
        var text = File.ReadAllBytes(mark);
        text[7] ^= 1;
        File.WriteAllBytes(mark, text);

        using var store = Open();

        Assert.NotNull(store.GetHead());
        Assert.Contains("is damaged", Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_database_is_followed_and_one_to_nowhere_refused()
    {
        LeaveAsKilled();
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName;
        var target = Path.Combine(elsewhere, "moved.db");
        File.Move(DatabaseFile, target);
        File.Move(LogFile, target + "-wal");
        File.CreateSymbolicLink(DatabaseFile, target);
        using (var store = Open()) Assert.NotNull(store.GetCanonicalHash(_script.Height - 1));

        Directory.Move(elsewhere, elsewhere + "-unplugged");
        var refused = Assert.Throws<StoreException>(Open);

        Assert.Equal(StoreFailure.Io, refused.Failure);
        Assert.Contains($"is a link to '{target}', which does not exist", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_the_database_s_place_is_refused()
    {
        Directory.CreateDirectory(DatabaseFile);

        Assert.Contains("is a folder", Assert.Throws<StoreException>(Open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DiskStores.Sqlite)]
    [InlineData(DiskStores.LiteDb)]
    public void Another_chain_id_or_block_time_over_the_same_genesis_block_is_refused_and_nothing_is_touched(string store)
    {
        var spec = new ChainSpec { ChainId = 31337, Consensus = new ProofOfWorkSettings() };
        var copy = Directory.CreateDirectory(Path.Combine(_folder, "copy")).FullName;
        using (var made = OpenWith(_folder, spec))
        {
            for (var i = 0; i < 10; i++) made.Commit(_script.Next());
            made.BackupTo(Path.Combine(copy, store == DiskStores.Sqlite ? SqliteChainStore.FileName : LiteDbChainStore.FileName));
        }

        OpenWith(_folder, spec with { StateHistoryBlocks = 9 }).Dispose();
        var before = FilesOf(_folder);
        AssertRefused(_folder, spec with { ChainId = 31338 }, "says ChainId 31337, not 31338");
        AssertRefused(_folder, spec with { Consensus = new ProofOfWorkSettings { BlockTimeSeconds = 3 } },
            "says BlockTimeSeconds 2, not 3");
        Assert.Equal(before, FilesOf(_folder));
        AssertRefused(copy, spec with { ChainId = 31338 }, "says ChainId 31337, not 31338");

        IChainStore OpenWith(string folder, ChainSpec settings) =>
            DiskStores.Open(store, folder, Genesis, ChainSettings.Of(settings));

        void AssertRefused(string folder, ChainSpec other, string why)
        {
            var refused = Assert.Throws<StoreException>(() => OpenWith(folder, other));
            Assert.Equal(StoreFailure.OtherGenesis, refused.Failure);
            Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        }

        static List<(string File, string Content)> FilesOf(string folder) =>
            [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(file =>
                (file, Hex.Encode(File.ReadAllBytes(file))))];
    }

    [Fact]
    public void A_changed_definition_of_a_table_is_damage_that_names_it()
    {
        LeaveClosed();
        using (var database = new SqliteDatabase(DatabaseFile, readOnly: false))
        {
            database.Execute("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql=replace(sql, 'senders BLOB', 'renders "
                + "BLOB') WHERE name='senders'");
        }

        File.Delete(Path.Combine(_folder, HeadMark.FileName));

        Assert.Contains("the definition of 'senders'", Assert.Throws<StoreException>(Open).Message, StringComparison.Ordinal);
    }

    private SqliteChainStore Open() => SqliteChainStore.Open(_folder, Genesis, new SqliteStoreOptions { Note = _notes.Add });

    private void LeaveClosed()
    {
        using var store = Open();
        Fill(store);
    }

    // The files of a store that is open are what a kill would leave.
    private void LeaveAsKilled()
    {
        var live = Directory.CreateTempSubdirectory("chain-files-live-").FullName;
        try
        {
            using var store = SqliteChainStore.Open(live, Genesis);
            Fill(store);
            foreach (var file in Directory.GetFiles(live, "chain.*"))
                File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }
        finally
        {
            Directory.Delete(live, recursive: true);
        }
    }

    private void Fill(SqliteChainStore store)
    {
        for (var i = 0; i < 25; i++) store.Commit(_script.Next());
    }
}
