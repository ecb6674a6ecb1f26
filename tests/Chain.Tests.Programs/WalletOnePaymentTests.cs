using System.Net;
using Chain.Primitives;
using Chain.Transfers;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>One request makes one payment, whatever the node or the network does after it is signed.</summary>
public sealed class WalletOnePaymentTests : IDisposable
{
    private const string Dev0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Faucet = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720";
    private const string Nobody = "0x00000000000000000000000000000000000000aa";

    private readonly WalletRun _wallet = new();

    public WalletOnePaymentTests()
    {
        _wallet.Node.Fund(Address.Parse(Dev0), "10000");
        _wallet.Node.Fund(Address.Parse(Faucet), "10000");
    }

    public void Dispose() => _wallet.Dispose();

    private StubNode Node => _wallet.Node;

    private string[] Handed => [.. Node.Handed.Distinct()];

    private SignedTransfer LastSigned => _wallet.Book.Read().Transfers[^1];

    private Task<ExitCode> SendAsync(params string[] more) =>
        _wallet.RunAsync(["send", "--from", "dev:0", "--to", Nobody, "--value", "1ether", "--yes", "--json", .. more]);

    // The node carries the call out, and something on the way answers in its place.
    private void AnswerSendsWith(Func<HttpResponseMessage> answer) => Node.InsteadOfAnswer = method =>
        method == "eth_sendRawTransaction" ? answer() : null;

    private static HttpResponseMessage Says(string json) => new(HttpStatusCode.OK) { Content = new StringContent(json) };

    [Theory]
    [InlineData("nonce too low")]
    [InlineData("replacement transaction underpriced")]
    [InlineData("already known")]
    [InlineData("insufficient funds for gas * price + value")]
    [InlineData("txpool is full")]
    public async Task A_transfer_that_a_proxy_accepts_and_refuses_is_found_and_signed_once(string message)
    {
        AnswerSendsWith(() => Says($$$"""{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"{{{message}}}"}}"""));
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Equal(Assert.Single(Node.Sent).Hash.ToString(), (string)_wallet.Json["hash"]!);
        Assert.Single(Handed);
        Assert.Equal(TransferFate.Accepted, LastSigned.Fate);
    }

