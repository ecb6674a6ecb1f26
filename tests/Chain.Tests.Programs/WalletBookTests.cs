using Chain.Primitives;
using Chain.Transfers;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>
/// The book of signed transfers and its journal: on the disk before anything leaves, and no single point of failure.
/// </summary>
public sealed class WalletBookTests : IDisposable
{
    private const string Dev0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Nobody = "0x00000000000000000000000000000000000000aa";

    private readonly WalletRun _wallet = new();

    public WalletBookTests() => _wallet.Node.Fund(Address.Parse(Dev0), "100");

    public void Dispose() => _wallet.Dispose();

    private Task<ExitCode> SendAsync(string value = "1ether") =>
        _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", value, "--yes");

    [Fact]
    public async Task A_transfer_is_written_down_before_it_leaves()
    {
        var written = "";
        IReadOnlyList<SignedTransfer> booked = [];
        _wallet.Node.OnCall = method =>
        {
            if (method != "eth_sendRawTransaction") return;
            written = File.ReadAllText(_wallet.Journal);
            booked = _wallet.Book.Read().Transfers;
        };
        Assert.Equal(ExitCode.Ok, await SendAsync());
        var sent = Assert.Single(_wallet.Node.Sent);
        Assert.Contains(sent.Hash.ToString(), written, StringComparison.Ordinal);
        Assert.Contains(Hex.Encode(sent.Encoded.Span), written, StringComparison.Ordinal);
        Assert.Equal(sent.Hash, Assert.Single(booked).Hash);
        var entry = Assert.Single(_wallet.Book.Read().Transfers);
        Assert.Equal((31337UL, StubNode.HashOf(0), TransferPurpose.Send, Address.Parse(Dev0)),
            (entry.ChainId, entry.Genesis, entry.Purpose, entry.From));
        Assert.Equal("http://127.0.0.1:8545", entry.Node);
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in new[] { _wallet.Journal, _wallet.Files.Database, _wallet.Files.Lock })
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Without_a_node_the_history_shows_what_the_book_knows()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        var sent = Assert.Single(_wallet.Node.Sent).Hash.ToString();
        _wallet.Node.IsUp = false;

        Assert.Equal(ExitCode.NodeUnreachable, await _wallet.RunAsync("history", "dev:0"));
        Assert.Contains("from the book, signed", _wallet.Output, StringComparison.Ordinal);
        Assert.Contains(sent, _wallet.Output, StringComparison.Ordinal);
        Assert.Contains("Shown is what the wallet's book knows.", _wallet.Error, StringComparison.Ordinal);

