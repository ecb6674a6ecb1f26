using Chain.Primitives;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class WalletSendTests : IDisposable
{
    private const string Dev0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Dev1 = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    private const string Faucet = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720";
    private const string Nobody = "0x00000000000000000000000000000000000000aa";

    private readonly WalletRun _wallet = new();

    public WalletSendTests()
    {
        _wallet.Node.Fund(Address.Parse(Dev0), "10000");
        _wallet.Node.Fund(Address.Parse(Faucet), "10000");
    }

    public void Dispose() => _wallet.Dispose();

    [Fact]
    public async Task A_development_account_sends_without_any_key_set_up()
    {
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", "dev:1", "--value", "1.5ether", "--yes"));

        var sent = Assert.Single(_wallet.Node.Sent);
        Assert.Equal(TransactionType.DynamicFee, sent.Type);
        Assert.Equal(Address.Parse(Dev1), sent.To);
        Assert.Equal(UInt256.Parse("1500000000000000000"), sent.Value);
        Assert.Equal(31337UL, sent.ChainId);
        Assert.Equal(0UL, sent.Nonce);
        Assert.Equal(UInt256.Parse("2100000000"), sent.MaxFeePerGas);
        Assert.Equal(UInt256.Parse("100000000"), sent.MaxPriorityFeePerGas);
        Assert.Contains(sent.Hash.ToString(), _wallet.Output, StringComparison.Ordinal);
        Assert.Contains("about 0.0000231 ether, at most 0.0000441 ether", _wallet.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_json_the_output_is_one_document()
    {
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1wei", "--yes", "--json"));
        Assert.Equal(_wallet.Node.Sent[0].Hash.ToString(), (string)_wallet.Json["hash"]!);
        Assert.Equal("1", (string)_wallet.Json["value"]!);
        Assert.Equal(Hex.Encode(_wallet.Node.Sent[0].Encoded.Span), (string)_wallet.Json["raw"]!);
    }

    [Theory]
    [InlineData("y", ExitCode.Ok)]
    [InlineData("n", ExitCode.Failed)]
    [InlineData("", ExitCode.Failed)]
    public async Task Without_yes_it_asks_first(string answer, ExitCode expected)
    {
        Assert.Equal(expected,
            await _wallet.Answering(answer).RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1wei"));
        Assert.Equal(expected == ExitCode.Ok ? 1 : 0, _wallet.Node.Sent.Count);
    }

    [Fact]
    public async Task Where_nobody_can_answer_it_sends_nothing()
    {
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1wei"));
        Assert.Contains("--yes", _wallet.Error, StringComparison.Ordinal);
        Assert.Empty(_wallet.Node.Sent);
    }

    [Fact]
    public async Task A_legacy_transfer_carries_the_chain_id_and_one_price()
    {
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1wei", "--legacy", "--max-fee", "7gwei",
                "--yes"));
        var sent = Assert.Single(_wallet.Node.Sent);
        Assert.Equal(TransactionType.Legacy, sent.Type);
        Assert.Equal(31337UL, sent.ChainId);
        Assert.Equal(UInt256.Parse("7000000000"), sent.MaxFeePerGas);
    }

    [Fact]
    public async Task All_leaves_nothing_but_the_fee()
    {
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "all", "--yes"));
        var sent = Assert.Single(_wallet.Node.Sent);
        Assert.Equal(UInt256.Parse("10000000000000000000000"), sent.Value + (sent.MaxFeePerGas * sent.GasLimit));
    }

    [Fact]
    public async Task Too_little_ether_is_refused_with_the_numbers_before_anything_is_signed()
    {
        Assert.Equal(ExitCode.Failed,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "10000ether", "--yes"));
        Assert.Contains("has 10000 ether", _wallet.Error, StringComparison.Ordinal);
        Assert.Contains("need 10000.0000441 ether", _wallet.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("eth_sendRawTransaction", _wallet.Node.Calls);
    }

    [Theory]
    [InlineData("dev:0", Nobody)]
    [InlineData(Dev0, Nobody)]
    [InlineData("dev:0", "dev:1")]
    public async Task A_development_account_signs_for_no_other_chain(string from, string to)
    {
        _wallet.Node.ChainId = 1;
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("send", "--from", from, "--to", to, "--value", "1wei", "--yes"));
        Assert.Contains("chain 1", _wallet.Error, StringComparison.Ordinal);
        Assert.Empty(_wallet.Node.Sent);
    }

    [Fact]
    public async Task A_node_of_another_chain_than_expected_is_refused()
    {
        Assert.Equal(ExitCode.Failed,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1wei", "--yes", "--chain-id", "5"));
        Assert.Contains("is of chain 31337, not 5", _wallet.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.5", "has no unit")]
    [InlineData("1,5ether", "is not an amount")]
    [InlineData("-1ether", "is not an amount")]
    [InlineData("1.0000000000000000001ether", "finer than one wei")]
    [InlineData("1bitcoin", "'bitcoin' is not known")]
    public async Task A_value_that_makes_no_sense_is_a_usage_error(string value, string expected)
    {
        Assert.Equal(ExitCode.Usage,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, $"--value={value}", "--yes"));
        Assert.Contains(expected, _wallet.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0xf39fd6e51aad88F6F4ce6aB8827279cffFb92266", "EIP-55", ExitCode.Usage)]
    [InlineData("0x1234", "40 hex digits", ExitCode.Usage)]
    [InlineData("alice", "No account or contact is called 'alice'", ExitCode.Unknown)]
    [InlineData("dev:10", "dev:0 to dev:9", ExitCode.Unknown)]
    public async Task A_recipient_that_is_none_is_refused(string to, string expected, ExitCode code)
    {
        Assert.Equal(code, await _wallet.RunAsync("send", "--from", "dev:0", "--to", to, "--value", "1wei", "--yes"));
        Assert.Contains(expected, _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_node_the_error_names_the_address_and_what_to_do()
    {
        _wallet.Node.IsUp = false;
        Assert.Equal(ExitCode.NodeUnreachable,
            await _wallet.RunAsync("balance", "dev:0", "--rpc", "http://127.0.0.1:9999", "--json"));
        Assert.Contains("No node at http://127.0.0.1:9999/", (string)_wallet.Json["error"]!["message"]!,
            StringComparison.Ordinal);
        Assert.Equal(3, (int)_wallet.Json["error"]!["exitCode"]!);
    }

    [Theory]
    [InlineData(System.Net.HttpStatusCode.OK, "<html>hello</html>")]
    [InlineData(System.Net.HttpStatusCode.NotFound, "not here")]
    [InlineData(System.Net.HttpStatusCode.OK, "[]")]
    [InlineData(System.Net.HttpStatusCode.OK, """{"jsonrpc":"2.0","id":99,"result":"0x1"}""")]
    public async Task What_does_not_speak_JSON_RPC_is_no_node(System.Net.HttpStatusCode status, string body)
    {
        _wallet.Node.Impostor = (status, body);
        Assert.Equal(ExitCode.NodeUnreachable, await _wallet.RunAsync("balance", "dev:0"));
    }

    [Fact]
    public async Task A_nonce_given_by_the_user_is_never_changed()
    {
        await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1wei", "--yes");
        _wallet.Node.Mine();
        Assert.Equal(ExitCode.Failed,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "2wei", "--nonce", "0", "--yes"));
        Assert.Contains("leave out --nonce", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(_wallet.Node.Sent);
    }

    [Fact]
    public async Task The_faucet_is_the_last_development_account()
    {
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("faucet", Nobody, "--value", "3ether", "--json"));
        Assert.Equal(Faucet, (string)_wallet.Json["from"]!);
        Assert.Equal("3000000000000000000", (string)_wallet.Json["value"]!);
    }

    [Fact]
    public async Task Sending_can_stay_until_so_many_confirmations()
    {
        _wallet.Node.OnCall = method =>
        {
            if (method == "eth_blockNumber" || method == "eth_getTransactionByHash") _wallet.Node.Mine();
        };
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", Nobody, "--value", "1wei", "--yes", "--wait", "3",
                "--json"));
        Assert.Equal("settled", (string)_wallet.Json["outcome"]!);
        Assert.Equal("settled", (string)_wallet.Json["events"]!.AsArray()[^1]!["kind"]!);
    }

    [Fact]
    public async Task Balances_are_exact_and_of_one_block()
    {
        _wallet.Node.SetBalance(Address.Parse(Nobody), UInt256.Parse("1000000000000000001"));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("balance", Nobody, "dev:0", "--json"));
        Assert.Equal("1.000000000000000001", (string)_wallet.Json["accounts"]![0]!["ether"]!);
        Assert.Equal("10000000000000000000000", (string)_wallet.Json["accounts"]![1]!["wei"]!);
        Assert.Equal("dev:0", (string)_wallet.Json["accounts"]![1]!["name"]!);
        Assert.Equal(100, (int)_wallet.Json["blockNumber"]!);
    }

    [Theory]
    [InlineData("send", "--value", "1ether")]
    [InlineData("sned")]
    [InlineData("balance", "--nonsense")]
    [InlineData("send", "--from", "dev:0", "--to", Nobody, "--value", "1wei", "--nonce", "many")]
    public async Task A_command_line_that_makes_no_sense_is_a_usage_error_in_json_too(params string[] args)
    {
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync([.. args, "--json"]));
        Assert.Equal("Usage", (string)_wallet.Json["error"]!["code"]!);
    }

    [Fact]
    public async Task The_node_is_found_by_option_before_environment_before_default()
    {
        await _wallet.RunAsync("balance", "dev:0");
        Assert.Equal("http://127.0.0.1:8545/", _wallet.Url!.ToString());
        _wallet.Environment["CHAIN_RPC"] = "http://10.0.0.1:1";
        await _wallet.RunAsync("balance", "dev:0");
        Assert.Equal("http://10.0.0.1:1/", _wallet.Url!.ToString());
        await _wallet.RunAsync("balance", "dev:0", "--rpc", "https://node.example/path");
        Assert.Equal("https://node.example/path", _wallet.Url!.ToString());
        await _wallet.RunAsync("balance", "dev:0", "--rpc", "node.example:8545");
        Assert.Equal("http://node.example:8545/", _wallet.Url!.ToString());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("ftp://node.example")]
    [InlineData("http://")]
    public async Task A_url_that_is_none_is_refused_with_where_it_came_from_and_what_was_expected(string text)
    {
        const string Why = "is not a node's URL; expected http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:8545.";
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("balance", "dev:0", "--rpc", text, "--json"));
        Assert.Equal($"--rpc: '{text}' {Why}", (string)_wallet.Json["error"]!["message"]!);
        _wallet.Environment["CHAIN_RPC"] = text;
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("balance", "dev:0", "--json"));
        Assert.Equal($"the environment variable CHAIN_RPC: '{text}' {Why}", (string)_wallet.Json["error"]!["message"]!);
    }
}
