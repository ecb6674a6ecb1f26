using System.Text.Json;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class BlockMethodTests
{
    private static readonly Address Bob = TestNode.KeyOf(50).Address;

    [Fact]
    public async Task The_tags_name_what_the_rule_says_and_genesis_before_anything_is_safe()
    {
        await using var server = await RpcTestServer.StartAsync();
        foreach (var tag in (string[])["latest", "earliest", "safe", "finalized"])
            Assert.Equal("0x0", await NumberOfAsync(server, $"\"{tag}\""));
        server.Node.Mine(10);
        Assert.Equal("0xa", await NumberOfAsync(server, "\"latest\""));
        Assert.Equal("0x8", await NumberOfAsync(server, "\"safe\""));
        Assert.Equal("0x6", await NumberOfAsync(server, "\"finalized\""));
        Assert.Equal("0x0", await NumberOfAsync(server, "\"earliest\""));
        Assert.Equal("0xb", await NumberOfAsync(server, "\"pending\""));
        Assert.Equal("0xa", await server.TextAsync("eth_blockNumber"));
    }

    [Fact]
    public async Task A_block_is_the_same_by_number_and_by_hash_and_its_hash_is_that_of_its_fields()
    {
        await using var server = await RpcTestServer.StartAsync();
        server.Node.Send(server.Node.Transfer(0, Bob, 5));
        server.Node.Mine();
        var byNumber = await server.CallAsync("eth_getBlockByNumber", "\"0x1\",true");
        var byHash = await server.CallAsync("eth_getBlockByHash", $"\"{server.Node.View.Head.Hash}\",true");
        Assert.Equal(byNumber.GetRawText(), byHash.GetRawText());
        Assert.Equal(server.Node.View.Head.Hash.ToString(), byNumber.GetProperty("hash").GetString());
        foreach (var field in (string[])["number", "parentHash", "nonce", "sha3Uncles", "logsBloom", "transactionsRoot",
            "stateRoot", "receiptsRoot", "miner", "difficulty", "totalDifficulty", "extraData", "size", "gasLimit", "gasUsed",
            "timestamp", "uncles", "mixHash", "baseFeePerGas"])
            Assert.True(byNumber.TryGetProperty(field, out _), $"{field} is missing");
        Assert.Equal("0x5208", byNumber.GetProperty("gasUsed").GetString());
        Assert.Equal(server.Node.View.HeadTotalDifficulty.ToQuantity(), byNumber.GetProperty("totalDifficulty").GetString());
    }

    [Fact]
    public async Task A_block_names_its_transactions_by_hash_or_shows_them_whole()
    {
        await using var server = await RpcTestServer.StartAsync();
        var transaction = server.Node.Transfer(0, Bob, 5);
        server.Node.Send(transaction);
        server.Node.Mine();
        var hashes = await server.CallAsync("eth_getBlockByNumber", "\"latest\",false");
        Assert.Equal(transaction.Hash.ToString(), hashes.GetProperty("transactions")[0].GetString());
        var whole = (await server.CallAsync("eth_getBlockByNumber", "\"latest\",true")).GetProperty("transactions")[0];
        Assert.Equal(transaction.Hash.ToString(), whole.GetProperty("hash").GetString());
        Assert.Equal("0x0", whole.GetProperty("transactionIndex").GetString());
        Assert.Equal(TestNode.Rich[0].Address.ToString().ToLowerInvariant(), whole.GetProperty("from").GetString());
        Assert.Equal("0x2", whole.GetProperty("type").GetString());
        Assert.Equal("0x7a69", whole.GetProperty("chainId").GetString());
    }

    [Fact]
    public async Task What_does_not_exist_is_null()
    {
        await using var server = await RpcTestServer.StartAsync();
        var nothing = $"\"{Hash256.Zero}\"";
        foreach (var (method, arguments) in ((string, string)[])[
            ("eth_getBlockByNumber", "\"0x64\",false"),
            ("eth_getBlockByHash", $"{nothing},false"),
            ("eth_getHeaderByNumber", "\"0x64\""),
            ("eth_getBlockTransactionCountByNumber", "\"0x64\""),
            ("eth_getBlockTransactionCountByHash", nothing),
            ("eth_getUncleCountByBlockHash", nothing),
            ("eth_getBlockReceipts", "\"0x64\""),
            ("eth_getTransactionByHash", nothing),
            ("eth_getTransactionReceipt", nothing),
            ("eth_getTransactionByBlockHashAndIndex", $"{nothing},\"0x0\""),
            ("eth_getTransactionByBlockNumberAndIndex", "\"latest\",\"0x0\""),
            ("eth_getUncleByBlockNumberAndIndex", "\"latest\",\"0x0\""),
            ("eth_getRawTransactionByHash", nothing),
        ])
        {
            Assert.Equal(JsonValueKind.Null, (await server.CallAsync(method, arguments)).ValueKind);
        }
    }

    [Fact]
    public async Task A_transaction_is_found_by_hash_and_by_place_and_raw()
    {
        await using var server = await RpcTestServer.StartAsync();
        var transaction = server.Node.Transfer(0, Bob, 5);
        server.Node.Send(transaction);
        var pending = await server.CallAsync("eth_getTransactionByHash", $"\"{transaction.Hash}\"");
        Assert.Equal(JsonValueKind.Null, pending.GetProperty("blockHash").ValueKind);
        Assert.Equal(JsonValueKind.Null, pending.GetProperty("transactionIndex").ValueKind);
        server.Node.Mine();
        var byHash = (await server.CallAsync("eth_getTransactionByHash", $"\"{transaction.Hash}\"")).GetRawText();
        Assert.Equal(byHash, (await server.CallAsync("eth_getTransactionByBlockNumberAndIndex", "\"0x1\",\"0x0\"")).GetRawText());
        Assert.Equal(byHash,
            (await server.CallAsync("eth_getTransactionByBlockHashAndIndex", $"\"{server.Node.View.Head.Hash}\",\"0x0\""))
                .GetRawText());
        var raw = await server.TextAsync("eth_getRawTransactionByHash", $"\"{transaction.Hash}\"");
        Assert.Equal(transaction.Hash, Transaction.Decode(Hex.Decode(raw)).Hash);
        Assert.Equal(raw, await server.TextAsync("eth_getRawTransactionByBlockNumberAndIndex", "\"0x1\",\"0x0\""));
        Assert.Equal("0x1", await server.TextAsync("eth_getBlockTransactionCountByNumber", "\"latest\""));
        Assert.Equal("0x0", await server.TextAsync("eth_getUncleCountByBlockNumber", "\"latest\""));
    }

    [Fact]
    public async Task A_receipt_says_what_was_paid_and_whether_it_succeeded()
    {
        await using var server = await RpcTestServer.StartAsync();
        var good = server.Node.Transfer(0, TestNode.Echo, 1, data: [7], gas: 100_000);
        var bad = server.Node.Transfer(1, TestNode.Echo, 1, data: [0], gas: 100_000);
        server.Node.Send(good);
        server.Node.Send(bad);
        server.Node.Mine();
        var receipts = await server.CallAsync("eth_getBlockReceipts", "\"latest\"");
        Assert.Equal(2, receipts.GetArrayLength());
        foreach (var receipt in receipts.EnumerateArray())
        {
            var hash = receipt.GetProperty("transactionHash").GetString()!;
            Assert.Equal(receipt.GetRawText(), (await server.CallAsync("eth_getTransactionReceipt", $"\"{hash}\"")).GetRawText());
            Assert.Equal(hash == good.Hash.ToString() ? "0x1" : "0x0", receipt.GetProperty("status").GetString());
            Assert.Equal(hash == good.Hash.ToString() ? 1 : 0, receipt.GetProperty("logs").GetArrayLength());
        }

        var first = receipts[0];
        var price = UInt256.Parse(first.GetProperty("effectiveGasPrice").GetString()!);
        Assert.Equal(server.Node.View.Head.Header.BaseFeePerGas + 1_000_000_000, price);
        Assert.Equal(first.GetProperty("gasUsed").GetString(), first.GetProperty("cumulativeGasUsed").GetString());
    }

    [Fact]
    public async Task An_orphaned_block_keeps_its_receipts_by_hash_while_the_transaction_has_the_canonical_one_only()
    {
        var (node, other) = (new TestNode(), new TestNode());
        await using var server = await RpcTestServer.StartAsync(node);
        var transaction = node.Transfer(0, Bob, 5);
        node.Send(transaction);
        node.Mine();
        var orphan = node.View.Head.Hash;
        other.Mine(2);
        node.ImportFrom(other, 1);
        Assert.NotEqual(orphan, node.View.Head.Hash);
        Assert.Equal(JsonValueKind.Null,
            (await server.CallAsync("eth_getTransactionReceipt", $"\"{transaction.Hash}\"")).ValueKind);
        var receipts = await server.CallAsync("eth_getBlockReceipts", $"\"{orphan}\"");
        Assert.Equal(orphan.ToString(), receipts[0].GetProperty("blockHash").GetString());
        Assert.Equal(orphan.ToString(),
            (await server.CallAsync("eth_getBlockByHash", $"\"{orphan}\",true")).GetProperty("hash").GetString());
        var (code, message) =
            await server.ErrorAsync("eth_getBlockReceipts", $$"""{"blockHash":"{{orphan}}","requireCanonical":true}""");
        Assert.Equal((-32000, true), (code, message.StartsWith("hash is not currently canonical", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_pending_block_holds_what_would_be_mined_now()
    {
        await using var server = await RpcTestServer.StartAsync();
        var transaction = server.Node.Transfer(0, Bob, 5);
        server.Node.Send(transaction);
        server.Node.Send(server.Node.Transfer(1, Bob, 5, nonce: 9));
        var pending = await server.CallAsync("eth_getBlockByNumber", "\"pending\",false");
        Assert.Equal("0x1", pending.GetProperty("number").GetString());
        Assert.Equal(JsonValueKind.Null, pending.GetProperty("hash").ValueKind);
        Assert.Equal(transaction.Hash.ToString(),
            Assert.Single(pending.GetProperty("transactions").EnumerateArray()).GetString());
        Assert.Equal("0x1", await server.TextAsync("eth_getBlockTransactionCountByNumber", "\"pending\""));
        Assert.Equal("0x5", await server.TextAsync("eth_getBalance", $"\"{Bob}\",\"pending\""));
        Assert.Equal("0x0", await server.TextAsync("eth_getBalance", $"\"{Bob}\",\"latest\""));
        Assert.Equal("0x1", await server.TextAsync("eth_getTransactionCount", $"\"{TestNode.Rich[0].Address}\",\"pending\""));
        Assert.Equal("0x0", await server.TextAsync("eth_getTransactionCount", $"\"{TestNode.Rich[0].Address}\",\"latest\""));
    }

    private static async Task<string> NumberOfAsync(RpcTestServer server, string parameter) =>
        (await server.CallAsync("eth_getBlockByNumber", $"{parameter},false")).GetProperty("number").GetString()!;
}
