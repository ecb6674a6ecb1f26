using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>What a node says reaches the terminal as text, never as commands, and never by the megabyte.</summary>
public sealed class LyingTextTests : IAsyncDisposable
{
    // Clears the screen, names the window, turns the direction of writing, begins new lines, and is markup of the library that
    // prints.
    private const string Evil = "\u001b[2J\u001b]0;owned\u0007\u009b31m\u202eetalas\u2066\u2028\u200b\r\nerror: all is well "
        + "[red]x[/] [/] [link=http://evil.invalid]y[/]\ud83d\ude00\U000e0041 ";

    private readonly Victim _victim = new();

    public static TheoryData<string, string[]> Sinks => new()
    {
        { "eth_chainId", ["send"] },
        { "eth_estimateGas", ["send"] },
        { "eth_sendRawTransaction", ["send"] },
        { "eth_getTransactionCount", ["send", "--json"] },
        { "eth_sendRawTransaction", ["send", "--json"] },
        { "eth_getBalance", ["balance", "dev:0"] },
        { "eth_blockNumber", ["balance", "dev:0", "--json"] },
        { "chain_getAddressHistory", ["history", "dev:0"] },
        { "eth_getTransactionByHash", ["watch"] },
        { "chain_getTransactionStatus", ["watch"] },
        { "chain_validators", ["validator", "list"] },
        { "chain_validators", ["validator", "list", "--json"] },
        { "chain_submitVoluntaryExit", ["exit"] },
        { "eth_sendRawTransaction", ["deposit"] },
    };

    public ValueTask DisposeAsync() => _victim.DisposeAsync();

