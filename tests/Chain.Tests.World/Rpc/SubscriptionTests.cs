using System.Net.WebSockets;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Tests;

public sealed class SubscriptionTests
{
    private static readonly Address Bob = TestNode.KeyOf(50).Address;

    [Fact]
    public async Task New_heads_are_pushed_in_order()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var socket = await server.ConnectAsync();
        var id = await socket.SubscribeAsync("\"newHeads\"");
        server.Node.Mine(3);
        for (var number = 1; number <= 3; number++)
            Assert.Equal($"0x{number}", (await socket.NextAsync(id)).GetProperty("number").GetString());
        Assert.True((await socket.CallAsync("eth_unsubscribe", $"\"{id}\"")).GetProperty("result").GetBoolean());
        server.Node.Mine();
        Assert.Equal("0x4", (await socket.CallAsync("eth_blockNumber")).GetProperty("result").GetString());
        Assert.StartsWith("subscription not found",
            RpcTestServer.ErrorOf(await socket.CallAsync("eth_unsubscribe", $"\"{id}\"")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reorganisation_is_pushed_with_what_it_undid_and_logs_come_back_removed()
    {
        var (node, other) = (new TestNode(), new TestNode());
        await using var server = await RpcTestServer.StartAsync(node);
        using var socket = await server.ConnectAsync();
        var logs = await socket.SubscribeAsync($$"""
            "logs",{"address":"{{TestNode.Echo}}"}
            """);
        node.Send(node.Transfer(0, TestNode.Echo, 0, data: [1], gas: 100_000));
        node.Mine();
        Assert.False((await socket.NextAsync(logs)).GetProperty("removed").GetBoolean());
        var orphan = node.View.Head.Hash.ToString();
        var reorgs = await socket.SubscribeAsync("\"chainReorg\"");
        other.Mine(2);
        node.ImportFrom(other, 1);
        var reorg = await socket.NextAsync(reorgs);
        Assert.Equal((1, "0x0"),
            (reorg.GetProperty("depth").GetInt32(), reorg.GetProperty("ancestor").GetProperty("number").GetString()));
        Assert.Equal(orphan, reorg.GetProperty("removed")[0].GetProperty("hash").GetString());
        Assert.Equal(2, reorg.GetProperty("added").GetArrayLength());
        Assert.Equal(1, reorg.GetProperty("transactionsReturned").GetInt32());
        var removed = await socket.NextAsync(logs);
        Assert.Equal((true, orphan), (removed.GetProperty("removed").GetBoolean(), removed.GetProperty("blockHash").GetString()));
    }

    [Fact]
    public async Task Pending_transactions_are_pushed_as_hashes_or_whole()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var hashes = await server.ConnectAsync();
        using var whole = await server.ConnectAsync();
        await hashes.SubscribeAsync("\"newPendingTransactions\"");
        await whole.SubscribeAsync("\"newPendingTransactions\",true");
        var hash = server.Node.Send(server.Node.Transfer(0, Bob, 1)).ToString();
        Assert.Equal(hash, (await hashes.NextAsync()).GetString());
        Assert.Equal(hash, (await whole.NextAsync()).GetProperty("hash").GetString());
    }

    [Fact]
    public void What_happens_before_the_subscriber_knows_its_id_follows_the_answer()
    {
        var ear = new Ear();
        var subscription = new Subscription("0x1", ear, SubscriptionKind.NewHeads, null, null);

        subscription.Send(new byte[] { 1 });
        subscription.Send(new byte[] { 2 });
        Assert.Empty(ear.Heard);
        ear.Send(new byte[] { 0 });
        subscription.Open();
        subscription.Send(new byte[] { 3 });

        Assert.Equal([0, 1, 2, 3], ear.Heard);
    }

    [Fact]
    public async Task New_work_and_the_fate_of_a_transaction_are_pushed()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var socket = await server.ConnectAsync();
        await socket.SubscribeAsync("\"newWork\"");
        server.Node.Mine();
        var work = await socket.NextAsync();
        Assert.Equal(4, work.GetArrayLength());
        using var watcher = await server.ConnectAsync();
        var first = server.Node.Transfer(0, Bob, 1);
        server.Node.Send(first);
        await watcher.SubscribeAsync($"\"chainTransactions\",\"{first.Hash}\"");
        var second = server.Node.Send(server.Node.Transfer(0, Bob, 2, nonce: 0, tip: 9_000_000_000));
        var fate = await watcher.NextAsync();
        Assert.Equal(("replaced", second.ToString()),
            (fate.GetProperty("status").GetString(), fate.GetProperty("replacedBy").GetString()));
    }

    [Fact]
    public async Task Subscribing_over_HTTP_or_to_nothing_known_is_refused()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with
        {
            Limits = options.Limits with { SubscriptionsPerConnection = 1 },
        });
        Assert.Equal(-32601, (await server.ErrorAsync("eth_subscribe", "\"newHeads\"")).Code);
        using var socket = await server.ConnectAsync();
        Assert.Equal(-32602, RpcTestServer.ErrorOf(await socket.CallAsync("eth_subscribe", "\"nothing\"")).Code);
        await socket.SubscribeAsync("\"newHeads\"");
        Assert.Equal(-32005, RpcTestServer.ErrorOf(await socket.CallAsync("eth_subscribe", "\"newHeads\"")).Code);
    }

    [Fact]
    public async Task A_socket_answers_batches_and_bad_requests_and_closes_on_a_message_too_large()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with
        {
            Limits = options.Limits with { BodyBytes = 1000 },
        });
        using var socket = await server.ConnectAsync();
        await socket.SendAsync($"[{RpcTestServer.Request("eth_chainId")},{RpcTestServer.Request("net_version")}]");
        Assert.Equal(2, (await socket.ReceiveAsync()).GetArrayLength());
        await socket.SendAsync("{");
        Assert.Equal(-32700, RpcTestServer.ErrorOf(await socket.ReceiveAsync()).Code);
        await socket.SendAsync(new string(' ', 5000));
        var closed = await socket.Socket.ReceiveAsync(new byte[100], CancellationToken.None);
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.MessageTooBig),
            (closed.MessageType, closed.CloseStatus!.Value));
    }

    [Fact]
    public async Task A_subscriber_that_does_not_read_is_disconnected_and_the_node_goes_on()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with
        {
            Limits = options.Limits with { SocketQueueBytes = 20_000 },
        });
        using var lazy = await server.ConnectAsync();
        await lazy.SubscribeAsync("\"newHeads\"");
        using var alert = await server.ConnectAsync();
        await alert.SubscribeAsync("\"chainTransactions\"");

        // Twenty headers at once weigh more than the queue of a connection may hold, however fast it is read.
        var other = new TestNode();
        other.Mine(60);
        server.Node.ImportFrom(other, 1);
        Assert.Equal("0x3c", (await alert.CallAsync("eth_blockNumber")).GetProperty("result").GetString());
        await AssertEndsAsync(lazy.Socket);
    }

    private static async Task AssertEndsAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            while ((await socket.ReceiveAsync(new byte[8192], patience.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            // Cut without a farewell.
        }
    }

    private sealed class Ear : ISubscriber
    {
        public List<byte> Heard { get; } = [];

        public void Send(ReadOnlyMemory<byte> message) => Heard.Add(message.Span[0]);

        public void Drop(string why) => throw new InvalidOperationException(why);
    }
}
