using Chain.Primitives;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>Figures that a node suggests, or a person mistypes, are doubted before anything is signed.</summary>
public sealed class WalletFeeCapTests : IDisposable
{
    private const string Dev0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Nobody = "0x00000000000000000000000000000000000000aa";

    private static readonly UInt256 Ether = 1_000_000_000_000_000_000;

    private readonly WalletRun _wallet = new();

    public WalletFeeCapTests() => Node.Fund(Address.Parse(Dev0), "100000");

    public void Dispose() => _wallet.Dispose();

    private StubNode Node => _wallet.Node;

    private Task<ExitCode> SendAsync(params string[] more) =>
        _wallet.RunAsync(["send", "--from", "dev:0", "--to", Nobody, "--value", "1ether", .. more]);

    private void AssertRefused(ExitCode code, params string[] says)
    {
        Assert.NotEqual(ExitCode.Ok, code);
        foreach (var words in says) Assert.Contains(words, _wallet.Error, StringComparison.Ordinal);
        Assert.Empty(Node.Handed);
        Assert.False(File.Exists(_wallet.Journal) && new FileInfo(_wallet.Journal).Length > 0, "nothing was signed");
    }

    [Fact]
    public async Task A_tip_that_costs_thousands_of_ether_is_refused_with_the_figure()
    {
        Node.PriorityFee = Ether / 10 * 4;
        AssertRefused(await SendAsync("--yes"), "8400.000042 ether", "more than 1 ether", "--max-total-fee");
    }

    [Theory]
    [InlineData("yes", ExitCode.Ok)]
    [InlineData("y", ExitCode.Failed)]
    [InlineData("", ExitCode.Failed)]
    public async Task Without_yes_a_person_is_asked_in_words_with_the_figure(string answer, ExitCode code)
    {
        Node.PriorityFee = Ether / 10 * 4;
        Assert.Equal(code, await _wallet.Answering(answer, "y").RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value",
            "1ether"));
        Assert.Contains("The fee can become 8400.000042 ether", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(code == ExitCode.Ok ? 1 : 0, Node.Sent.Count);
    }

    [Theory]
    [InlineData("--max-fee", "0.1ether", "2100 ether")]
    [InlineData("--max-fee", "0.1ether", "2100 ether", "--legacy")]
    [InlineData("--gas", "1000000000000", "2100 ether")]
    [InlineData("--max-fee", "0.1ether", "2100 ether", "--priority-fee", "1gwei")]
    public async Task A_person_who_mistypes_a_fee_is_stopped_as_well(string option, string value, string says,
        params string[] more) =>
        AssertRefused(await SendAsync(["--yes", option, value, .. more]), says);

    [Fact]
    public async Task A_base_fee_or_gas_price_beyond_reason_is_refused()
    {
        Node.BaseFee = Ether / 1000;
        AssertRefused(await SendAsync("--yes"), "The fee can become 42");
        AssertRefused(await SendAsync("--yes", "--legacy"), "The fee can become 21");
    }

    [Theory]
    [InlineData("eth_maxPriorityFeePerGas", "priority fee")]
    [InlineData("eth_gasPrice", "gas price", "--legacy")]
    public async Task A_price_that_no_sum_could_hold_is_called_what_it_is(string method, string says, params string[] more)
    {
        Node.Answer(method, _ => UInt256.MaxValue.ToQuantity());
        AssertRefused(await SendAsync(["--yes", .. more]), says, "which no chain charges");
        Assert.DoesNotContain("256 bits", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_gas_than_a_block_holds_is_refused()
    {
        Node.Answer("eth_estimateGas", _ => Hex.Quantity(Node.BlockGasLimit + 1));
        AssertRefused(await SendAsync("--yes"), "more than the 30000000 of a whole block");
        Node.Answer("eth_estimateGas", _ => Hex.Quantity(Node.BlockGasLimit));
        AssertRefused(await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1gwei", "--yes"),
            "30000000 gas", "0.01 ether, the limit for small values");
    }

    [Fact]
    public async Task A_tiny_payment_with_usual_fees_goes_through()
    {
        Node.BaseFee = 100_000_000_000;
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1wei", "--yes"));
    }

    [Fact]
    public async Task The_cap_is_raised_by_the_option_and_by_no_more_than_it_says()
    {
        Node.PriorityFee = Ether / 10_000;
        AssertRefused(await SendAsync("--yes"), "2.100042 ether");
        AssertRefused(await SendAsync("--yes", "--max-total-fee", "2.1ether"), "more than 2.1 ether, the limit given");
        Assert.Equal(ExitCode.Ok, await SendAsync("--yes", "--max-total-fee", "2.100042ether"));
    }

    [Theory]
    [InlineData("speed-up")]
    [InlineData("cancel")]
    public async Task A_replacement_has_the_cap_too(string command)
    {
        Assert.Equal(ExitCode.Ok, await SendAsync("--yes"));
        Node.PriorityFee = Ether / 10 * 4;
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync(command, Node.Sent[0].Hash.ToString(), "--yes"));
        Assert.Contains("--max-total-fee", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Node.Handed);
    }

    [Fact]
    public async Task The_faucet_asks_nobody_and_refuses()
    {
        Node.Fund(Address.Parse("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"), "100000");
        Node.PriorityFee = Ether / 10 * 4;
        AssertRefused(await _wallet.RunAsync("faucet", Nobody), "8400");
    }

    [Theory]
    [InlineData(66, "the next nonce is 66")]
    [InlineData(1_000_000, "the next nonce is 1000000")]
    [InlineData(ulong.MaxValue, "has sent 18446744073709551615 transactions")]
    public async Task A_next_nonce_that_nothing_explains_is_refused(ulong pending, string says)
    {
        Node.Answer("eth_getTransactionCount", p => Hex.Quantity((string)p[1]! == "pending" ? pending : 1));
        AssertRefused(await SendAsync("--yes"), says);
    }

    [Fact]
    public async Task A_node_that_changes_its_chain_is_not_signed_for_unasked()
    {
        var key = _wallet.WriteFile("key", "0x" + new string('1', 64));
        _wallet.Environment["CHAIN_PASSWORD"] = "secret";
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("import", "--key-file", key, "--name", "alice", "--light"));
        Node.Fund(Address.Parse((string)(await ListedAsync())!), "10");
        string[] send = ["send", "--from", "alice", "--to", Nobody, "--value", "1ether", "--yes"];
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync(send));
        Node.ChainId = 1;
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync(send));
        Assert.Contains("--chain-id 1", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Node.Handed);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync([.. send, "--nonce", "1", "--chain-id", "1"]));
    }

    private async Task<System.Text.Json.Nodes.JsonNode?> ListedAsync()
    {
        await _wallet.RunAsync("list", "--json");
        return _wallet.Json["accounts"]![0]!["address"];
    }
}
