using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>What the project promises, on real processes.</summary>
public sealed class TestnetTests
{
    private const string Alice = "0x1111111111111111111111111111111111111111";
    private const string Bob = "0x2222222222222222222222222222222222222222";

    [Fact]
    public async Task Four_nodes_mine_and_agree_and_a_transfer_is_confirmed()
    {
        await using var network = await TestNetwork.UpAsync(4);
        await network.ConvergedAsync(height: 2);
        var sent = await Programs.WalletAsync("send", "--from", "dev:0", "--to", Alice, "--value", "1.5ether", "--yes", "--json",
            "--rpc", network.Url(0));
        var hash = (string)sent.Succeeded().Json["hash"]!;
        var confidence = await TestNetwork.UntilAsync(
            () => network.CallAsync(3, "chain_getConfidence", hash), seen => (int?)seen?["confirmations"] >= 3,
            "three confirmations on another node");
        Assert.InRange((double)confidence!["catchUpProbability"]!, 0, 1);
        Assert.Equal("0x14d1120d7b160000", (string?)await network.CallAsync(2, "eth_getBalance", Alice, "latest"));
    }

    [Fact]
    public async Task A_cut_network_grows_two_chains_and_heals_to_one_that_tells_what_was_lost()
    {
        await using var network = await TestNetwork.UpAsync(4);
        await network.ConvergedAsync(height: 2);
        (await network.TestnetAsync("partition", "0,1|2,3")).Succeeded();
        var left = await SendAsync(network, 0, Alice, "1ether");
        var right = await SendAsync(network, 2, Bob, "2ether", "--nonce", "0");
        foreach (var (node, hash) in new[] { (0, left), (2, right) })
        {
            await TestNetwork.UntilAsync(() => network.CallAsync(node, "eth_getTransactionReceipt", hash),
                seen => seen is not null, $"the transfer is mined on the side of node {node}");
        }

        (await network.TestnetAsync("heal")).Succeeded();
        var status = await network.ConvergedAsync();
        var losers = status["nodes"]!.AsArray().Where(node => node!["reorgs"]!.AsArray().Any(reorg => (int)reorg!["depth"]! >= 1))
            .Select(node => (int)node!["index"]!).ToList();
        Assert.NotEmpty(losers);

        // Exactly one of the two was kept; the nodes of the losing side say of the other that it can never be mined again.
        var receipts = new[] { await network.CallAsync(1, "eth_getTransactionReceipt", left),
            await network.CallAsync(1, "eth_getTransactionReceipt", right) };
        Assert.Single(receipts, receipt => receipt is not null);
        var (lost, loser) = receipts[0] is null ? (left, 0) : (right, 2);
        var fate = await network.CallAsync(loser, "chain_getTransactionStatus", lost);
        Assert.Equal("conflicting", (string?)fate!["status"]);
        Assert.Contains(fate["history"]!.AsArray(), step => (string?)step!["status"] == "orphaned");
        Assert.Contains(losers, index => index / 2 == loser / 2);

        foreach (var account in new[] { Alice, Bob })
        {
            var head = status["nodes"]![0]!["head"]!["hash"]!.GetValue<string>();
            var balances = new HashSet<string?>();
            for (var node = 0; node < 4; node++)
                balances.Add((string?)await network.CallAsync(node, "eth_getBalance", account, new JsonObject
                {
                    ["blockHash"] = head,
                }));
            Assert.Single(balances);
        }
    }

    [Fact]
    public async Task A_killed_node_resumes_at_a_committed_block_and_catches_up()
    {
        await using var network = await TestNetwork.UpAsync(3);
        await network.ConvergedAsync(height: 3);
        var before = await network.HeightAsync(1);
        (await network.TestnetAsync("kill", "1")).Succeeded();
        await TestNetwork.UntilAsync(() => network.HeightAsync(0), height => height >= before + 3, "the others go on");
        (await network.TestnetAsync("restart", "1")).Succeeded();
        await network.ConvergedAsync(height: (long)before + 3);
        var log = await Programs.ChainAsync("testnet", "logs", "1", "--lines", "1000", "--dir", network.Folder);
        var resumed = log.Output.Split('\n').Last(line => line.Contains("Resuming at block", StringComparison.Ordinal));
        Assert.DoesNotContain("Resuming at block 0 ", resumed);
    }

    [Fact]
    public async Task A_network_that_was_stopped_goes_on_where_it_was()
    {
        await using var network = await TestNetwork.UpAsync(2);
        await network.ConvergedAsync(height: 3);
        (await network.TestnetAsync("down")).Succeeded();
        Assert.All((await network.StatusAsync())["nodes"]!.AsArray(), node => Assert.Equal("stopped", (string?)node!["state"]));
        (await network.TestnetAsync("up", "--detach")).Succeeded();
        Assert.True(await network.HeightAsync(0) >= 3);
    }