    [Theory]
    [InlineData("nonce too low", ExitCode.MaybeAccepted, TransferFate.Unclear)]
    [InlineData("already known", ExitCode.MaybeAccepted, TransferFate.Unclear)]
    [InlineData("replacement transaction underpriced", ExitCode.Failed, TransferFate.Refused)]
    [InlineData("insufficient funds for gas * price + value", ExitCode.Failed, TransferFate.Refused)]
    public async Task A_refusal_leads_to_one_signature_and_a_sentence_with_its_hash(string message, ExitCode code,
        TransferFate fate)
    {
        Node.Refuse("eth_sendRawTransaction", -32000, message);
        Assert.Equal(code, await SendAsync());
        var handed = Transaction.Decode(Hex.Decode(Assert.Single(Handed)));
        Assert.Contains(handed.Hash.ToString(), (string)_wallet.Json["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Contains(message, (string)_wallet.Json["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(handed.Hash.ToString(), (string)_wallet.Json["hash"]!);
        Assert.Equal((int)code, (int)_wallet.Json["error"]!["exitCode"]!);
        Assert.Equal((handed.Hash, fate), (LastSigned.Hash, LastSigned.Fate));
    }

    [Fact]
    public async Task A_refusal_of_a_megabyte_is_repeated_in_part()
    {
        Node.Refuse("eth_sendRawTransaction", -32000, new string('x', 1_000_000));
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.InRange(_wallet.Output.Length, 200, 10_000);
        Assert.InRange(new FileInfo(_wallet.Journal).Length, 200, 10_000);
    }

    [Fact]
    public async Task A_nonce_that_another_wallet_took_is_named_with_its_transfer_and_nothing_else_is_signed()
    {
        using var another = new WalletRun();
        another.Node.Fund(Address.Parse(Dev0), "10000");
        Assert.Equal(ExitCode.Ok,
            await another.RunAsync("send", "--from", "dev:0", "--to", "dev:1", "--value", "2ether", "--yes"));
        var other = another.Node.Sent[0].Hash;
        Node.Answer("eth_sendRawTransaction", _ =>
        {
            Node.Answer("eth_getTransactionCount", _ => "0x1");
            throw StubNode.Refusal(-32000, "nonce too low");
        });
        Node.Answer("eth_getTransactionBySenderAndNonce", _ =>
            StubNode.Describe(another.Node.Sent[0], Address.Parse(Dev0)));
        Assert.Equal(ExitCode.Failed, await SendAsync());
        var mine = Transaction.Decode(Hex.Decode(Assert.Single(Handed)));
        Assert.Contains(mine.Hash.ToString(), _wallet.Error, StringComparison.Ordinal);
        Assert.Contains($"nonce 0 of {Dev0} is used by {other}", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(TransferFate.NonceUsed, LastSigned.Fate);
    }

    // A double spend across two halves of a network, from one book: the half that took the second one wins.
    [Fact]
    public async Task A_transfer_whose_nonce_a_later_one_of_the_same_book_used_is_named_with_it_at_the_first_look()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Node.Forget();
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", "dev:1", "--value", "2ether", "--nonce", "0", "--yes"));
        Node.Mine();

        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", "dev:2", "--value", "3ether", "--yes"));

        var transfers = _wallet.Book.Read().Transfers;
        Assert.Equal(TransferFate.NonceUsed, transfers[0].Fate);
        Assert.Equal($"nonce used by {transfers[1].Hash}", transfers[0].Detail);
        Assert.Contains($"its nonce 0 is used by {transfers[1].Hash}", _wallet.Output + _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_answer_to_an_accepted_transfer_is_looked_up()
    {
        AnswerSendsWith(() => throw new TaskCanceledException());
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Single(Node.Sent);
        Assert.Single(Handed);
    }

    [Fact]
    public async Task A_transfer_that_is_mined_before_it_is_looked_up_is_a_success()
    {
        AnswerSendsWith(() =>
        {
            Node.Mine();
            return new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StringContent("<html>502</html>") };
        });
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Equal(TransferFate.Mined, LastSigned.Fate);
        Assert.Single(Handed);
    }

    [Fact]
    public async Task Bytes_that_were_lost_on_the_way_are_offered_again_and_pay_once()
    {
        var sends = 0;
        Node.Answer("eth_sendRawTransaction", p => ++sends == 1 ? throw new HttpRequestException("the connection broke")
            : Node.Accept((string)p[0]!));
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Equal((2, 1), (Node.Handed.Count, Handed.Length));
        Assert.Single(Node.Sent);
    }

    public static TheoryData<string> Losses => ["time-out", "502", "broken", "not JSON", "half a surrogate"];

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Without_an_answer_the_hash_is_said_and_that_it_may_have_been_accepted(string loss)
    {
        Node.Answer("eth_sendRawTransaction", _ => "0x");
        AnswerSendsWith(() => loss switch
        {
            "time-out" => throw new TaskCanceledException(),
            "502" => new HttpResponseMessage(HttpStatusCode.BadGateway)
            {
                Content = new StringContent("<html>502 Bad "
                + "Gateway</html>")
            },
            "broken" => throw new HttpRequestException(HttpRequestError.ResponseEnded, "the response ended"),
            "not JSON" => Says("accepted!"),
            _ => Says("""{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"\ud800"}}"""),
        });
        Assert.Equal(ExitCode.MaybeAccepted, await SendAsync());
        var hash = Transaction.Decode(Hex.Decode(Assert.Single(Handed))).Hash.ToString();
        var message = (string)_wallet.Json["error"]!["message"]!;
        Assert.Contains(hash, message, StringComparison.Ordinal);
        Assert.Contains("may have been accepted", message, StringComparison.Ordinal);
        Assert.Equal("MaybeAccepted", (string)_wallet.Json["error"]!["code"]!);
        Assert.Equal("unclear", (string)_wallet.Json["outcome"]!);
        Assert.Equal(TransferFate.Unclear, LastSigned.Fate);
    }

    [Fact]
    public async Task A_node_that_is_gone_after_the_hand_over_does_not_make_it_a_failure()
    {
        AnswerSendsWith(() =>
        {
            Node.IsUp = false;
            throw new TaskCanceledException();
        });
        Assert.Equal(ExitCode.MaybeAccepted, await SendAsync());
        Assert.Contains(Node.Sent[0].Hash.ToString(), _wallet.Error, StringComparison.Ordinal);
        Assert.Contains("could not be asked for", _wallet.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, ExitCode.Ok)]
    [InlineData(false, ExitCode.MaybeAccepted)]
    public async Task An_answer_with_another_hash_is_looked_up(bool accepts, ExitCode code)
    {
        var other = Keccak256.Hash("another"u8);
        if (!accepts) Node.Answer("eth_sendRawTransaction", _ => other.ToString());
        else AnswerSendsWith(() => Says($$"""{"jsonrpc":"2.0","id":{{Node.Calls.Count}},"result":"{{other}}"}"""));
        Assert.Equal(code, await SendAsync());
        Assert.Contains(other.ToString(), _wallet.Error, StringComparison.Ordinal);
        Assert.Contains(Transaction.Decode(Hex.Decode(Handed[0])).Hash.ToString(), _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_before_the_answer_says_the_hash_and_that_it_may_have_been_accepted()
    {
        using var interrupt = new CancellationTokenSource();
        _wallet.Interrupt = interrupt.Token;
        Node.Answer("eth_sendRawTransaction", _ => "0x");
        AnswerSendsWith(() =>
        {
            interrupt.Cancel();
            return Says("");
        });
        Assert.Equal(ExitCode.MaybeAccepted, await SendAsync());
        Assert.Contains(Transaction.Decode(Hex.Decode(Assert.Single(Node.Handed))).Hash.ToString(),
            (string)_wallet.Json["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(TransferFate.Unclear, LastSigned.Fate);
    }

    [Fact]
    public async Task An_interruption_before_the_hand_over_sends_nothing()
    {
        using var interrupt = new CancellationTokenSource();
        _wallet.Interrupt = interrupt.Token;
        Node.OnCall = method =>
        {
            if (method == "eth_getTransactionByHash") interrupt.Cancel();
        };
        Assert.Equal(ExitCode.Interrupted, await SendAsync());
        Assert.Empty(Node.Handed);
        Assert.False(File.Exists(_wallet.Journal) && new FileInfo(_wallet.Journal).Length > 0);
    }

    [Fact]
    public async Task A_repeat_while_the_first_is_unclear_is_refused_with_its_hash_and_pays_again_only_when_told()
    {
        AnswerSendsWith(() =>
        {
            Node.IsUp = false;
            throw new TaskCanceledException();
        });
        Assert.Equal(ExitCode.MaybeAccepted, await SendAsync());
        (Node.IsUp, Node.InsteadOfAnswer) = (true, null);
        var first = Node.Sent[0].Hash.ToString();

        foreach (var _ in new[] { 1, 2 })
        {
            Assert.Equal(ExitCode.Failed, await SendAsync());
            Assert.Contains(first, (string)_wallet.Json["error"]!["message"]!, StringComparison.Ordinal);
            Assert.Contains("--again", (string)_wallet.Json["error"]!["message"]!, StringComparison.Ordinal);
            Assert.Single(Handed);
        }

        Node.Mine();
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains("it is in a block", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await SendAsync("--again"));
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Equal([0UL, 1UL, 2UL], Node.Sent.Select(sent => sent.Nonce));
    }

    [Theory]
    [InlineData("yes", ExitCode.Ok)]
    [InlineData("y", ExitCode.Failed)]
    [InlineData("", ExitCode.Failed)]
    public async Task A_person_is_asked_about_the_repeat_in_words(string answer, ExitCode code)
    {
        Node.Refuse("eth_sendRawTransaction", -32000, "already known");
        Assert.Equal(ExitCode.MaybeAccepted, await SendAsync());
        Node.Answer("eth_sendRawTransaction", p => Node.Accept((string)p[0]!));
        Assert.Equal(code, await _wallet.Answering(answer, "y").RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value",
            "1ether"));
        Assert.Contains("makes a second payment", _wallet.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Nobody, "2ether")]
    [InlineData("dev:1", "1ether")]
    public async Task Another_payment_goes_through_and_takes_the_unclear_one_along_byte_for_byte(string to, string value)
    {
        Node.Refuse("eth_sendRawTransaction", -32000, "already known");
        Assert.Equal(ExitCode.MaybeAccepted, await SendAsync());
        Node.Answer("eth_sendRawTransaction", p => Node.Accept((string)p[0]!));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", to, "--value", value, "--yes",
            "--json"));
        Assert.Equal([0UL, 1UL], Node.Sent.Select(sent => sent.Nonce));
        Assert.Equal(2, Handed.Length);
        Assert.Equal(Node.Sent[0].Hash.ToString(), (string)_wallet.Json["offeredAgain"]![0]!);
        Assert.Contains("offered again, byte for byte", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_transfer_that_turns_up_after_all_stops_the_repeat()
    {
        Node.Refuse("eth_sendRawTransaction", -32000, "txpool is full");
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Node.Accept(Assert.Single(Node.Handed));
        Node.Answer("eth_sendRawTransaction", p => Node.Accept((string)p[0]!));
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains(Node.Sent[0].Hash.ToString(), _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Node.Sent);
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Single(Node.Sent);
    }

    [Fact]
    public async Task After_a_plain_refusal_a_repeat_is_a_new_try()
    {
        Node.Refuse("eth_sendRawTransaction", -32000, "txpool is full");
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Node.Answer("eth_sendRawTransaction", p => Node.Accept((string)p[0]!));
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Equal(0UL, Assert.Single(Node.Sent).Nonce);
    }

    [Theory]
    [InlineData("send", "--from", "dev:0", "--to", Nobody, "--value", "1ether", "--yes")]
    [InlineData("faucet", Nobody, "--value", "1ether")]
    public async Task Commands_at_the_same_moment_make_a_payment_each(params string[] command)
    {
        const int Count = 8;
        var runs = Enumerable.Range(0, Count).Select(_ => _wallet.Beside()).ToArray();
        var codes = await Task.WhenAll(runs.Select(run => Task.Run(() => run.RunAsync(command))));
        Assert.All(codes, code => Assert.Equal(ExitCode.Ok, code));
        Assert.Equal(Enumerable.Range(0, Count).Select(nonce => (ulong)nonce), Node.Sent.Select(sent => sent.Nonce));
        Assert.Equal(Count, Node.Sent.Select(sent => sent.Hash).Distinct().Count());
    }

    [Fact]
    public async Task The_same_bytes_are_never_taken_for_a_second_payment()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync("--nonce", "0"));
        Assert.Equal(ExitCode.Failed, await SendAsync("--nonce", "0"));
        Assert.Contains($"Exactly this transfer, {Node.Sent[0].Hash}", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Node.Handed);

        // Signed by another program with the same key: this journal does not have it.
        _wallet.LoseBook();
        Assert.Equal(ExitCode.Failed, await SendAsync("--nonce", "0"));
        Assert.Contains("another program with this key signed it", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Node.Handed);
    }

    [Fact]
    public async Task A_nonce_that_is_used_is_refused_before_anything_is_signed()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Node.Mine();
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "2ether",
            "--yes", "--nonce", "0"));
        Assert.Contains("Nothing was signed", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Node.Handed);
    }

    [Fact]
    public async Task What_a_restarted_node_forgot_is_offered_again_and_leaves_no_gap()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Node.Restart();
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Equal([0UL, 1UL, 2UL], Node.Sent.Select(sent => sent.Nonce));
        Assert.Equal(3, Handed.Length);
    }

    [Fact]
    public async Task Where_the_node_refuses_the_earlier_one_the_next_takes_its_nonce_and_says_so()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        var first = Node.Handed[0];
        Node.Restart();
        Node.Answer("eth_sendRawTransaction", p => (string)p[0]! == first
            ? throw StubNode.Refusal(-32000, "transaction underpriced") : Node.Accept((string)p[0]!));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "2ether",
            "--yes"));
        Assert.Equal(0UL, Assert.Single(Node.Sent).Nonce);
        Assert.Contains("only one of the two can be mined", _wallet.Error, StringComparison.Ordinal);
        Assert.Contains(Transaction.Decode(Hex.Decode(first)).Hash.ToString(), _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_with_another_genesis_starts_afresh()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Node.Forget();
        Node.Answer("eth_getBlockByNumber", _ =>
            new System.Text.Json.Nodes.JsonObject
            {
                ["number"] = "0x0",
                ["hash"] = Keccak256.Hash("other"u8).ToString(),
                ["baseFeePerGas"] = "0x1"
            });
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Equal(0UL, Assert.Single(Node.Sent).Nonce);
    }
}
