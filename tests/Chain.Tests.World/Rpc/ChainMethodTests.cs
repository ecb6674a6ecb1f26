using System.Text.Json;
using Chain.Consensus.Work;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Work;

namespace Chain.Tests;

public sealed class ChainMethodTests
{
    private static readonly Address Bob = TestNode.KeyOf(50).Address;

    [Fact]
    public async Task A_transfer_is_followed_through_pool_block_and_reorganisation()
    {
        var (node, other) = (new TestNode(), new TestNode());
        await using var server = await RpcTestServer.StartAsync(node);
        var hash = node.Transfer(0, Bob, 1).Hash;
        Assert.Equal(JsonValueKind.Null, (await server.CallAsync("chain_getTransactionStatus", $"\"{hash}\"")).ValueKind);
        node.Send(node.Transfer(0, Bob, 1));
        Assert.Equal("pending", await StatusAsync(server, hash));
        node.Mine();
        var mined = await server.CallAsync("chain_getTransactionStatus", $"\"{hash}\"");
        Assert.Equal(("mined", "0x1"), (mined.GetProperty("status").GetString(), mined.GetProperty("blockNumber").GetString()));
        Assert.Equal(node.View.Head.Hash.ToString(), mined.GetProperty("blockHash").GetString());
        other.Mine(2);
        node.ImportFrom(other, 1);
        Assert.Equal("pending", await StatusAsync(server, hash));
        node.Mine();
        var again = await server.CallAsync("chain_getTransactionStatus", $"\"{hash}\"");
        Assert.Equal("mined", again.GetProperty("status").GetString());
        var history =
            again.GetProperty("history").EnumerateArray().Select(step => step.GetProperty("status").GetString()!).ToList();
        Assert.Equal(["mined", "orphaned", "pending", "mined"], history);
    }

    [Fact]
    public async Task A_replaced_transfer_names_what_replaced_it_and_a_conflicting_one_says_why()
    {
        var (node, other) = (new TestNode(), new TestNode());
        await using var server = await RpcTestServer.StartAsync(node);
        var cheap = node.Send(node.Transfer(0, Bob, 1, nonce: 0));
        var dear = node.Send(node.Transfer(0, Bob, 2, nonce: 0, tip: 5_000_000_000));
        var replaced = await server.CallAsync("chain_getTransactionStatus", $"\"{cheap}\"");
        Assert.Equal(("replaced", dear.ToString()),
            (replaced.GetProperty("status").GetString(), replaced.GetProperty("replacedBy").GetString()));
        other.Send(other.Transfer(0, Bob, 3, nonce: 0));
        other.Mine(2);
        node.Mine();
        node.ImportFrom(other, 1);
        var conflicting = await server.CallAsync("chain_getTransactionStatus", $"\"{dear}\"");
        Assert.Equal("conflicting", conflicting.GetProperty("status").GetString());
        Assert.False(string.IsNullOrEmpty(conflicting.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Confidence_grows_with_confirmations()
    {
        await using var server = await RpcTestServer.StartAsync();
        var hash = server.Node.Send(server.Node.Transfer(0, Bob, 1));
        Assert.Equal(JsonValueKind.Null, (await server.CallAsync("chain_getConfidence", $"\"{hash}\"")).ValueKind);
        server.Node.Mine();
        var one = await server.CallAsync("chain_getConfidence", $"\"{hash}\"");
        Assert.Equal((1, 0.3, "pow"),
            (one.GetProperty("confirmations").GetInt32(), one.GetProperty("attackerShare").GetDouble(),
                one.GetProperty("rule").GetString()));
        Assert.False(one.GetProperty("safe").GetBoolean());
        server.Node.Mine(5);
        var six = await server.CallAsync("chain_getConfidence", $$"""
            "{{hash}}",{"attackerShare":0.1}
            """);
        Assert.Equal(6, six.GetProperty("confirmations").GetInt32());
        Assert.Equal(CatchUp.Probability(0.1, 6), six.GetProperty("catchUpProbability").GetDouble());
        Assert.Equal(ConfidenceLevel.Describe(6), six.GetProperty("level").GetString());
        Assert.True(six.GetProperty("safe").GetBoolean() && six.GetProperty("finalized").GetBoolean());
        Assert.Equal(-32602, (await server.ErrorAsync("chain_getConfidence", $$"""
            "{{hash}}",{"attackerShare":2}
            """)).Code);
    }

    [Fact]
    public async Task The_history_of_an_address_comes_newest_first_by_page()
    {
        await using var server = await RpcTestServer.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            server.Node.Send(server.Node.Transfer(0, Bob, (ulong)i + 1));
            if (i % 2 == 0) server.Node.Mine();
        }

        server.Node.Mine();
        var values = new List<string>();
        var before = "null";
        do
        {
            var page = await server.CallAsync("chain_getAddressHistory", $$"""
                "{{Bob}}",{"limit":2,"before":{{before}}}
                """);
            Assert.InRange(page.GetProperty("items").GetArrayLength(), 0, 2);
            values.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("value").GetString()!));
            before = page.GetProperty("next").GetRawText();
        }
        while (before != "null");

        Assert.Equal(["0x5", "0x4", "0x3", "0x2", "0x1"], values);
        var item = (await server.CallAsync("chain_getAddressHistory", $"\"{TestNode.Rich[0].Address}\"")).GetProperty("items")[0];
        foreach (var field in (string[])["hash", "blockNumber", "blockHash", "timestamp", "index", "from", "to", "value", "fee",
            "status", "nonce"])
            Assert.True(item.TryGetProperty(field, out _), field);
        Assert.Equal(-32602, (await server.ErrorAsync("chain_getAddressHistory", $$"""
            "{{Bob}}",{"before":"x"}
            """)).Code);
    }

