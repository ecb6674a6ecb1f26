using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Storage;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

/// <summary>The history in a file: what every history does, and what a file must do beside.</summary>
public sealed class SigningHistoryTests : SigningHistoryConformance
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-signing-").FullName;

    private string FilePath => Path.Combine(_folder, "new", SigningHistory.FileName);

    protected override ISigningHistory Open() => OpenFile();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_was_allowed_is_known_after_the_file_is_opened_again()
    {
        using (var history = OpenFile()) Assert.Null(history.Ask(Block(7, root: 1)));

        using var again = SigningHistory.OpenExisting(FilePath);
        Assert.Equal(Genesis, again.Genesis);
        Assert.NotNull(again.Ask(Block(7, root: 2)));
        Assert.Null(again.Ask(Block(7, root: 1)));
    }

    [Fact]
    public void A_folder_in_its_place_is_refused_by_name()
    {
        Directory.CreateDirectory(FilePath);

        foreach (var open in new Action[] { () => OpenFile(), () => SigningHistory.OpenExisting(FilePath) })
        {
            var refused = Assert.Throws<StoreException>(open);
            Assert.Equal(StoreFailure.Corrupt, refused.Failure);
            Assert.Contains($"'{FilePath}' is a folder", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_copy_of_the_file_alone_holds_all_that_was_allowed_while_the_history_is_open()
    {
        using var history = OpenFile();
        Assert.Null(history.Ask(Block(7, root: 1)));
        var copy = Path.Combine(_folder, "copy.db");

        File.Copy(FilePath, copy);

        using var copied = SigningHistory.OpenExisting(copy);
        Assert.NotNull(copied.Ask(Block(7, root: 2)));
    }

    [Fact]
    public void Every_answer_waits_for_the_device()
    {
        using var history = OpenFile();
        history.Ask(Block(7, root: 1));

        Assert.Equal(2, history.SynchronousLevel);
    }

    [Fact]
    public void A_key_is_known_once_it_was_imported_or_registered()
    {
        using var history = SigningHistory.Open(FilePath, Genesis);
        history.RegisterNew([KeyOf(1)]);
        history.Import(new SigningInterchange(Genesis, [new SigningInterchangeKey(KeyOf(2).Bytes.ToArray(), [], [])]));
        history.RegisterNew(KeyOf(3));

        Assert.Equal([true, true, true, false], new[] { 1, 2, 3, 4 }.Select(key => history.Find(KeyOf(key)) is not null));
    }

    [Fact]
    public void The_history_of_another_genesis_is_refused_with_both_hashes()
    {
        OpenFile().Dispose();
        var other = Keccak256.Hash("other"u8);

        var refused = Assert.Throws<StoreException>(() => SigningHistory.Open(FilePath, other));

        Assert.Equal(StoreFailure.OtherGenesis, refused.Failure);
        Assert.Contains(Genesis.ToString(), refused.Message, StringComparison.Ordinal);
        Assert.Contains(other.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_schema_is_refused_with_both_versions_and_nothing_is_touched()
    {
        OpenFile().Dispose();
        using (var database = new SqliteDatabase(FilePath, readOnly: false)) database.Execute("PRAGMA user_version=99");
        var before = File.ReadAllBytes(FilePath);

        var refused = Assert.Throws<StoreException>(OpenFile);

        Assert.Equal(StoreFailure.NewerSchema, refused.Failure);
        Assert.Contains("schema version 99; this program knows versions up to 1.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(FilePath));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_was()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        var text = new string('x', 5000);
        File.WriteAllText(FilePath, text);

        var refused = Assert.Throws<StoreException>(OpenFile);

        Assert.Equal(StoreFailure.Corrupt, refused.Failure);
        Assert.Contains(FilePath, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Do not validate with its keys", refused.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_chain_database_is_no_signing_history()
    {
        var chain = Path.Combine(_folder, "chain");
        SqliteChainStore.Open(chain, Genesis).Dispose();

        var refused =
            Assert.Throws<StoreException>(() => SigningHistory.Open(Path.Combine(chain, SqliteChainStore.FileName), Genesis));

        Assert.Equal(StoreFailure.Corrupt, refused.Failure);
        Assert.Contains("is not a signing history", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_damaged_page_is_refused_on_opening()
    {
        using (var history = OpenFile())
            history.CheckAndInsert([.. Enumerable.Range(0, 500).Select(slot => Block((ulong)slot, root: slot))]);
        var bytes = File.ReadAllBytes(FilePath);
        Array.Fill(bytes, (byte)0xa5, bytes.Length - 4096, 2048);
        File.WriteAllBytes(FilePath, bytes);

        var refused = Assert.Throws<StoreException>(OpenFile);

        Assert.Equal(StoreFailure.Corrupt, refused.Failure);
        Assert.Contains("Do not validate with its keys", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_history_that_is_not_there_is_named()
    {
        var refused = Assert.Throws<StoreException>(() => SigningHistory.OpenExisting(FilePath));

        Assert.Contains(FilePath, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_a_clear_error()
    {
        File.WriteAllText(Path.Combine(_folder, "new"), "in the way");

        var refused = Assert.Throws<StoreException>(OpenFile);

        Assert.Equal(StoreFailure.Io, refused.Failure);
        Assert.Contains(FilePath, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void When_the_history_cannot_be_written_nothing_is_allowed_and_nothing_remembered()
    {
        using (var history = OpenFile()) history.Ask(Block(7, root: 1));
        using (var database = new SqliteDatabase(FilePath, readOnly: false))
            database.Execute("CREATE TRIGGER full BEFORE INSERT ON votes BEGIN SELECT RAISE(ABORT, 'no room'); END");
        using (var history = OpenFile())
            Assert.ThrowsAny<Exception>(() => history.CheckAndInsert([Block(8, root: 1), Vote(1, 2, root: 1)]));

        using var after = OpenFile();
        Assert.Null(after.Ask(Block(8, root: 2)));
    }

    private SigningHistory OpenFile() => SigningHistory.Open(FilePath, Genesis).Knowing(1, 2);
}