    [Fact]
    public async Task A_network_that_does_not_start_whole_stops_what_it_started_and_leaves_what_ran()
    {
        await using var network = await TestNetwork.UpAsync(3);
        foreach (var node in new[] { "1", "2" }) (await network.TestnetAsync("kill", node)).Succeeded();
        await File.WriteAllTextAsync(Path.Combine(network.Folder, "node1", "nodekey"), "no key");
        var up = await network.TestnetAsync("up", "--detach");
        Assert.Equal(1, up.ExitCode);
        Assert.Contains("Node 1 died while it was starting", up.Errors, StringComparison.Ordinal);
        Assert.Contains("were stopped again: 2.", up.Errors, StringComparison.Ordinal);
        Assert.Equal(["running", "stopped", "stopped"],
            (await network.StatusAsync())["nodes"]!.AsArray().Select(node => (string?)node!["state"]));
    }

    [Fact]
    public async Task A_frozen_node_and_a_slow_lossy_link_do_not_keep_the_others_from_one_head()
    {
        await using var network = await TestNetwork.UpAsync(3);
        (await network.TestnetAsync("link", "0", "1", "--delay", "100ms", "--loss", "5%")).Succeeded();
        (await network.TestnetAsync("skew", "2", "+2s")).Succeeded();
        (await network.TestnetAsync("pause", "2")).Succeeded();
        var before = await network.HeightAsync(0);
        await TestNetwork.UntilAsync(() => network.HeightAsync(1), height => height > before, "two of three go on");
        (await network.TestnetAsync("resume", "2")).Succeeded();
        await network.ConvergedAsync(height: (long)before + 1);
    }

    [Fact]
    public async Task A_clock_set_wrong_shows_in_the_status_of_its_node_alone()
    {
        await using var network = await TestNetwork.UpAsync(3);
        (await network.TestnetAsync("skew", "2", "+9s")).Succeeded();
        await TestNetwork.UntilAsync(network.StatusAsync, status => HasSkew(status, 2), "node 2 says that its clock is off");
        var status = await network.StatusAsync();
        Assert.False(HasSkew(status, 0) || HasSkew(status, 1), status.ToJsonString());

        static bool HasSkew(JsonNode status, int index) =>
            status["nodes"]![index]!["alerts"]?.AsArray().Any(alert => (string?)alert!["name"] == "clock_skew") == true;
    }

    [Fact]
    public async Task The_status_tells_which_faults_are_in_force_until_they_are_healed()
    {
        await using var network = await TestNetwork.UpAsync(3);
        (await network.TestnetAsync("partition", "0,1|2")).Succeeded();
        (await network.TestnetAsync("link", "0", "1", "--delay", "100ms", "--loss", "5%")).Succeeded();
        (await network.TestnetAsync("skew", "2", "+2s")).Succeeded();
        Assert.Equal(
            """{"partition":[[0,1],[2]],"cutLinks":[],"links":[{"from":0,"to":1,"delayMs":100,"jitterMs":0,"loss":0.05,"duplicate":0},{"from":1,"to":0,"delayMs":100,"jitterMs":0,"loss":0.05,"duplicate":0}],"skews":[{"node":2,"clockSkewMs":2000}]}""",
            (await network.StatusAsync())["faults"]!.ToJsonString());
        var screen = await Programs.ChainAsync("testnet", "status", "--dir", network.Folder);
        Assert.Contains("partition: 0,1 | 2; link 0-1: delay 100 ms, loss 5 %; clock of node 2: 2000 ms ahead",
            screen.Succeeded().Output, StringComparison.Ordinal);

        (await network.TestnetAsync("skew", "2", "0s")).Succeeded();
        (await network.TestnetAsync("heal")).Succeeded();
        Assert.Equal("""{"partition":null,"cutLinks":[],"links":[],"skews":[]}""",
            (await network.StatusAsync())["faults"]!.ToJsonString());
    }

    [Fact]
    public async Task Wrong_requests_are_refused_with_what_to_do()
    {
        await using var network = await TestNetwork.UpAsync(2);
        foreach (var (arguments, code, says) in new (string[], int, string)[]
        {
            (["partition", "0,x"], 2, "is no node number"),
            (["partition", "0|0"], 2, "stands in two groups"),
            (["kill", "7"], 1, "There is no node 7"),
            (["restart", "0"], 1, "runs already"),
            (["skew", "0", "soon"], 2, "is not a time"),
            (["link", "1", "1"], 2, "are one"),
        })
        {
            var outcome = await network.TestnetAsync(arguments);
            Assert.Equal(code, outcome.ExitCode);
            Assert.Contains(says, outcome.Errors.ReplaceLineEndings(" "), StringComparison.Ordinal);
        }

        var second = await Programs.ChainAsync("testnet", "up", "--dir", network.Folder + "-other", "--rpc-port",
            $"{network.RpcPort}", "--detach");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("is in use", second.Errors.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.False(Directory.Exists(network.Folder + "-other"), "a refused network leaves nothing behind");
        var nothing = await Programs.ChainAsync("testnet", "status", "--dir", network.Folder + "-none");
        Assert.Equal(1, nothing.ExitCode);
        Assert.Contains("There is no test network", nothing.Errors.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private static async Task<string> SendAsync(TestNetwork network, int node, string to, string value, params string[] more) =>
        (string)(await Programs.WalletAsync(["send", "--from", "dev:1", "--to", to, "--value", value, "--yes", "--json", "--rpc",
            network.Url(node), .. more])).Succeeded().Json["hash"]!;
}
