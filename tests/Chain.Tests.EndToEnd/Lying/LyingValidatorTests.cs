namespace Chain.Tests.EndToEnd;

/// <summary>Deposits and exits of validators at a node that lies.</summary>
public sealed class LyingValidatorTests : IAsyncDisposable
{
    private const string Send = "eth_sendRawTransaction";
    private const string Exit = "chain_submitVoluntaryExit";

    private readonly Victim _victim = new();

    public static TheoryData<string> Quick => SendLies.Quick;

    public ValueTask DisposeAsync() => _victim.DisposeAsync();

    [Fact]
    public async Task An_honest_node_gets_one_deposit()
    {
        var sent = (await _victim.DepositAsync("--no-wait")).Succeeded();
        Assert.Single(_victim.HandedOver(1, sent));
    }

    [Theory]
    [MemberData(nameof(Quick))]
    public async Task A_deposit_that_the_node_took_and_lied_about_leaves_once_and_is_named(string lie)
    {
        _victim.Node.AcceptThen(Send, SendLies.Find(lie));
        Assert.Single(_victim.HandedOver(1, await _victim.DepositAsync("--no-wait")));
    }

    [Theory]
    [InlineData("hangs up")]
    [InlineData("HTTP 502")]
    [InlineData("nonce too low")]
    public async Task A_repeated_deposit_stakes_no_second_time_without_the_persons_word(string lie)
    {
        _victim.Node.AcceptThen(Send, SendLies.Find(lie));
        _victim.Node.Lie("eth_getTransactionByHash", call => call.Result(null));
        _victim.Node.Lie("eth_getTransactionCount", call => call.Result("0x0"));
        var first = await _victim.DepositAsync("--no-wait");
        var again = await _victim.DepositAsync("--no-wait");
        Assert.Single(_victim.HandedOver(1, first, again));
    }

    [Theory]
    [InlineData("0x00000000000000000000000000000000000000dd", 64UL)]
    [InlineData("0x4242424242424242424242424242424242424242", 1UL << 62)]
    [InlineData("0x4242", 64UL)]
    public async Task Deposit_rules_that_a_node_makes_up_are_refused(string contract, ulong layers)
    {
        _victim.Node.Lie("chain_validators", call =>
        {
            var registry = _victim.Registry();
            registry["deposits"]!["address"] = contract;
            registry["deposits"]!["randaoOnionLayers"] = layers;
            return call.Result(registry);
        });
        _victim.Refused(await _victim.DepositAsync("--no-wait"));
    }

    [Theory]
    [InlineData("HTTP 502")]
    [InlineData("hangs up")]
    [InlineData("silence")]
    [InlineData("HTTP 200 with a page")]
    [InlineData("wrong content type")]
    [InlineData("null")]
    [InlineData("another hash")]
    public async Task An_exit_that_may_have_been_taken_is_told_so(string lie)
    {
        _victim.Node.AcceptThen(Exit, SendLies.Find(lie));
        var left = await _victim.ExitAsync();
        Victim.EndedWell(left);
        Assert.NotEqual(0, left.ExitCode);
        Assert.Equal(1, _victim.Node.CallsOf(Exit));
        Assert.Contains("may have", left.Errors, StringComparison.Ordinal);
        Assert.Contains("validator list", left.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("internal error")]
    [InlineData("half a surrogate pair")]
    [InlineData("deeply nested")]
    public async Task An_exit_that_is_refused_ends_with_one_try(string lie)
    {
        _victim.Node.Lie(Exit, SendLies.Find(lie));
        var left = await _victim.ExitAsync();
        Victim.EndedWell(left);
        Assert.NotEqual(0, left.ExitCode);
        Assert.Equal(1, _victim.Node.CallsOf(Exit));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"0x\"")]
    [InlineData("{\"epoch\":-1,\"validators\":{},\"deposits\":[]}")]
    [InlineData("{\"epoch\":1,\"slot\":8,\"validators\":[{}],\"deposits\":{}}")]
    public async Task A_registry_that_makes_no_sense_is_an_error_and_not_a_crash(string registry)
    {
        _victim.Node.Lie("chain_validators", call => call.Result(System.Text.Json.Nodes.JsonNode.Parse(registry)));
        var list = await _victim.ChainAsync("validator", "list");
        foreach (var outcome in new[] { list, await _victim.ExitAsync(), await _victim.DepositAsync("--no-wait") })
        {
            Victim.EndedWell(outcome);
            Assert.True(outcome.ExitCode is 1 or 3, outcome.Output + outcome.Errors);
        }

        Assert.Empty(_victim.Node.Received);
    }
}
