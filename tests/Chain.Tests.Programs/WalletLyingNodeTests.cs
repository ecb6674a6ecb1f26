using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>A node that gives one answer first and another later, and names transactions that nobody signed.</summary>
public sealed class WalletLyingNodeTests : IDisposable
{
    private const string Dev0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Nobody = "0x00000000000000000000000000000000000000aa";

    private readonly WalletRun _wallet = new();

    public WalletLyingNodeTests() => Node.Fund(Address.Parse(Dev0), "100");

    public void Dispose() => _wallet.Dispose();

    private StubNode Node => _wallet.Node;

    private Task<ExitCode> SendAsync(string value = "1ether", params string[] more) =>
        _wallet.RunAsync(["send", "--from", "dev:0", "--to", Nobody, "--value", value, "--yes", .. more]);

    private static Transaction Sign(int account, ulong nonce)
    {
        var unsigned = new UnsignedTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = 31337,
            Nonce = nonce,
            MaxFeePerGas = 2_000_000_000,
            MaxPriorityFeePerGas = 1,
            GasLimit = 21_000,
            To = Address.Parse(Nobody),
            Value = 5,
        };
        return unsigned.WithSignature(DevAccounts.Key(account).Sign(unsigned.SigningHash()));
    }

    [Theory]
    [InlineData("no transaction")]
    [InlineData("another account's")]
    [InlineData("another nonce's")]
    public async Task A_transaction_that_the_account_did_not_sign_is_no_proof_that_nothing_was_paid(string named)
    {
        var other = named == "another account's" ? Sign(1, 0) : Sign(0, 7);
        Node.Answer("eth_sendRawTransaction", _ =>
        {
            Node.Answer("eth_getTransactionCount", _ => "0x1");
            throw StubNode.Refusal(-32000, "nonce too low");
        });
        Node.Answer("eth_getTransactionBySenderAndNonce", _ => named == "no transaction"
            ? new JsonObject { ["hash"] = other.Hash.ToString() }
            : StubNode.Describe(other, DevAccounts.Key(0).Address));
        Assert.Equal(ExitCode.MaybeAccepted, await SendAsync());
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains("--again", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Node.Handed);
    }

    [Fact]
    public async Task Another_transaction_in_place_of_the_one_asked_for_is_no_sign_of_it()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        var old = Node.Sent[0];
        Node.Answer("eth_sendRawTransaction", _ =>
        {
            Node.Answer("eth_getTransactionByHash", _ => StubNode.Describe(old, DevAccounts.Key(0).Address));
            throw StubNode.Refusal(-32000, "nonce too low");
        });
        Assert.Equal(ExitCode.MaybeAccepted, await _wallet.RunAsync("speed-up", old.Hash.ToString(), "--yes"));
    }

    [Fact]
    public async Task A_nonce_is_doubted_again_when_the_transfer_gets_its_turn()
    {
        var looks = 0;
        Node.Answer("eth_getTransactionCount", p => (string)p[1]! == "pending" && ++looks > 1 ? "0xf4240" : "0x0");
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains("next nonce is 1000000", _wallet.Error, StringComparison.Ordinal);
        Assert.Empty(Node.Handed);
    }

    [Fact]
    public async Task A_genesis_block_that_changes_and_changes_back_hides_no_payment()
    {
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Node.Answer("eth_getBlockByNumber", _ => new JsonObject
        {
            ["number"] = "0x64",
            ["hash"] = StubNode.HashOf(666).ToString(),
            ["baseFeePerGas"] = "0x3b9aca00",
        });
        Node.InsteadOfAnswer = method => method == "eth_sendRawTransaction" ? throw new TaskCanceledException() : null;
        Node.Answer("eth_getTransactionByHash", _ => null);
        Assert.Equal(ExitCode.MaybeAccepted, await SendAsync());
        Node.Answer("eth_getBlockByNumber", _ => new JsonObject
        {
            ["number"] = "0x64",
            ["hash"] = StubNode.HashOf(0).ToString(),
            ["baseFeePerGas"] = "0x3b9aca00",
        });
        Node.InsteadOfAnswer = null;
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains("--again", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(2, Node.Handed.Distinct().Count());
    }

    [Theory]
    [InlineData("0x0")]
    [InlineData("0x5207")]
    public async Task Less_gas_than_any_transaction_needs_is_refused(string estimate)
    {
        Node.Answer("eth_estimateGas", _ => estimate);
        Assert.Equal(ExitCode.Failed, await SendAsync());
        Assert.Contains("Nothing was signed", _wallet.Error, StringComparison.Ordinal);
        Assert.Empty(Node.Handed);
    }

    [Fact]
    public async Task A_charset_that_cannot_be_read_does_not_end_the_program()
    {
        Node.InsteadOfAnswer = method =>
        {
            if (method != "eth_sendRawTransaction") return null;
            var answer = new HttpResponseMessage { Content = new ByteArrayContent("{}"u8.ToArray()) };
            answer.Content.Headers.Add("Content-Type", "application/json; charset=utf-7");
            return answer;
        };
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Contains(Node.Sent[0].Hash.ToString(), _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_the_node_had_before_are_said_to_be_perhaps_anothers()
    {
        // Another program with the key and another journal was a moment faster.
        var isAsked = false;
        Node.Answer("eth_sendRawTransaction", p =>
        {
            if (!isAsked) Node.Accept((string)p[0]!);
            isAsked = true;
            return Node.Accept((string)p[0]!);
        });
        Assert.Equal(ExitCode.Ok, await SendAsync());
        Assert.Contains("together they pay once", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("resend", Node.Sent[0].Hash.ToString()));
        Assert.DoesNotContain("together they pay once", _wallet.Error, StringComparison.Ordinal);
    }
}
