using System.Text;
using System.Text.Json;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>Whatever is sent, the server answers in JSON-RPC, never with an internal error, and goes on.</summary>
public sealed class RpcProperties
{
    private const int Rounds = 400;

    private static readonly string[] Methods =
    [
        "eth_getBlockByNumber", "eth_getBlockByHash", "eth_getBalance", "eth_getProof", "eth_getStorageAt", "eth_call",
        "eth_estimateGas", "eth_createAccessList",
        "eth_feeHistory", "eth_getLogs", "eth_newFilter", "eth_getFilterChanges", "eth_getFilterLogs", "eth_uninstallFilter",
        "eth_sendRawTransaction", "eth_getWork",
        "eth_submitWork", "eth_submitHashrate", "eth_subscribe", "eth_unsubscribe", "eth_getTransactionReceipt",
        "eth_getBlockReceipts", "eth_getTransactionByBlockNumberAndIndex",
        "eth_getTransactionCount", "txpool_content", "txpool_contentFrom", "web3_sha3", "net_version", "chain_getBlockTree",
        "chain_getReorgs", "chain_getEvents",
        "chain_getTransactionStatus", "chain_getConfidence", "chain_getAddressHistory", "chain_status", "admin_partition",
        "admin_setLink", "admin_setBlockedPeers",
        "admin_setClockSkew", "admin_startMining", "admin_setHashRateLimit", "admin_addPeer", "eth_gasPrice", "eth_syncing",
        "rpc_modules",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Random_requests_get_an_answer_and_do_no_harm(int seed)
    {
        await using var server = await RpcTestServer.StartAsync(new TestNode { Api = new StakeApi() },
            configure: options => options with { AdminToken = "t" });
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "t");
        server.Node.Send(server.Node.Transfer(0, TestNode.Echo, 1, data: [1], gas: 100_000));
        server.Node.Mine(2);
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var method = Methods[random.Next(Methods.Length)];
            var arguments = string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(random, 3, server.Node)));
            var answer = await server.PostAsync(RpcTestServer.Request(method, arguments));
            if (answer.TryGetProperty("error", out var error))
                Assert.True(error.GetProperty("code").GetInt32() is not (-32603 or -32700 or -32002),
                    $"seed {seed}, round {round}: {method}({arguments}) gave {answer}");
            else
                Assert.True(answer.TryGetProperty("result", out _),
                    $"seed {seed}, round {round}: {method}({arguments}) gave {answer}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_bytes_and_broken_JSON_get_an_error_object(int seed)
    {
        await using var server = await RpcTestServer.StartAsync(new TestNode { Api = new StakeApi() });
        var random = new Random(seed);
        for (var round = 0; round < Rounds; round++)
        {
            var body = Encoding.UTF8.GetBytes(RpcTestServer.Request("eth_getBalance", RandomJson(random, 4, server.Node)));
            for (var i = random.Next(1, 6); i > 0; i--) body[random.Next(body.Length)] = (byte)random.Next(256);
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
            using var response = await server.Client.PostAsync((Uri?)null, content);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True((int)response.StatusCode == 200,
                $"seed {seed}, round {round}: {Convert.ToHexString(body)} gave {response.StatusCode}");
            if (text.Length > 0) Assert.Equal("2.0", JsonDocument.Parse(text).RootElement.GetProperty("jsonrpc").GetString());
        }
    }

    private static string RandomJson(Random random, int depth, TestNode node)
    {
        switch (random.Next(depth > 0 ? 14 : 11))
        {
            case 0: return "null";
            case 1: return random.Next(2) == 0 ? "true" : "false";
            case 2: return random.Next(-5, 1000).ToString(System.Globalization.CultureInfo.InvariantCulture);
            case 3: return "1e308";
            case 4: return $"\"0x{random.NextInt64():x}\"";
            case 5: return $"\"{node.View.Head.Hash}\"";
            case 6: return $"\"{TestNode.Rich[random.Next(4)].Address}\"";
            case 7: return $"\"{Hex.Encode(RandomBytes(random, random.Next(70)))}\"";
            case 8:
                return ((string[])["\"latest\"", "\"pending\"", "\"earliest\"", "\"safe\"", "\"finalized\"", "\"newHeads\"",
                "\"logs\""])[random.Next(7)];
            case 9:
                return ((string[])["\"\\ud800\"", "\"\"", "\"0x\"", "\"0x0\"", "\"0xzz\"", "\"\\u0000\"",
                "\"é\""])[random.Next(7)];
            case 10: return "-0.5";
            case 11:
                var items = Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(random, depth - 1, node));
                return $"[{string.Join(',', items)}]";
            default:
                var names = (string[])["from", "to", "data", "input", "value", "gas", "gasPrice", "fromBlock", "toBlock",
                    "blockHash", "blockNumber", "address", "topics", "accessList", "limit", "before", "attackerShare",
                    "storageKeys", "requireCanonical", "delayMs", "loss"];
                var fields = Enumerable.Range(0, random.Next(5))
                    .Select(_ => $"\"{names[random.Next(names.Length)]}\":{RandomJson(random, depth - 1, node)}");
                return $"{{{string.Join(',', fields)}}}";
        }
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