        Assert.Equal(ExitCode.NodeUnreachable, await _wallet.RunAsync("history", "dev:0", "--json"));
        Assert.Equal(sent, (string?)_wallet.Json["signed"]![0]!["hash"]);
        Assert.Equal(3, (int)_wallet.Json["error"]!["exitCode"]!);
    }

    [Fact]
    public async Task A_node_that_goes_away_before_anything_is_sent_is_told_as_that()
    {
        var questions = new List<string>();
        _wallet.Node.OnCall = questions.Add;
        Assert.Equal(ExitCode.Ok, await SendAsync());
        var last = questions.IndexOf("eth_sendRawTransaction") - 1;

        // Another wallet asks the same; its node answers all but the last question before the transfer.
        using var other = new WalletRun();
        other.Node.Fund(Address.Parse(Dev0), "100");
        var calls = 0;
        other.Node.OnCall = _ => other.Node.IsUp = calls++ < last;
        Assert.Equal(ExitCode.NodeUnreachable,
            await other.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1ether", "--yes"));

        Assert.EndsWith("This transfer was not sent.", other.Error.TrimEnd(), StringComparison.Ordinal);
        Assert.Empty(other.Book.Read().Transfers);
    }

    [Fact]
    public async Task A_journal_that_keeps_nothing_is_none()
    {
        if (OperatingSystem.IsWindows()) return;
        _wallet.Environment[BookFiles.Variable] = _wallet.Files.Database;
        _wallet.Environment[BookFiles.JournalVariable] = "/dev/null";
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains("does not keep what is written", _wallet.Error, StringComparison.Ordinal);
        Assert.Empty(_wallet.Node.Handed);
    }

    [Fact]
    public async Task Without_a_journal_that_can_be_written_nothing_is_signed()
    {
        Directory.CreateDirectory(_wallet.Journal);
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains(_wallet.Journal, _wallet.Error, StringComparison.Ordinal);
        Assert.Contains("CHAIN_JOURNAL", _wallet.Error, StringComparison.Ordinal);
        Assert.Empty(_wallet.Node.Handed);
        _wallet.Environment["CHAIN_JOURNAL"] = Path.Combine(_wallet.Folder, "elsewhere", "journal");
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.True(File.Exists(_wallet.Environment["CHAIN_JOURNAL"]));
    }

    [Fact]
    public async Task The_environment_names_another_book_and_its_journal_is_beside_it()
    {
        _wallet.Environment[BookFiles.Variable] = Path.Combine(_wallet.Folder, "other", "book.db");
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.True(File.Exists(_wallet.Environment[BookFiles.Variable]));
        Assert.Contains(_wallet.Node.Sent[0].Hash.ToString(),
            File.ReadAllText(_wallet.Environment[BookFiles.Variable] + ".jsonl"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(_wallet.Files.Database)));
    }

    [Fact]
    public async Task Damaged_lines_that_no_book_knows_are_named_and_stay_and_are_asked_about_once()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        var first = File.ReadAllLines(_wallet.Journal);
        var digit = first[0].Replace("\"raw\":\"0x02f", "\"raw\":\"0x02e", StringComparison.Ordinal);
        Assert.NotEqual(first[0], digit);
        string[] damaged = ["not JSON", "[1,2]", "{}", digit, "\0\0\0",
            "{\"time\":\"2026-01-01T00:00:00Z\",\"fate\":\"Nonsense\",\"hash\":\"0x\"}", "{\"fate\":"];
        var text = string.Join('\n', damaged.Concat(first)) + "\n" + "{\"cut sho";
        File.WriteAllText(_wallet.Journal, text);
        File.Delete(_wallet.Files.Database);
        Assert.Equal(damaged.Length + 1, _wallet.Book.Read().OpenDamage.Count);

        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains("Lines 1, 2, 3, 4, 5 and 3 more cannot be read in the journal", _wallet.Error, StringComparison.Ordinal);
        Assert.Contains("may be unknown. Nothing was signed.", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(_wallet.Node.Handed);
        string[] asking = ["send", "--from", "dev:0", "--to", Nobody, "--value", "2ether"];
        Assert.Equal(ExitCode.Failed, await _wallet.Answering("no").RunAsync(asking));
        Assert.Equal(ExitCode.Ok, await _wallet.Answering("yes", "y").RunAsync(asking));
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.DoesNotContain("cannot be read", _wallet.Error, StringComparison.Ordinal);
        Assert.StartsWith(text, File.ReadAllText(_wallet.Journal), StringComparison.Ordinal);
        Assert.Equal([0UL, 1UL, 2UL], _wallet.Book.Read().Transfers.Select(entry => entry.Nonce));
        Assert.All(_wallet.Book.Read().Transfers, entry => Assert.Equal(TransferFate.Accepted, entry.Fate));
    }

    [Fact]
    public async Task A_transfer_of_a_program_that_was_killed_is_unclear_until_it_is_found()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        File.WriteAllText(_wallet.Journal, File.ReadLines(_wallet.Journal).First() + "\n");
        File.Delete(_wallet.Files.Database);
        File.Delete(_wallet.Files.Lock);
        Assert.Equal(TransferFate.Signed, Assert.Single(_wallet.Book.Read().Transfers).Fate);

        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains("--again", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(TransferFate.Accepted, Assert.Single(_wallet.Book.Read().Transfers).Fate);
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Single(_wallet.Node.Handed);
    }

    [Fact]
    public async Task An_account_is_sent_from_by_one_program_at_a_time()
    {
        var waited = 0;
        var first = await AccountLock.TakeAsync(_wallet.Files, Address.Parse(Dev0), 1, () => waited++, CancellationToken.None);
        using var other =
            await AccountLock.TakeAsync(_wallet.Files, Address.Parse(Nobody), 1, () => waited++, CancellationToken.None);
        using var otherChain = await AccountLock.TakeAsync(_wallet.Files, Address.Parse(Dev0), 2, () => waited++,
            CancellationToken.None);
        Assert.Equal(0, waited);
        var second = AccountLock.TakeAsync(_wallet.Files, Address.Parse(Dev0), 1, () => waited++, CancellationToken.None);
        Assert.False(second.IsCompleted);
        Assert.Equal(1, waited);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public void Lines_of_many_writers_do_not_mix()
    {
        var transfers = Enumerable.Range(0, 64).Select(nonce => BookScene.Signed((ulong)nonce)).ToArray();
        Parallel.ForEach(transfers, transfer => _wallet.Book.Add(transfer));
        var read = _wallet.Book.Read();
        Assert.Empty(read.Damage);
        Assert.Empty(_wallet.Notes);
        File.Delete(_wallet.Files.Database);
        Assert.Equal(read.Transfers.Select(transfer => transfer.Hash),
            _wallet.Book.Read().Transfers.Select(transfer => transfer.Hash));
        Assert.Equal(transfers.Select(transfer => transfer.Hash).Order(),
            read.Transfers.Select(transfer => transfer.Hash).Order());
    }
}