    [Theory]
    [MemberData(nameof(Sinks))]
    public async Task An_errors_message_is_shown_and_not_obeyed(string method, string[] command)
    {
        _victim.Node.Lie(method, call => call.Error(-32000, Evil + new string('A', 1 << 20)));
        var ended = await RunAsync(command);
        Victim.EndedWell(ended);
        Assert.Contains(@"\u001b[2J", ended.Errors, StringComparison.Ordinal);
        Assert.Contains(@"\u202e", ended.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("\nerror: all is well", ended.Errors, StringComparison.Ordinal);
        if (!command.Contains("--json")) return;
        Assert.Contains(@"\u001b[2J", (string)ended.Json["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a reason phrase")]
    [InlineData("a content type")]
    [InlineData("a redirect")]
    [InlineData("a page")]
    [InlineData("no HTTP")]
    public async Task What_is_no_JSON_RPC_is_quoted_and_not_obeyed(string where)
    {
        const string oneLine = "\u001b[2J\u0007\u009b31m\u202e";
        _victim.Node.Lie("eth_chainId", _ => where switch
        {
            "a reason phrase" => Reply.Http($"500 {oneLine}", ""),
            "a content type" => Reply.Http("500 Oops", "body", $"text/{oneLine}"),
            "a redirect" => Reply.Http("302 Found", "", null, $"Location: http://evil.invalid/{oneLine}"),
            "a page" => Reply.Http("200 OK", Evil + new string('B', 1 << 20), "text/html"),
            _ => new Reply(System.Text.Encoding.UTF8.GetBytes(Evil), ReplyEnd.Whole),
        });
        var ended = await _victim.SendAsync();
        _victim.Refused(ended);
        Assert.Equal(3, ended.ExitCode);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("reason")]
    [InlineData("level")]
    [InlineData("rule")]
    [InlineData("a number")]
    [InlineData("an infinite probability")]
    public async Task Plain_words_about_a_transfer_are_shown_and_not_obeyed(string field)
    {
        var hash = StubNode.HashOf(7).ToString();
        var words = Evil + new string('C', 1 << 20);
        _victim.Node.Lie("chain_getTransactionStatus", call => call.Result(new JsonObject
        {
            ["status"] = field == "status" ? words : field == "reason" ? "dropped" : "mined",
            ["reason"] = field == "reason" ? words : null,
            ["blockNumber"] = field == "a number" ? words : "0x64",
            ["blockHash"] = StubNode.HashOf(100).ToString(),
            ["history"] = new JsonArray(),
        }));
        _victim.Node.Lie("chain_getConfidence", call => call.Result(new JsonObject
        {
            ["confirmations"] = "0x1",
            ["level"] = field == "level" ? words : "one",
            ["rule"] = field == "rule" ? words : "pow",
            ["catchUpProbability"] = field == "an infinite probability" ? "Infinity" : "0.1",
        }));
        foreach (var more in new[] { "--timeout=2s", "--json" })
        {
            var ended = await _victim.WalletAsync("watch", hash, "--until", "1", more);
            Victim.EndedWell(ended);
            if (more == "--json") Assert.NotNull(ended.Json);
        }
    }

    [Fact]
    public async Task A_page_of_history_is_shown_and_not_obeyed()
    {
        _victim.Node.Lie("chain_getAddressHistory", call => call.Result(new JsonObject
        {
            ["items"] = new JsonArray(new JsonObject
            {
                ["hash"] = StubNode.HashOf(1).ToString(),
                ["blockNumber"] = "0x1",
                ["blockHash"] = StubNode.HashOf(2).ToString(),
                ["timestamp"] = "0xffffffffffffffff",
                ["from"] = Victim.Payer,
                ["to"] = Victim.Nobody,
                ["value"] = "0x" + new string('f', 64),
                ["fee"] = "0x0",
                ["nonce"] = "0x0",
            }),
            ["next"] = Evil,
        }));
        Victim.EndedWell(await _victim.WalletAsync("history", "dev:0"));
        Victim.EndedWell(await _victim.WalletAsync("history", "dev:0", "--json"));
    }

    [Fact]
    public async Task A_table_of_validators_is_shown_and_not_obeyed()
    {
        const string status = "\u001b[2J\u202e";
        _victim.AddValidator();
        _victim.Node.Lie("chain_validators", call =>
        {
            var registry = _victim.Registry();
            var validator = registry["validators"]![0]!.AsObject();
            validator["status"] = status;
            return call.Result(registry);
        });
        var shown = (await _victim.ChainAsync("validator", "list")).Succeeded();
        Victim.EndedWell(shown);
        Assert.Contains(@"\u001b[2J\u202e", shown.Output, StringComparison.Ordinal);
        var json = (await _victim.ChainAsync("validator", "list", "--json")).Succeeded();
        Victim.EndedWell(json);
        Assert.Equal(status, (string?)json.Json["validators"]![0]!["status"]);
    }

    [Fact]
    public async Task A_name_in_a_keystore_file_is_shown_and_not_obeyed()
    {
        Directory.CreateDirectory(_victim.Keystore);
        var file = new JsonObject { ["version"] = 3, ["name"] = Evil, ["address"] = Evil, ["id"] = Evil, ["crypto"] = Evil };
        await File.WriteAllTextAsync(Path.Combine(_victim.Keystore, "UTC--x"), file.ToJsonString());
        await File.WriteAllTextAsync(Path.Combine(_victim.Keystore, "\u001b[2J\u202e.json"), "{");
        foreach (var command in new[] { "list", "list --json", "balance", $"send --to {Victim.Nobody} --value 1wei --yes" })
            Victim.EndedWell(await _victim.WalletAsync(command.Split(' ')));
    }

    private Task<Programs.Outcome> RunAsync(string[] command) => command switch
    {
        ["send", .. var more] => _victim.SendAsync(more),
        ["watch"] => _victim.WalletAsync("watch", StubNode.HashOf(7).ToString(), "--timeout", "2s"),
        ["deposit"] => _victim.DepositAsync("--no-wait"),
        ["exit"] => _victim.ExitAsync(),
        ["validator", ..] => _victim.ChainAsync(command),
        _ => _victim.WalletAsync(command),
    };
}
