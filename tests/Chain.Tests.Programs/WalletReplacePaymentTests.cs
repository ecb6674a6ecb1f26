using Chain.Primitives;
using Chain.Transfers;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>
/// Replacing, offering again and listing transfers, with a node that loses answers; and what "all" is while others wait.
/// </summary>
public sealed class WalletReplacePaymentTests : IDisposable
{
    private const string Dev0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Nobody = "0x00000000000000000000000000000000000000aa";

    private readonly WalletRun _wallet = new();

    public WalletReplacePaymentTests() => Node.Fund(Address.Parse(Dev0), "100");

    public void Dispose() => _wallet.Dispose();

    private StubNode Node => _wallet.Node;

    private IReadOnlyList<SignedTransfer> Signed =>
        _wallet.Book.Read().Transfers;

    private async Task<string> SendAsync(string value = "1ether")
    {
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", value, "--yes"));
        return Node.Sent[^1].Hash.ToString();
    }

    [Theory]
    [InlineData("speed-up", TransferPurpose.SpeedUp)]
    [InlineData("cancel", TransferPurpose.Cancel)]
    public async Task A_replacement_is_linked_to_what_it_replaces(string command, TransferPurpose purpose)
    {
        var old = await SendAsync();
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync(command, old, "--yes", "--json"));
        Assert.Equal(old, (string)_wallet.Json["replaces"]!);
        Assert.Equal((purpose, old), (Signed[^1].Purpose, Signed[^1].Replaces?.ToString()));
        Assert.Equal(TransferFate.Replaced, Signed[0].Fate);
    }

    [Theory]
    [InlineData("speed-up")]
    [InlineData("cancel")]
    public async Task A_replacement_whose_answer_is_lost_names_both_hashes(string command)
    {
        var old = await SendAsync();
        Node.Answer("eth_sendRawTransaction", _ => "0x");
        Node.InsteadOfAnswer = method => method == "eth_sendRawTransaction" ? throw new TaskCanceledException() : null;
        Assert.Equal(ExitCode.MaybeAccepted, await _wallet.RunAsync(command, old, "--yes"));
        var replacement = Transaction.Decode(Hex.Decode(Node.Handed[^1])).Hash.ToString();
        Assert.Contains(old, _wallet.Error, StringComparison.Ordinal);
        Assert.Contains(replacement, _wallet.Error, StringComparison.Ordinal);
        Assert.Contains("still waits in the pool", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(2, Node.Handed.Distinct().Count());
    }

    [Theory]
    [InlineData("speed-up")]
    [InlineData("cancel")]
    public async Task A_replacement_that_comes_too_late_says_that_the_first_is_mined(string command)
    {
        var old = await SendAsync();
        Node.OnCall = method =>
        {
            if (method == "eth_sendRawTransaction") Node.Mine();
        };
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync(command, old, "--yes"));
        Assert.Contains($"{old}, is in block 101", _wallet.Error, StringComparison.Ordinal);
        Assert.Contains("came too late", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transfer_that_is_mined_while_a_person_reads_is_not_replaced()
    {
        var old = await SendAsync();
        var looks = 0;
        Node.OnCall = method =>
        {
            if (method == "eth_getTransactionCount" && ++looks == 3) Node.Mine();
        };
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("cancel", old, "--yes"));
        Assert.Contains($"{old} is in block 101 meanwhile", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Node.Handed);
    }

    [Fact]
    public async Task What_the_node_lost_is_replaced_from_the_journal()
    {
        var old = await SendAsync();
        Node.Restart();
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("speed-up", old, "--yes"));
        Assert.Equal((0UL, Address.Parse(Nobody)), (Node.Sent[^1].Nonce, Node.Sent[^1].To!.Value));
    }

    [Fact]
    public async Task A_signed_transfer_is_handed_over_again_byte_for_byte()
    {
        var hash = await SendAsync();
        Node.Restart();
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("resend", hash));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("resend", hash, "--json"));
        Assert.Equal("accepted", (string)_wallet.Json["outcome"]!);
        Assert.Single(Node.Handed.Distinct());
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("resend", Keccak256.Hash("none"u8).ToString()));
    }

    [Fact]
    public async Task History_lists_what_is_signed_and_in_no_block()
    {
        Node.Answer("chain_getAddressHistory", _ =>
            new System.Text.Json.Nodes.JsonObject { ["items"] = new System.Text.Json.Nodes.JsonArray() });
        var waiting = await SendAsync();
        var lost = await SendAsync("2ether");
        Node.Answer("eth_getTransactionByHash", p => (string)p[0]! == waiting
            ? new System.Text.Json.Nodes.JsonObject { ["hash"] = waiting, ["from"] = Dev0, ["nonce"] = "0x0" }
            : null);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("history", "dev:0", "--json"));
        var items = _wallet.Json["notInTheChain"]!.AsArray();
        Assert.Equal([(waiting, "pending"), (lost, "notFound")],
            items.Select(item => ((string)item!["hash"]!, (string)item["state"]!)));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("history", "dev:0"));
        Assert.Contains(lost, _wallet.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("speed-up")]
    [InlineData("cancel")]
    public async Task An_interrupted_replacement_takes_one_look_and_names_both_hashes(string command)
    {
        // A program that is interrupted has two seconds left, and a node that hangs takes one of them for each look.
        var old = await SendAsync();
        using var interrupt = new CancellationTokenSource();
        _wallet.Interrupt = interrupt.Token;
        Node.Answer("eth_sendRawTransaction", _ => "0x");
        Node.InsteadOfAnswer = method =>
        {
            if (method == "eth_sendRawTransaction") interrupt.Cancel();
            return null;
        };
        Assert.Equal(ExitCode.MaybeAccepted, await _wallet.RunAsync(command, old, "--yes"));
        var after = Node.Calls.Skip(Node.Calls.LastIndexOf("eth_sendRawTransaction") + 1);
        Assert.Equal(["eth_getTransactionByHash"], after);
        Assert.Contains(old, _wallet.Error, StringComparison.Ordinal);
        Assert.Contains(Transaction.Decode(Hex.Decode(Node.Handed[^1])).Hash.ToString(), _wallet.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("speed-up")]
    [InlineData("cancel")]
    public async Task A_replacement_does_not_push_out_another_payment_without_the_persons_word(string command)
    {
        Node.Refuse("eth_sendRawTransaction", -32000, "txpool is full");
        Assert.Equal(ExitCode.Failed,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1ether", "--yes"));
        var refused = Transaction.Decode(Hex.Decode(Node.Handed[0])).Hash.ToString();
        Node.Answer("eth_sendRawTransaction", p => Node.Accept((string)p[0]!));
        var other = await SendAsync("2ether");
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync(command, refused, "--yes", "--bump", "50"));
        Assert.Contains(other, _wallet.Error, StringComparison.Ordinal);

        // The same where another program signed what waits.
        var journal = await File.ReadAllLinesAsync(_wallet.Journal);
        _wallet.LoseBook();
        await File.WriteAllLinesAsync(_wallet.Journal, journal.Where(line => !line.Contains(other, StringComparison.Ordinal)));
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync(command, refused, "--yes", "--bump", "50"));
        Assert.Contains("does not know", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(2, Node.Handed.Count);
        Assert.Equal(ExitCode.Ok, await _wallet.Answering("yes", "y").RunAsync(command, refused, "--bump", "50"));
    }

    [Fact]
    public async Task A_replacement_may_be_replaced_again()
    {
        var old = await SendAsync();
        foreach (var (command, bump) in new[] { ("speed-up", "10"), ("speed-up", "40"), ("cancel", "90"), ("cancel", "200") })
            Assert.Equal(ExitCode.Ok, await _wallet.RunAsync(command, old, "--yes", "--bump", bump));
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("speed-up", old, "--yes", "--bump", "900"));
    }

    [Fact]
    public async Task A_nonce_by_hand_that_another_programs_transfer_has_is_named()
    {
        await SendAsync();
        _wallet.LoseBook();
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "2ether", "--yes",
            "--nonce", "0", "--max-fee", "9gwei", "--priority-fee", "1gwei"));
        Assert.Contains("warning: Nonce 0 is also that of a transfer", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_leaves_what_a_transfer_behind_a_gap_can_cost()
    {
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "40ether", "--yes",
            "--nonce", "2"));
        Node.Answer("eth_getTransactionCount", _ => "0x0");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", "dev:1", "--value", "all", "--yes"));
        var total = Node.Sent.Aggregate(UInt256.Zero, (sum, sent) => sum + sent.Value + (sent.MaxFeePerGas * sent.GasLimit));
        Assert.Equal(UInt256.Parse("100000000000000000000"), total);
    }

    [Fact]
    public async Task All_leaves_what_waiting_transfers_can_cost()
    {
        await SendAsync("40ether");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", "dev:1", "--value", "all", "--yes"));
        var total = Node.Sent.Aggregate(UInt256.Zero, (sum, sent) => sum + sent.Value + (sent.MaxFeePerGas * sent.GasLimit));
        Assert.Equal(UInt256.Parse("100000000000000000000"), total);
    }

    [Fact]
    public async Task All_counts_what_another_wallet_sent_where_the_node_shows_it()
    {
        await SendAsync("40ether");
        _wallet.LoseBook();
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("send", "--from", "dev:0", "--to", "dev:1", "--value", "all",
            "--yes"));
        Assert.Contains("nonce 0 waits in the pool", _wallet.Error, StringComparison.Ordinal);
        var sent = Node.Sent[0];
        Node.Answer("txpool_contentFrom", _ => new System.Text.Json.Nodes.JsonObject
        {
            ["pending"] = new System.Text.Json.Nodes.JsonObject
            {
                ["0"] = new System.Text.Json.Nodes.JsonObject
                {
                    ["nonce"] = "0x0",
                    ["value"] = sent.Value.ToQuantity(),
                    ["gas"] = Hex.Quantity(sent.GasLimit),
                    ["maxFeePerGas"] = sent.MaxFeePerGas.ToQuantity()
                },
            },
        });
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", "dev:1", "--value", "all", "--yes"));
        Assert.Equal(UInt256.Parse("60000000000000000000") - (2 * (sent.MaxFeePerGas * 21_000)), Node.Sent[1].Value);
    }

    [Fact]
    public async Task More_than_waiting_transfers_leave_is_refused_before_it_is_signed()
    {
        await SendAsync("60ether");
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("send", "--from", "dev:0", "--to", "dev:1", "--value", "50ether",
            "--yes"));
        Assert.Contains("Insufficient funds", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Node.Handed);
    }
}
