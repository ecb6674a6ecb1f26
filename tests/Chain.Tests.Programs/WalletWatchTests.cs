using System.Text.Json.Nodes;
using Chain.Consensus.Work;
using Chain.Primitives;
using Chain.Rules.Work;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class WalletWatchTests : IDisposable
{
    private const string Nobody = "0x00000000000000000000000000000000000000aa";

    private readonly WalletRun _wallet = new();

    public WalletWatchTests() => _wallet.Node.Fund(DevAccounts.Key(0).Address, "10000");

    public void Dispose() => _wallet.Dispose();

    [Fact]
    public async Task A_transfer_is_followed_on_any_makers_node()
    {
        var hash = await SendAsync();
        var looks = 0;
        _wallet.Node.OnCall = method =>
        {
            if (method == "eth_getTransactionByHash" && ++looks > 2) _wallet.Node.Mine();
        };
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("watch", hash, "--until", "2"));
        Assert.Contains("in the pool", _wallet.Output, StringComparison.Ordinal);
        Assert.Contains("in block 101", _wallet.Output, StringComparison.Ordinal);
        Assert.Matches(@"  1 confirmation\s", _wallet.Output);
        Assert.DoesNotContain("probability", _wallet.Output, StringComparison.Ordinal);
        Assert.Contains("settled: 2 confirmations", _wallet.Output, StringComparison.Ordinal);
        Assert.Equal(1, _wallet.Node.Calls.Count(call => call == "chain_getTransactionStatus"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Blocks_that_change_nothing_are_counted_in_a_line_that_only_a_terminal_has(bool isTerminal)
    {
        var hash = await SendAsync();
        var looks = 0;
        _wallet.Node.Answer("chain_getTransactionStatus", _ => Status("mined", 7, Step("mined", 7)));
        _wallet.Node.Answer("chain_getConfidence", _ => new JsonObject
        {
            ["confirmations"] = ++looks,
            ["level"] = ConfidenceLevel.Describe(looks),
            ["attackerShare"] = 0.3,
            ["catchUpProbability"] = CatchUp.Probability(0.3, looks),
        });
        _wallet.OutputIsTerminal = isTerminal;
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("watch", hash, "--until", "12"));

        // A line of its own for each level: the others come and go behind a carriage return.
        var lines = _wallet.Output.Split('\n').Select(line => line[(line.LastIndexOf('\r') + 1)..]).ToList();
        Assert.Equal([1, 3, 6, 10],
            Enumerable.Range(1, 11)
                .Where(n => lines.Exists(line =>
                    line.Contains($"  {n} confirmation{(n == 1 ? "" : "s")}, ", StringComparison.Ordinal))));
        Assert.Equal(isTerminal,
            _wallet.Output.Contains("\r    1.2s  5 confirmations, undone with probability 19.8 %; waiting for 12",
                StringComparison.Ordinal));
        Assert.Equal(isTerminal, _wallet.Output.Contains('\r', StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_goes_wrong_while_a_transfer_is_watched_starts_a_line()
    {
        var hash = await SendAsync();
        _wallet.OutputIsTerminal = true;
        Assert.Equal(ExitCode.TimedOut, await _wallet.RunAsync("watch", hash, "--timeout", "5s"));
        Assert.Contains("in the pool; waiting for 6 confirmations", _wallet.Output, StringComparison.Ordinal);
        Assert.EndsWith(" \r", _wallet.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_own_nodes_account_of_a_reorganisation_is_told()
    {
        var hash = await SendAsync();
        _wallet.Node.Mine();
        var looks = 0;
        var mined = Step("mined", 7);
        var lost = Step("orphaned", 7);
        var again = Step("mined", 8);
        _wallet.Node.Answer("chain_getTransactionStatus", _ => ++looks switch
        {
            1 => Status("mined", 7, mined),
            2 => Status("orphaned", null, mined, lost),
            _ => Status("mined", 8, mined, lost, again),
        });
        _wallet.Node.Answer("chain_getConfidence", parameters => new JsonObject
        {
            ["confirmations"] = looks,
            ["level"] = "level",
            ["attackerShare"] = (double)parameters[1]!["attackerShare"]!,
            ["catchUpProbability"] = 0.25,
            ["rule"] = "pow",
            ["safe"] = false,
            ["finalized"] = false,
        });
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("watch", hash, "--until", "4", "--attacker-share", "0.2", "--json"));
        var kinds = _wallet.Json["events"]!.AsArray().Select(happened => (string)happened!["kind"]!);
        Assert.Equal(["mined", "confirmations", "orphaned", "mined", "confirmations", "confirmations", "settled"], kinds);
        Assert.Equal(0.2, (double)_wallet.Json["events"]![1]!["attackerShare"]!);
        Assert.Equal("settled", (string)_wallet.Json["outcome"]!);
    }

    [Fact]
    public async Task A_transfer_that_lost_its_nonce_ends_the_watch_with_code_7()
    {
        var hash = await SendAsync();
        _wallet.Node.OnCall = method =>
        {
            if (method != "eth_getTransactionByHash" || _wallet.Node.Calls.Count(call => call == method) < 3) return;
            _wallet.Node.Forget();
            _wallet.Node.Answer("eth_getTransactionCount", _ => "0x1");
        };
        Assert.Equal(ExitCode.NotArrived, await _wallet.RunAsync("watch", hash, "--json"));
        Assert.Equal("conflicting", (string)_wallet.Json["outcome"]!);
    }

    [Fact]
    public async Task A_transfer_nobody_knows_is_given_up_soon()
    {
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("watch", "0x" + new string('1', 64), "--json"));
        Assert.Contains("does not know the transfer", (string)_wallet.Json["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_that_runs_out_has_its_own_code()
    {
        var hash = await SendAsync();
        Assert.Equal(ExitCode.TimedOut, await _wallet.RunAsync("watch", hash, "--timeout", "30s", "--json"));
        Assert.Equal("timedOut", (string)_wallet.Json["outcome"]!);
        Assert.Equal("pending", (string)_wallet.Json["events"]![0]!["kind"]!);
    }

    [Fact]
    public async Task A_node_that_restarts_meanwhile_is_waited_for()
    {
        var hash = await SendAsync();
        var calls = 0;
        _wallet.Node.OnCall = _ =>
        {
            _wallet.Node.IsUp = ++calls is < 5 or > 20;
            if (calls == 21) _wallet.Node.Mine();
        };
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("watch", hash, "--until", "1"));
        Assert.Contains("trying on", _wallet.Output, StringComparison.Ordinal);
        Assert.Contains("the node answers again", _wallet.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_stays_away_ends_the_watch()
    {
        var hash = await SendAsync();
        var calls = 0;
        _wallet.Node.OnCall = _ => _wallet.Node.IsUp = ++calls < 5;
        Assert.Equal(ExitCode.NodeUnreachable, await _wallet.RunAsync("watch", hash));
    }

    [Fact]
    public async Task A_transfer_whose_execution_failed_did_not_arrive()
    {
        var hash = await SendAsync();
        _wallet.Node.Mine();
        _wallet.Node.ReceiptStatus = "0x0";
        Assert.Equal(ExitCode.NotArrived, await _wallet.RunAsync("watch", hash, "--until", "1", "--json"));
        Assert.Equal("failed", (string)_wallet.Json["outcome"]!);
    }

    [Theory]
    [InlineData("watch", "0x12")]
    [InlineData("watch", "0x1111111111111111111111111111111111111111111111111111111111111111", "--until", "soon")]
    [InlineData("watch", "0x1111111111111111111111111111111111111111111111111111111111111111", "--timeout", "5")]
    [InlineData("watch", "0x1111111111111111111111111111111111111111111111111111111111111111", "--attacker-share", "30")]
    public async Task Options_that_make_no_sense_are_usage_errors(params string[] args) =>
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync(args));

    [Fact]
    public async Task A_waiting_transfer_is_sent_again_with_a_higher_fee()
    {
        var hash = await SendAsync("--max-fee", "2gwei", "--priority-fee", "1gwei");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("speed-up", hash, "--yes", "--json"));
        var sent = Assert.Single(_wallet.Node.Sent);
        Assert.Equal(0UL, sent.Nonce);
        Assert.Equal(Address.Parse(Nobody), sent.To);
        Assert.Equal(UInt256.Parse("1100000000"), sent.MaxPriorityFeePerGas);
        Assert.True(sent.MaxFeePerGas >= UInt256.Parse("2200000000"));
        Assert.Equal((UInt256)5, sent.Value);
    }

    [Fact]
    public async Task A_waiting_legacy_transfer_stays_legacy()
    {
        var hash = await SendAsync("--max-fee", "2gwei", "--legacy");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("speed-up", hash, "--yes", "--bump", "50"));
        var sent = Assert.Single(_wallet.Node.Sent);
        Assert.Equal(TransactionType.Legacy, sent.Type);
        Assert.Equal(UInt256.Parse("3000000000"), sent.MaxFeePerGas);
    }

    [Fact]
    public async Task A_waiting_transfer_is_cancelled_by_one_of_nothing_to_its_sender()
    {
        var hash = await SendAsync();
        Assert.Equal(ExitCode.Ok, await _wallet.Answering("yes").RunAsync("cancel", hash));
        var sent = Assert.Single(_wallet.Node.Sent);
        Assert.Equal((DevAccounts.Key(0).Address, UInt256.Zero, 0UL), (sent.To!.Value, sent.Value, sent.Nonce));
    }

    [Fact]
    public async Task What_is_mined_or_unknown_cannot_be_replaced()
    {
        var hash = await SendAsync();
        _wallet.Node.Mine();
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("speed-up", hash, "--yes"));
        Assert.Contains("in block 101", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("cancel", "0x" + new string('1', 64), "--yes"));
    }

    [Fact]
    public async Task A_bump_that_no_pool_takes_is_refused_at_once()
    {
        var hash = await SendAsync("--max-fee", "2gwei", "--priority-fee", "1gwei");
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("speed-up", hash, "--yes", "--bump", "5"));
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("speed-up", hash, "--yes", "--max-fee", "2.1gwei"));
        Assert.Contains("2.2 gwei", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_shows_another_transaction_is_not_believed()
    {
        var hash = await SendAsync();
        _wallet.Node.Answer("eth_getTransactionByHash", _ => new JsonObject
        {
            ["hash"] = hash,
            ["from"] = DevAccounts.Key(0).Address.ToString(),
            ["to"] = Nobody,
            ["nonce"] = "0x0",
            ["value"] = "0xffffff",
            ["gas"] = "0x5208",
            ["input"] = "0x",
            ["type"] = "0x0",
            ["gasPrice"] = "0x1",
            ["v"] = "0xf4f5",
            ["r"] = "0x1",
            ["s"] = "0x1",
        });
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("speed-up", hash, "--yes"));
        Assert.Contains("Do not trust this node", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_pages_through_the_nodes_index()
    {
        JsonObject? asked = null;
        _wallet.Node.Answer("chain_getAddressHistory", parameters =>
        {
            asked = parameters[1]!.DeepClone().AsObject();
            return new JsonObject
            {
                ["items"] = new JsonArray(new JsonObject
                {
                    ["hash"] = StubNode.HashOf(1).ToString(),
                    ["blockNumber"] = "0x10",
                    ["blockHash"] = StubNode.HashOf(2).ToString(),
                    ["timestamp"] = "0x65920080",
                    ["index"] = 0,
                    ["from"] = Nobody,
                    ["to"] = DevAccounts.Key(0).Address.ToString(),
                    ["value"] = "0xde0b6b3a7640000",
                    ["fee"] = "0x5208",
                    ["status"] = "0x1",
                    ["nonce"] = "0x3",
                }),
                ["next"] = "16.0",
            };
        });
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("history", "dev:0", "--limit", "1", "--before", "20.1"));
        Assert.Equal("""{"limit":1,"before":"20.1"}""", asked!.ToJsonString());
        Assert.Contains("2024-01-01 00:00:00", _wallet.Output, StringComparison.Ordinal);
        Assert.Contains("--before 16.0", _wallet.Output, StringComparison.Ordinal);
        await _wallet.RunAsync("history", "dev:0", "--json");
        Assert.Equal("1000000000000000000", (string)_wallet.Json["items"]![0]!["value"]!);
        Assert.Equal("16.0", (string)_wallet.Json["next"]!);
    }

    [Fact]
    public async Task A_node_without_history_says_so()
    {
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("history", "dev:0"));
        Assert.Contains("keeps no history", _wallet.Error, StringComparison.Ordinal);
    }

    private async Task<string> SendAsync(params string[] more)
    {
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync(["send", "--from", "dev:0", "--to", Nobody, "--value", "5wei", "--yes", "--json", .. more]));
        return (string)_wallet.Json["hash"]!;
    }

    private static JsonObject Step(string status, ulong block) => new()
    {
        ["status"] = status,
        ["atMs"] = 1700000000000 + (long)block,
        ["blockNumber"] = Hex.Quantity(block),
        ["blockHash"] = StubNode.HashOf(block).ToString(),
    };

    private static JsonObject Status(string status, ulong? block, params JsonObject[] history)
    {
        var json = new JsonObject
        {
            ["status"] = status,
            ["history"] = new JsonArray([.. history.Select(step => step.DeepClone())]),
        };
        if (block is { } number)
            (json["blockNumber"], json["blockHash"]) = (Hex.Quantity(number), StubNode.HashOf(number).ToString());
        return json;
    }
}
