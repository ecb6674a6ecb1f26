using Chain.Primitives;

namespace Chain.Tests;

public sealed class NodeMethodTests
{
    [Fact]
    public async Task A_node_says_who_it_is()
    {
        await using var server = await RpcTestServer.StartAsync();
        Assert.Equal("0x7a69", await server.TextAsync("eth_chainId"));
        Assert.Equal("31337", await server.TextAsync("net_version"));
        Assert.Equal("True", await server.TextAsync("net_listening"));
        Assert.Equal("0x0", await server.TextAsync("net_peerCount"));
        Assert.Equal("False", await server.TextAsync("eth_syncing"));
        Assert.Equal("[]", await server.TextAsync("eth_accounts"));
        Assert.Equal("0x44", await server.TextAsync("eth_protocolVersion"));
        Assert.Equal("Chain/v0-test", await server.TextAsync("web3_clientVersion"));
        Assert.Equal(Keccak256.Hash([1, 2]).ToString(), await server.TextAsync("web3_sha3", "\"0x0102\""));
        Assert.Equal("1.0", (await server.CallAsync("rpc_modules")).GetProperty("chain").GetString());
        Assert.StartsWith("unknown account", (await server.ErrorAsync("eth_sendTransaction", "{}")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_is_handed_out_and_solutions_are_judged()
    {
        await using var server = await RpcTestServer.StartAsync();
        var work = await server.CallAsync("eth_getWork");
        var sealHash = work[0].GetString()!;
        Assert.Equal(Hash256.Zero.ToString(), work[1].GetString());
        Assert.Equal("0x1", work[3].GetString());
        var zero = $"\"{Hash256.Zero}\"";
        Assert.Equal(-32602, (await server.ErrorAsync("eth_submitWork", $"\"0x00\",\"{sealHash}\",{zero}")).Code);
        Assert.Equal(-32602,
            (await server.ErrorAsync("eth_submitWork", $"\"0x0000000000000000\",\"{sealHash}\",\"{Keccak256.Empty}\"")).Code);
        Assert.Equal("True", await server.TextAsync("eth_submitWork", $"\"0x0000000000000007\",\"{sealHash}\",{zero}"));
        Assert.Equal("0x1", await server.TextAsync("eth_blockNumber"));
        Assert.StartsWith("duplicate work",
            (await server.ErrorAsync("eth_submitWork", $"\"0x0000000000000007\",\"{sealHash}\",{zero}")).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("stale work",
            (await server.ErrorAsync("eth_submitWork", $"\"0x0000000000000008\",\"{sealHash}\",{zero}")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Miners_report_their_rate()
    {
        await using var server = await RpcTestServer.StartAsync();
        Assert.Equal("True", await server.TextAsync("eth_mining"));
        Assert.Equal(TestNode.Beneficiary.ToString().ToLowerInvariant(), await server.TextAsync("eth_coinbase"));
        Assert.Equal("True",
            await server.TextAsync("eth_submitHashrate", $"\"{((UInt256)500).ToHash256()}\",\"{Hash256.Zero}\""));
        Assert.Equal(Hex.Quantity(1500), await server.TextAsync("eth_hashrate"));
        server.Node.StopMining();
        Assert.Equal("False", await server.TextAsync("eth_mining"));
        Assert.StartsWith("no mining work available yet", (await server.ErrorAsync("eth_getWork")).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("etherbase must be explicitly specified", (await server.ErrorAsync("eth_coinbase")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_answers_on_the_admin_port_or_to_the_token_only()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with { AdminToken = "secret" });
        var admin = (TestAdmin)server.Node.Admin!;
        Assert.Equal(-32601, (await server.ErrorAsync("admin_heal")).Code);
        Assert.Equal("true",
            (await server.PostAsync(RpcTestServer.Request("admin_heal"), server.AdminUri)).GetProperty("result").GetRawText());
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        Assert.Equal(-32601, (await server.ErrorAsync("admin_heal")).Code);
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        Assert.Equal("True", await server.TextAsync("admin_setClockSkew", "-3000"));
        Assert.Equal(["heal", "skew -3000"], admin.Told);
        admin.Refusal = "no faults here";
        Assert.Equal((-32000, "no faults here"), await server.ErrorAsync("admin_heal"));
    }

    [Fact]
    public async Task Every_control_reaches_the_node()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with { AdminToken = "t" });
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "t");
        var (a, b, c) = (new string('a', 128), new string('b', 128), new string('c', 128));
        foreach (var (method, arguments) in ((string, string)[])[
            ("admin_addPeer", $"\"enode://{b}@127.0.0.1:1\""),
            ("admin_removePeer", $"\"enode://{b}@127.0.0.1:1\""),
            ("admin_partition", $"[[\"enode://{a}@127.0.0.1:30303\"],[\"{b}\",\"{c.ToUpperInvariant()}\"]]"),
            ("admin_setBlockedPeers", $"[\"{c}\"]"),
            ("admin_setLink", $"\"{b}\",{{\"delayMs\":300,\"loss\":0.02}}"),
            ("admin_setLink", $"\"{b}\",null"),
            ("admin_startMining", $"\"{TestNode.Beneficiary}\""),
            ("admin_stopMining", ""),
            ("admin_setHashRateLimit", "1000"),
            ("admin_setHashRateLimit", "null"),
            ("admin_shutdown", ""),
        ])
        {
            Assert.Equal("True", await server.TextAsync(method, arguments));
        }

        var expected = (string[])[$"add enode://{b}@127.0.0.1:1", $"remove enode://{b}@127.0.0.1:1", "block bb cc", "block cc",
            "link bb LinkFaults { DelayMs = 300, JitterMs = 0, LossRatio = 0.02, DuplicateRatio = 0 }", "link bb ",
            $"mining True {TestNode.Beneficiary}", "mining False ", "limit 1000", "limit "];
        Assert.Equal(expected, ((TestAdmin)server.Node.Admin!).Told.Where(told => told != "shutdown"));
        Assert.StartsWith("no group holds this node",
            (await server.ErrorAsync("admin_partition", $"[[\"{b}\"],[\"{c}\"]]")).Message, StringComparison.Ordinal);
        Assert.Equal(-32602, (await server.ErrorAsync("admin_setLink", "\"xyz\",null")).Code);
        Assert.Equal(a, (await server.CallAsync("admin_nodeInfo")).GetProperty("id").GetString());
        Assert.Equal("[]", await server.TextAsync("admin_peers"));
        Assert.Equal(
            """{"blockedPeers":["aa"],"links":[{"id":"bb","delayMs":300,"jitterMs":10,"loss":0.02,"duplicate":0}],"clockSkewMs":-3000}""", (await server.CallAsync("admin_faults")).GetRawText());
    }
}