    [Fact]
    public async Task The_block_tree_shows_all_branches_and_the_reorganisations_are_listed()
    {
        var (node, other) = (new TestNode(), new TestNode());
        await using var server = await RpcTestServer.StartAsync(node);
        node.Send(node.Transfer(0, Bob, 1));
        node.Mine();
        var orphan = node.View.Head.Hash.ToString();
        other.Mine(2);
        node.ImportFrom(other, 1);
        foreach (var arguments in (string[])["", """{"from":"0x0"}"""])
        {
            var tree = await server.CallAsync("chain_getBlockTree", arguments);
            var blocks = tree.GetProperty("blocks").EnumerateArray().ToList();
            Assert.Equal(4, blocks.Count);
            var lost = Assert.Single(blocks, block => !block.GetProperty("canonical").GetBoolean());
            Assert.Equal((orphan, 1, "executed"),
                (lost.GetProperty("hash").GetString(), lost.GetProperty("transactionCount").GetInt32(),
                    lost.GetProperty("status").GetString()));
            Assert.Equal(node.View.Head.Hash.ToString(), tree.GetProperty("head").GetProperty("hash").GetString());
        }

        var reorg = Assert.Single((await server.CallAsync("chain_getReorgs")).EnumerateArray());
        Assert.Equal((1, orphan),
            (reorg.GetProperty("depth").GetInt32(), reorg.GetProperty("from").GetProperty("hash").GetString()));
    }

    [Fact]
    public async Task The_event_log_replays_the_chain_reorganisations_included_from_any_offset()
    {
        var (node, other) = (new TestNode(), new TestNode());
        await using var server = await RpcTestServer.StartAsync(node);
        node.Send(node.Transfer(0, Bob, 1));
        node.Mine(2);
        other.Mine(3);
        node.ImportFrom(other, 1);
        var chain = new List<string>();
        ulong next = 0;
        while (true)
        {
            var page = await server.CallAsync("chain_getEvents", $"{next},3");
            if (page.GetProperty("events").GetArrayLength() == 0) break;
            foreach (var entry in page.GetProperty("events").EnumerateArray())
            {
                Assert.Equal(next++, entry.GetProperty("offset").GetUInt64());
                var hash = entry.GetProperty("blockHash").GetString()!;
                if (entry.GetProperty("kind").GetString() == "added") chain.Add(hash);
                else Assert.True(chain.Remove(hash));
            }

            Assert.Equal(next, page.GetProperty("next").GetUInt64());
        }

        Assert.Equal((4, node.View.Head.Hash.ToString()), (chain.Count, chain[^1]));
    }

    [Fact]
    public async Task The_status_says_where_the_node_stands()
    {
        await using var server = await RpcTestServer.StartAsync();
        server.Node.Mine(10);
        server.Node.ClockOffsetMs = 9000;
        var status = await server.CallAsync("chain_status");
        Assert.Equal("0xa", status.GetProperty("head").GetProperty("number").GetString());
        Assert.Equal("0x6", status.GetProperty("finalized").GetProperty("number").GetString());
        Assert.True(status.GetProperty("mining").GetBoolean());
        Assert.Equal(1000, status.GetProperty("hashRate").GetInt64());
        Assert.True(status.GetProperty("rssBytes").GetInt64() > 0);
        server.Node.ReadOnlyReason = "disk full";
        var alerts = (await server.CallAsync("chain_status")).GetProperty("alerts").EnumerateArray();
        Assert.Contains("disk full",
            Assert.Single(alerts, alert => alert.GetProperty("name").GetString() == "read_only")
                .GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["clock_skew"],
            status.GetProperty("alerts").EnumerateArray().Select(alert => alert.GetProperty("name").GetString()!));
        Assert.Equal(server.Node.GenesisHash.ToString(),
            (await server.CallAsync("chain_nodeInfo")).GetProperty("genesisHash").GetString());
    }

    [Fact]
    public async Task A_competing_branch_is_told_with_all_its_blocks_however_old_they_are()
    {
        var (node, other) = (new TestNode(), new TestNode());
        await using var server = await RpcTestServer.StartAsync(node);
        node.Send(node.Transfer(0, Bob, 1));
        node.Mine(20);
        var tip = node.View.Head.Hash.ToString();
        other.Mine(21);
        node.ImportFrom(other, 1);
        var alert = Assert.Single((await server.CallAsync("chain_status")).GetProperty("alerts").EnumerateArray(),
            alert => alert.GetProperty("name").GetString() == "fork_detected");
        Assert.Equal($"a branch of 20 blocks competes with the head; its tip is block 20 ({tip})",
            alert.GetProperty("message").GetString());
    }

    [Fact]
    public void Every_fate_of_a_transaction_and_every_status_of_a_block_has_a_name()
    {
        Assert.Equal(6, Enum.GetValues<TransactionFate>().Length);
        Assert.Equal(3, Enum.GetValues<BlockStatus>().Length);
    }

    private static async Task<string> StatusAsync(RpcTestServer server, Hash256 hash) =>
        (await server.CallAsync("chain_getTransactionStatus", $"\"{hash}\"")).GetProperty("status").GetString()!;
}
