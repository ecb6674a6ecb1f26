using System.Text.Json;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class LogMethodTests
{
    private static readonly string Echo = TestNode.Echo.ToString().ToLowerInvariant();

    [Fact]
    public async Task Logs_are_found_by_range_address_and_topic()
    {
        await using var server = await RpcTestServer.StartAsync();
        Emit(server.Node, 1);
        server.Node.Mine();
        Emit(server.Node, 2);
        server.Node.Mine(2);
        Assert.Equal(2, (await LogsAsync(server, """{"fromBlock":"earliest","toBlock":"latest"}""")).Count);
        Assert.Equal(2, (await LogsAsync(server, $$"""{"fromBlock":"0x0","address":"{{Echo}}"}""")).Count);
        Assert.Single(await LogsAsync(server, """{"fromBlock":"0x1","toBlock":"0x1"}"""));
        Assert.Empty(await LogsAsync(server, "{}"));
        Assert.Empty(await LogsAsync(server, $$"""{"fromBlock":"0x0","address":["{{TestNode.Contract}}"]}"""));
        var second =
            Assert.Single(await LogsAsync(server, $$"""{"fromBlock":"0x0","topics":[["{{Topic(9)}}","{{Topic(2)}}"]]}"""));
        Assert.Equal(("0x2", "0x02", false),
            (second.GetProperty("blockNumber").GetString(), second.GetProperty("data").GetString(),
                second.GetProperty("removed").GetBoolean()));
        Assert.Equal(2, (await LogsAsync(server, """{"fromBlock":"0x0","topics":[null]}""")).Count);
        Assert.Empty(await LogsAsync(server, """{"fromBlock":"0x0","topics":[null,null]}"""));
        Assert.Single(await LogsAsync(server, $$"""{"blockHash":"{{server.Node.View.Head.ParentHash}}"}"""));
    }

    [Fact]
    public async Task A_range_that_cannot_be_is_refused()
    {
        await using var server = await RpcTestServer.StartAsync();
        server.Node.Mine(3);
        Assert.Equal((-32602, "invalid argument 0: cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other"),
            await server.ErrorAsync("eth_getLogs", $$"""{"blockHash":"{{Hash256.Zero}}","fromBlock":"0x3","toBlock":"0x4"}"""));
        Assert.StartsWith("invalid block range params",
            (await server.ErrorAsync("eth_getLogs", """{"fromBlock":"0x3","toBlock":"0x1"}""")).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("block range extends beyond current head block",
            (await server.ErrorAsync("eth_getLogs", """{"fromBlock":"0x3","toBlock":"0x9"}""")).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("unknown block",
            (await server.ErrorAsync("eth_getLogs", $$"""{"blockHash":"{{Hash256.Zero}}"}""")).Message, StringComparison.Ordinal);
        Assert.Equal(-32602, (await server.ErrorAsync("eth_getLogs", """{"topics":["0x1"]}""")).Code);
        Assert.Equal(-32602, (await server.ErrorAsync("eth_getLogs")).Code);
    }

    [Fact]
    public async Task More_logs_than_the_limit_are_an_error_that_says_how_far_it_came()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with
        {
            Limits = options.Limits with { LogResults = 1 },
        });
        Emit(server.Node, 1);
        server.Node.Mine();
        Emit(server.Node, 2);
        server.Node.Mine();
        var (code, message) = await server.ErrorAsync("eth_getLogs", """{"fromBlock":"0x0"}""");
        Assert.Equal(-32005, code);
        Assert.StartsWith("query returned more than 1 results", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_block_filter_reports_each_new_block_once()
    {
        await using var server = await RpcTestServer.StartAsync();
        var id = await server.TextAsync("eth_newBlockFilter");
        Assert.Equal(0, (await server.CallAsync("eth_getFilterChanges", $"\"{id}\"")).GetArrayLength());
        server.Node.Mine(2);
        var hashes = await server.CallAsync("eth_getFilterChanges", $"\"{id}\"");
        Assert.Equal([server.Node.View.Head.ParentHash.ToString(), server.Node.View.Head.Hash.ToString()],
            hashes.EnumerateArray().Select(hash => hash.GetString()!));
        Assert.Equal(0, (await server.CallAsync("eth_getFilterChanges", $"\"{id}\"")).GetArrayLength());
        Assert.True((await server.CallAsync("eth_uninstallFilter", $"\"{id}\"")).GetBoolean());
        Assert.False((await server.CallAsync("eth_uninstallFilter", $"\"{id}\"")).GetBoolean());
        Assert.StartsWith("filter not found", (await server.ErrorAsync("eth_getFilterChanges", $"\"{id}\"")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_filter_reports_undone_logs_as_removed()
    {
        var (node, other) = (new TestNode(), new TestNode());
        await using var server = await RpcTestServer.StartAsync(node);
        var id = await server.TextAsync("eth_newFilter", $$"""{"address":"{{Echo}}"}""");
        Emit(node, 1);
        node.Mine();
        other.Mine(2);
        node.ImportFrom(other, 1);
        var logs = (await server.CallAsync("eth_getFilterChanges", $"\"{id}\"")).EnumerateArray().ToList();
        Assert.Equal([false, true], logs.Select(log => log.GetProperty("removed").GetBoolean()));
        Assert.Equal(logs[0].GetProperty("blockHash").GetString(), logs[1].GetProperty("blockHash").GetString());
        Assert.Equal(0, (await server.CallAsync("eth_getFilterLogs", $"\"{id}\"")).GetArrayLength());
    }

    [Fact]
    public async Task A_pending_transaction_filter_reports_what_enters_the_pool()
    {
        await using var server = await RpcTestServer.StartAsync();
        var id = await server.TextAsync("eth_newPendingTransactionFilter");
        using var socket = await server.ConnectAsync();
        await socket.SubscribeAsync("\"newPendingTransactions\"");
        var hash = server.Node.Send(server.Node.Transfer(0, TestNode.Echo, 1, data: [1], gas: 100_000));
        await socket.NextAsync();
        Assert.Equal(hash.ToString(),
            Assert.Single((await server.CallAsync("eth_getFilterChanges", $"\"{id}\"")).EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Too_many_filters_are_refused()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with
        {
            Limits = options.Limits with { Filters = 1 },
        });
        await server.TextAsync("eth_newBlockFilter");
        Assert.Equal(-32005, (await server.ErrorAsync("eth_newBlockFilter")).Code);
    }

    private static void Emit(TestNode node, byte value) =>
        node.Send(node.Transfer(0, TestNode.Echo, 0, data: [value], gas: 100_000));

    private static Hash256 Topic(ulong value) => ((UInt256)value).ToHash256();

    private static async Task<List<JsonElement>> LogsAsync(RpcTestServer server, string filter) =>
        [.. (await server.CallAsync("eth_getLogs", filter)).EnumerateArray()];
}
