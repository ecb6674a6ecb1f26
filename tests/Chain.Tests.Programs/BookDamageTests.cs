using Chain.Primitives;
using Chain.Transfers;
using LiteDB;

namespace Chain.Tests;

/// <summary>A lost or damaged book costs no transfer: database and journal bring each other back.</summary>
public sealed class BookDamageTests
{
    private const int Seeds = 50;

    // The same files for every seed: only the damage differs.
    private static readonly Lazy<(string Whole, byte[] Database, byte[] Journal, byte[] Lock)> Filled = new(() =>
    {
        using var scene = new BookScene().Fill();
        return (BookScene.Describe(scene.Book.Read()), File.ReadAllBytes(scene.Files.Database),
            File.ReadAllBytes(scene.Files.Journal),
            File.ReadAllBytes(scene.Files.Lock));
    });

    private static BookScene Restore()
    {
        var scene = new BookScene();
        File.WriteAllBytes(scene.Files.Database, Filled.Value.Database);
        File.WriteAllBytes(scene.Files.Journal, Filled.Value.Journal);
        File.WriteAllBytes(scene.Files.Lock, Filled.Value.Lock);
        return scene;
    }

    [Fact]
    public void Whatever_happens_to_the_database_the_journal_brings_everything_back()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var scene = Restore();
            var damage = BookScene.Damage(scene.Files.Database, new Random(seed));
            var read = scene.Book.Read();
            Assert.True(Filled.Value.Whole == BookScene.Describe(read) && read.Damage.Count == 0,
                $"seed {seed}, {damage}:\n{BookScene.Describe(read)}");
            RequireUsable(scene, $"seed {seed}, {damage}");
        }
    }

    [Fact]
    public void Whatever_happens_to_the_journal_the_database_has_everything_and_writes_it_anew()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var scene = Restore();
            var damage = BookScene.Damage(scene.Files.Journal, new Random(seed));
            var read = scene.Book.Read();
            Assert.True(Filled.Value.Whole == BookScene.Describe(read) && read.Damage.Count == 0,
                $"seed {seed}, {damage}:\n{BookScene.Describe(read)}");
            RequireUsable(scene, $"seed {seed}, {damage}");

            // The journal is whole again: with the database gone, it alone suffices.
            File.Delete(scene.Files.Database);
            var again = scene.Book.Read();
            Assert.True(again.Transfers.Count == read.Transfers.Count + 1 && again.Damage.Count == 0,
                $"seed {seed}, {damage}: {string.Join(", ", again.Damage)}");
        }
    }

    [Fact]
    public void What_both_have_lost_is_never_passed_over_in_silence()
    {
        var lost = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            using var scene = Restore();
            var random = new Random(seed);
            var damage = $"database {BookScene.Damage(scene.Files.Database, random)}, journal "
                + $"{BookScene.Damage(scene.Files.Journal, random)}";
            var read = scene.Book.Read();
            var isWhole = Filled.Value.Whole.Split('\n')
                .Where(line => line.StartsWith("0x", StringComparison.Ordinal)).Select(line => line[..66])
                .All(read.Transfers.Select(transfer => transfer.Hash.ToString()).Contains);
            Assert.True(isWhole || read.OpenDamage.Count > 0,
                $"seed {seed}, {damage}: {read.Transfers.Count} transfers are left and nothing is said");
            Assert.True(read.OpenDamage.Count == scene.Book.Read().OpenDamage.Count, $"seed {seed}, {damage}: said once only");
            if (!isWhole) lost++;
        }

        Assert.InRange(lost, 1, Seeds);
    }

    [Fact]
    public void Both_files_deleted_are_noticed_by_their_lock()
    {
        using var scene = Restore();
        File.Delete(scene.Files.Database);
        File.Delete(scene.Files.Journal);
        Assert.Contains("it had", Assert.Single(scene.Book.Read().OpenDamage).Problem, StringComparison.Ordinal);
        scene.Book.AcceptDamage();
        Assert.Empty(scene.Book.Read().OpenDamage);
    }

    [Fact]
    public void A_damaged_database_is_set_aside_and_named_in_one_sentence()
    {
        using var scene = Restore();
        File.WriteAllText(scene.Files.Database, "no database");
        Assert.Equal(6, scene.Book.Read().Transfers.Count);
        var note = Assert.Single(scene.Notes);
        Assert.Contains(Assert.Single(scene.SetAside), note, StringComparison.Ordinal);
        Assert.Contains("6 transfers and 2 contacts", note, StringComparison.Ordinal);
        Assert.Equal("no database", File.ReadAllText(scene.SetAside[0]));
    }

    [Fact]
    public void A_database_from_before_catches_up_with_the_journal()
    {
        using var scene = new BookScene().Fill(3);
        var before = File.ReadAllBytes(scene.Files.Database);
        scene.Book.Add(BookScene.Signed(3));
        scene.Book.SetFate(BookScene.Signed(0).Hash, TransferFate.Refused, "no", later: false);
        var whole = BookScene.Describe(scene.Book.Read());
        File.WriteAllBytes(scene.Files.Database, before);
        Assert.Equal(whole, BookScene.Describe(scene.Book.Read()));
        Assert.Empty(scene.Notes);
    }

    [Fact]
    public void A_journal_from_before_gets_what_it_lacks()
    {
        using var scene = new BookScene().Fill(3);
        var before = File.ReadAllBytes(scene.Files.Journal);
        scene.Book.Add(BookScene.Signed(3));
        scene.Book.SetFate(BookScene.Signed(0).Hash, TransferFate.Refused, "no", later: false);
        var whole = BookScene.Describe(scene.Book.Read());
        File.WriteAllBytes(scene.Files.Journal, before);
        Assert.Equal(whole, BookScene.Describe(scene.Book.Read()));
        File.Delete(scene.Files.Database);
        Assert.Equal(whole, BookScene.Describe(scene.Book.Read()));
        Assert.Empty(scene.Book.Read().Damage);
    }

    [Fact]
    public void A_journal_of_a_program_without_a_book_is_taken_over_and_grows_on()
    {
        using var scene = new BookScene();
        var transfer = BookScene.Signed(5);
        Directory.CreateDirectory(Path.GetDirectoryName(scene.Files.Journal)!);
        string Old(string more) => $$"""{"time":"2026-01-02T03:04:05+00:00","fate":"{{more}}""";
        File.WriteAllText(scene.Files.Journal, Old($$"""
            Signed","hash":"{{transfer.Hash}}","chainId":1,"from":"{{transfer.From}}","purpose":"Send","node":"http://n","raw":"{{Hex.Encode(transfer.Transaction.Encoded.Span)}}"}
            """.Trim()) + "\n" + Old($$"""Unclear","hash":"{{transfer.Hash}}","detail":"no answer"}""") + "\n");
        var read = Assert.Single(scene.Book.Read().Transfers);
        Assert.Equal((transfer.Hash, TransferFate.Unclear, false), (read.Hash, read.Fate, read.EndedKnowing));
        Assert.Contains("There was no book", Assert.Single(scene.Notes), StringComparison.Ordinal);

        // That program goes on writing, and so do we.
        File.AppendAllText(scene.Files.Journal, Old($$"""Mined","hash":"{{transfer.Hash}}","later":true}""") + "\n");
        Assert.Equal(TransferFate.Mined, Assert.Single(scene.Book.Read().Transfers).Fate);
        scene.Book.Add(BookScene.Signed(6));
        File.Delete(scene.Files.Database);
        Assert.Equal([5UL, 6UL], scene.Book.Read().Transfers.Select(entry => entry.Nonce));
        Assert.Empty(scene.Book.Read().Damage);
    }

    [Fact]
    public void An_old_line_whose_sender_or_chain_was_changed_is_damage()
    {
        foreach (var (from, chain) in new[] { ("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", 2),
            ("0x00000000000000000000000000000000000000aa", 1) })
        {
            using var scene = new BookScene();
            var transfer = BookScene.Signed(5);
            File.WriteAllText(scene.Files.Journal,
                $$"""{"time":"2026-01-02T03:04:05+00:00","fate":"Signed","hash":"{{transfer.Hash}}","chainId":{{chain}},"from":"{{from}}","purpose":"Send","raw":"{{Hex.Encode(transfer.Transaction.Encoded.Span)}}"}""" + "\n");
            Assert.Single(scene.Book.Read().OpenDamage);
        }
    }

    [Fact]
    public void A_line_that_a_crash_cut_short_was_never_sent_and_stops_nothing()
    {
        using var scene = Restore();
        File.AppendAllText(scene.Files.Journal, "{\"n\":99,\"time\":\"2026-");
        Assert.Equal(Filled.Value.Whole, BookScene.Describe(scene.Book.Read()));
        Assert.Contains("cut short", Assert.Single(scene.Notes), StringComparison.Ordinal);
        RequireUsable(scene, "cut");
        Assert.Single(scene.Notes);
    }

    [Fact]
    public void A_crash_between_journal_and_database_leaves_a_transfer_of_which_nothing_is_known()
    {
        using var scene = new BookScene().Fill(2);
        var before = File.ReadAllBytes(scene.Files.Database);
        scene.Book.Add(BookScene.Signed(9));
        File.WriteAllBytes(scene.Files.Database, before);
        var last = scene.Book.Read().Transfers[^1];
        Assert.Equal((9UL, TransferFate.Signed, (bool?)null), (last.Nonce, last.Fate, last.EndedKnowing));
    }

    [Fact]
    public void A_newer_book_is_refused_and_left_as_it_is()
    {
        using var scene = Restore();
        using (var database = new LiteDatabase(scene.Files.Database))
        {
            var schema = BookTable.WithSum(new BsonDocument { ["_id"] = "schema", ["version"] = 2 });
            database.GetCollection("meta").Upsert(schema);
        }

        var error = Assert.Throws<BookException>(() => scene.Book.Read());
        Assert.Contains("Use the newer program", error.Message, StringComparison.Ordinal);
        Assert.Throws<BookException>(() => scene.Book.Add(BookScene.Signed(9)));
        Assert.Empty(scene.SetAside);
    }

    [Fact]
    public void A_folder_in_the_place_of_a_file_is_a_sentence()
    {
        foreach (var file in new Func<BookFiles, string>[] { files => files.Database, files => files.Lock,
            files => files.Journal })
        {
            using var scene = new BookScene();
            Directory.CreateDirectory(file(scene.Files));
            var error = Assert.Throws<BookException>(() => scene.Book.Add(BookScene.Signed(1)));
            Assert.Contains("cannot be used", error.Message, StringComparison.Ordinal);
            Assert.Contains(file(scene.Files), error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Book_and_journal_cannot_be_the_same_file()
    {
        using var scene = Restore();
        var files = scene.Files with { Journal = scene.Files.Database };
        Assert.Contains("must name two",
            Assert.Throws<BookException>(() => new WalletBook(files, TimeProvider.System, _ => { }).Read()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_somebody_has_open_is_told_from_one_that_cannot_be_opened()
    {
        using var scene = Restore();
        using var held = new FileStream(scene.Files.Lock, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        bool IsHeld(string path) => HeldFile.Is(Assert.ThrowsAny<IOException>(() =>
            new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)));
        Assert.True(IsHeld(scene.Files.Lock));
        Assert.False(IsHeld(scene.Files.Database + ".missing"));
        Assert.False(IsHeld(Path.Combine(scene.Files.Database, "below-a-file")));
    }

    [Fact]
    public void A_book_that_another_program_has_open_is_a_sentence()
    {
        using var scene = Restore();
        using var held = new FileStream(scene.Files.Database, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains(scene.Files.Database, Assert.Throws<BookException>(() => scene.Book.Read()).Message,
            StringComparison.Ordinal);
        Assert.Empty(scene.SetAside);
    }

    [Fact]
    public void A_fate_of_a_transfer_that_the_book_does_not_know_changes_nothing()
    {
        using var scene = Restore();
        scene.Book.SetFate(Keccak256.Hash("none"u8), TransferFate.Mined, null, later: true);
        Assert.Equal(Filled.Value.Journal, File.ReadAllBytes(scene.Files.Journal));
    }

    private static void RequireUsable(BookScene scene, string what)
    {
        var count = scene.Book.Read().Transfers.Count;
        scene.Book.Add(BookScene.Signed(100));
        var read = scene.Book.Read();
        Assert.True(read.Transfers.Count == count + 1 && read.Transfers[^1].Nonce == 100 && read.Damage.Count == 0, what);
    }
}
