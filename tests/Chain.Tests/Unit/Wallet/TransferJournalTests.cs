using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>
/// The journal of signed transfers: on the disk before anything leaves, never rewritten, and no single point of failure.
/// </summary>
public sealed class TransferJournalTests : IDisposable
{
    private const string Dev0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Nobody = "0x00000000000000000000000000000000000000aa";

    private readonly WalletRun _wallet = new();

    public TransferJournalTests() => _wallet.Node.Fund(Address.Parse(Dev0), "100");

    public void Dispose() => _wallet.Dispose();

    private TransferJournal Journal => new(_wallet.Journal, TimeProvider.System);

    private Task<ExitCode> SendAsync(string value = "1ether") =>
        _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", value, "--yes");

    [Fact]
    public async Task A_transfer_is_written_down_before_it_leaves()
    {
        var written = "";
        _wallet.Node.OnCall = method =>
        {
            if (method == "eth_sendRawTransaction") written = File.ReadAllText(_wallet.Journal);
        };
        Assert.Equal(ExitCode.Ok, await SendAsync());
        var sent = Assert.Single(_wallet.Node.Sent);
        Assert.Contains(sent.Hash.ToString(), written, StringComparison.Ordinal);
        Assert.Contains(Hex.Encode(sent.Encoded.Span), written, StringComparison.Ordinal);
        var entry = Assert.Single(Journal.Read().Transfers);
        Assert.Equal((31337UL, StubNode.HashOf(0), TransferPurpose.Send, Address.Parse(Dev0)),
            (entry.ChainId, entry.Genesis, entry.Purpose, entry.From));
        Assert.Equal("http://127.0.0.1:8545", entry.Node);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(_wallet.Journal));
    }

    [Fact]
    public async Task A_journal_that_keeps_nothing_is_none()
    {
        if (OperatingSystem.IsWindows()) return;
        _wallet.Environment[TransferJournal.Variable] = "/dev/null";
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
    public async Task Damaged_lines_are_named_and_stay_and_cost_no_transfer()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        var first = File.ReadAllLines(_wallet.Journal);
        var digit = first[0].Contains("\"raw\":\"0x02f", StringComparison.Ordinal)
            ? first[0].Replace("\"raw\":\"0x02f", "\"raw\":\"0x02e", StringComparison.Ordinal) : "";
        string[] damaged = ["not JSON", "[1,2]", "{}", digit, "\0\0\0",
            "{\"time\":\"2026-01-01T00:00:00Z\",\"fate\":\"Nonsense\",\"hash\":\"0x\"}", "{\"fate\":"];
        File.WriteAllText(_wallet.Journal, string.Join('\n', damaged.Concat(first)) + "\n" + "{\"cut sho");
        Assert.Equal(damaged.Length + 1, Journal.Read().Damaged.Count);

        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Contains("Lines 1, 2, 3, 4, 5 and 3 more of the journal", _wallet.Error, StringComparison.Ordinal);
        Assert.StartsWith(string.Join('\n', damaged), File.ReadAllText(_wallet.Journal), StringComparison.Ordinal);
        Assert.Equal([0UL, 1UL], Journal.Read().Transfers.Select(entry => entry.Nonce));
        Assert.All(Journal.Read().Transfers, entry => Assert.Equal(TransferFate.Accepted, entry.Fate));
    }

    [Fact]
    public async Task A_transfer_of_a_program_that_was_killed_is_unclear_until_it_is_found()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        File.WriteAllText(_wallet.Journal, File.ReadLines(_wallet.Journal).First() + "\n");
        Assert.Equal(TransferFate.Signed, Assert.Single(Journal.Read().Transfers).Fate);

        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains("--again", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(TransferFate.Accepted, Assert.Single(Journal.Read().Transfers).Fate);
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Single(_wallet.Node.Handed);
    }

    [Fact]
    public async Task An_account_is_sent_from_by_one_program_at_a_time()
    {
        var waited = 0;
        var first = await AccountLock.TakeAsync(Journal, Address.Parse(Dev0), 1, () => waited++, CancellationToken.None);
        using var other = await AccountLock.TakeAsync(Journal, Address.Parse(Nobody), 1, () => waited++, CancellationToken.None);
        using var otherChain = await AccountLock.TakeAsync(Journal, Address.Parse(Dev0), 2, () => waited++,
            CancellationToken.None);
        Assert.Equal(0, waited);
        var second = AccountLock.TakeAsync(Journal, Address.Parse(Dev0), 1, () => waited++, CancellationToken.None);
        Assert.False(second.IsCompleted);
        Assert.Equal(1, waited);
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public void Lines_of_many_writers_do_not_mix()
    {
        var key = DevAccounts.Key(0);
        var transfers = Enumerable.Range(0, 64).Select(nonce => Signed(key, (ulong)nonce)).ToArray();
        Parallel.ForEach(transfers, transfer => new TransferJournal(_wallet.Journal, TimeProvider.System).Add(transfer));
        var read = Journal.Read();
        Assert.Empty(read.Damaged);
        Assert.Equal(transfers.Select(transfer => transfer.Hash).Order(),
            read.Transfers.Select(transfer => transfer.Hash).Order());
    }

    private static JournaledTransfer Signed(PrivateKey key, ulong nonce)
    {
        var unsigned = new UnsignedTransaction
        {
            Type = TransactionType.Legacy,
            ChainId = 1,
            Nonce = nonce,
            MaxFeePerGas = 1,
            MaxPriorityFeePerGas = 1,
            GasLimit = 21_000,
            To = key.Address,
            Value = 1
        };
        return new JournaledTransfer(unsigned.WithSignature(key.Sign(unsigned.SigningHash())), key.Address, 1, null,
            TransferPurpose.Send, DateTimeOffset.UnixEpoch, null, "http://127.0.0.1:8545");
    }
}
