using System.Text.Json;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class StateMethodTests
{
    private static readonly string Rich = $"\"{TestNode.Rich[0].Address}\"";
    private static readonly Address Bob = TestNode.KeyOf(50).Address;

    [Fact]
    public async Task Balance_nonce_code_and_storage_are_those_of_the_block_asked_for()
    {
        await using var server = await RpcTestServer.StartAsync();
        server.Node.Send(server.Node.Transfer(0, Bob, 5));
        server.Node.Mine();
        Assert.Equal("0x21e19e0c9bab2400000", await server.TextAsync("eth_getBalance", $"{Rich},\"0x0\""));
        Assert.Equal("0x5", await server.TextAsync("eth_getBalance", $"\"{Bob}\""));
        Assert.Equal("0x1", await server.TextAsync("eth_getTransactionCount", $"{Rich},\"latest\""));
        Assert.Equal("0x0", await server.TextAsync("eth_getTransactionCount", $"{Rich},\"earliest\""));
        Assert.Equal("0x6000", await server.TextAsync("eth_getCode", $"\"{TestNode.Contract}\",\"latest\""));
        Assert.Equal("0x", await server.TextAsync("eth_getCode", $"{Rich},\"latest\""));
        Assert.Equal(((UInt256)0x2a).ToHash256().ToString(),
            await server.TextAsync("eth_getStorageAt", $"\"{TestNode.Contract}\",\"0x1\",\"latest\""));
        Assert.Equal(Hash256.Zero.ToString(),
            await server.TextAsync("eth_getStorageAt", $"\"{TestNode.Contract}\",\"{Hash256.Zero}\""));
    }

    [Fact]
    public async Task A_block_can_be_named_as_EIP_1898_says()
    {
        await using var server = await RpcTestServer.StartAsync();
        server.Node.Mine();
        var head = server.Node.View.Head.Hash;
        foreach (var block in (string[])["""{"blockNumber":"0x1"}""", $$"""{"blockHash":"{{head}}"}""",
            $$"""{"blockHash":"{{head}}","requireCanonical":true}""", $"\"{head}\"", """{"blockNumber":"latest"}"""])
            Assert.Equal("0x21e19e0c9bab2400000", await server.TextAsync("eth_getBalance", $"{Rich},{block}"));
        Assert.Equal(-32001, (await server.ErrorAsync("eth_getBalance", $$"""{{Rich}},{"blockHash":"{{Hash256.Zero}}"}""")).Code);
        Assert.Equal(-32001, (await server.ErrorAsync("eth_getBalance", $"{Rich},\"0x99\"")).Code);
        Assert.Equal(-32602,
            (await server.ErrorAsync("eth_getBalance", $$"""{{Rich}},{"blockHash":"{{head}}","blockNumber":"0x1"}""")).Code);
    }

    [Fact]
    public async Task The_state_of_a_pruned_block_is_a_clear_error()
    {
        await using var server = await RpcTestServer.StartAsync();
        server.Node.Send(server.Node.Transfer(0, Bob, 5));
        server.Node.Mine(2);
        server.Node.PruneToHead();
        foreach (var (method, arguments) in ((string, string)[])[("eth_getBalance", $"{Rich},\"0x0\""),
            ("eth_getProof", $"{Rich},[],\"0x0\""), ("eth_call", $$"""{"to":{{Rich}}},"0x0" """)])
        {
            var (code, message) = await server.ErrorAsync(method, arguments);
            Assert.Equal(-32002, code);
            Assert.StartsWith("missing trie node: the state of block 0 (", message, StringComparison.Ordinal);
        }

        Assert.Equal("0x1", await server.TextAsync("eth_getTransactionCount", $"{Rich},\"latest\""));
    }

    [Fact]
    public async Task A_proof_verifies_against_the_state_root_for_accounts_and_slots_that_exist_and_that_do_not()
    {
        await using var server = await RpcTestServer.StartAsync();
        var root = server.Node.View.Head.Header.StateRoot;
        foreach (var address in (Address[])[TestNode.Rich[0].Address, TestNode.Contract, Bob])
        {
            var proof = await server.CallAsync("eth_getProof", $"\"{address}\",[\"0x1\",\"{Hash256.Zero}\"],\"latest\"");
            Assert.True(TrieProof.Verify(root, Keccak256.Hash(address.Bytes).Bytes, Nodes(proof.GetProperty("accountProof")),
                out var encoded));
            var account = encoded is null ? Account.Empty : Account.Decode(encoded);
            Assert.Equal(account.Balance.ToQuantity(), proof.GetProperty("balance").GetString());
            Assert.Equal(account.StorageRoot.ToString(), proof.GetProperty("storageHash").GetString());
            Assert.Equal(account.CodeHash.ToString(), proof.GetProperty("codeHash").GetString());
            var slot = proof.GetProperty("storageProof")[0];
            Assert.Equal("0x1", slot.GetProperty("key").GetString());
            Assert.Equal(address == TestNode.Contract ? "0x2a" : "0x0", slot.GetProperty("value").GetString());
            Assert.True(TrieProof.Verify(account.StorageRoot, Keccak256.Hash(UInt256.One.ToHash256().Bytes).Bytes,
                Nodes(slot.GetProperty("proof")), out var value));
            Assert.Equal(address == TestNode.Contract, value is not null);
        }
    }

    [Fact]
    public async Task A_call_answers_for_plain_accounts_and_native_contracts_and_refuses_what_needs_an_EVM()
    {
        await using var server = await RpcTestServer.StartAsync();
        Assert.Equal("0x", await server.TextAsync("eth_call", $$"""{"to":"{{Bob}}","data":"0x01"},"latest" """));
        Assert.Equal("0x0102", await server.TextAsync("eth_call", $$"""{"to":"{{TestNode.Echo}}","input":"0x0102"}"""));
        Assert.Equal("0x0102",
            await server.TextAsync("eth_call", $$"""{"to":"{{TestNode.Echo}}","input":"0x0102","data":"0x0102"}"""));
        Assert.Equal((3, "execution reverted: a zero byte"),
            await server.ErrorAsync("eth_call", $$"""{"to":"{{TestNode.Echo}}","input":"0x00"}"""));
        Assert.StartsWith("this node has no EVM yet",
            (await server.ErrorAsync("eth_call", $$"""{"to":"{{TestNode.Contract}}"}""")).Message, StringComparison.Ordinal);
        Assert.StartsWith("this node has no EVM yet", (await server.ErrorAsync("eth_call", """{"data":"0x6000"}""")).Message,
            StringComparison.Ordinal);
        Assert.Equal(-32602, (await server.ErrorAsync("eth_call", $$"""{"to":"{{Bob}}","input":"0x01","data":"0x02"}""")).Code);
        Assert.Equal(-32602, (await server.ErrorAsync("eth_call", $$"""{"to":"{{Bob}}"},"latest",{"0x00":{} }""")).Code);
        Assert.Equal(-32602, (await server.ErrorAsync("eth_call", $$"""{"to":"{{Bob}}","chainId":"0x1"}""")).Code);
    }

    [Theory]
    [InlineData("eth_call")]
    [InlineData("eth_estimateGas")]
    public async Task A_call_that_a_native_contract_refuses_gives_the_reason_as_Solidity_would(string method)
    {
        await using var server = await RpcTestServer.StartAsync();
        var answer = await server.PostAsync(RpcTestServer.Request(method, $$"""{"to":"{{TestNode.Echo}}","input":"0x00"}"""));
        Assert.Equal((3, "execution reverted: a zero byte"), RpcTestServer.ErrorOf(answer));
        Assert.Equal(
            "0x08c379a0"
            + "0000000000000000000000000000000000000000000000000000000000000020"
            + "000000000000000000000000000000000000000000000000000000000000000b"
            + "61207a65726f2062797465000000000000000000000000000000000000000000",
            answer.GetProperty("error").GetProperty("data").GetString());
    }

    [Fact]
    public async Task An_estimate_is_the_intrinsic_gas_of_a_transfer()
    {
        await using var server = await RpcTestServer.StartAsync();
        Assert.Equal("0x5208", await server.TextAsync("eth_estimateGas", $$"""{"from":{{Rich}},"to":"{{Bob}}","value":"0x1"}"""));
        Assert.Equal(Hex.Quantity(21_000 + 16),
            await server.TextAsync("eth_estimateGas", $$"""{"from":{{Rich}},"to":"{{Bob}}","data":"0x01"}"""));
        Assert.Equal(Hex.Quantity(21_000 + 16 + 1000),
            await server.TextAsync("eth_estimateGas", $$"""{"from":{{Rich}},"to":"{{TestNode.Echo}}","data":"0x01"}"""));
        var withList =
            $$"""{"from":{{Rich}},"to":"{{Bob}}","accessList":[{"address":"{{Bob}}","storageKeys":["{{Hash256.Zero}}"]}]}""";
        Assert.Equal(Hex.Quantity(21_000 + 2400 + 1900), await server.TextAsync("eth_estimateGas", withList));
        Assert.StartsWith("insufficient funds for transfer",
            (await server.ErrorAsync("eth_estimateGas", $$"""{"from":"{{Bob}}","to":{{Rich}},"value":"0x1"}""")).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("insufficient funds for gas * price + value",
            (await server.ErrorAsync("eth_estimateGas", $$"""{"from":"{{Bob}}","to":{{Rich}},"gasPrice":"0x1"}""")).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("gas required exceeds allowance",
            (await server.ErrorAsync("eth_estimateGas", $$"""{"from":{{Rich}},"to":"{{Bob}}","gas":"0x1"}""")).Message,
            StringComparison.Ordinal);
        var list = await server.CallAsync("eth_createAccessList", $$"""{"from":{{Rich}},"to":"{{Bob}}"},"latest" """);
        Assert.Equal((0, "0x5208"), (list.GetProperty("accessList").GetArrayLength(), list.GetProperty("gasUsed").GetString()));
    }

    [Fact]
    public async Task Fees_follow_the_chain()
    {
        await using var server = await RpcTestServer.StartAsync();
        Assert.Equal("0x3b9aca00", await server.TextAsync("eth_maxPriorityFeePerGas"));
        server.Node.Send(server.Node.Transfer(0, Bob, 5, tip: 3));
        server.Node.Mine(3);
        Assert.Equal("0x3", await server.TextAsync("eth_maxPriorityFeePerGas"));
        var next = await server.TextAsync("eth_baseFee");
        Assert.Equal((UInt256.Parse(next) + 3).ToQuantity(), await server.TextAsync("eth_gasPrice"));
        var history = await server.CallAsync("eth_feeHistory", "\"0x2\",\"0x2\",[0,50,100]");
        Assert.Equal("0x1", history.GetProperty("oldestBlock").GetString());
        Assert.Equal(3, history.GetProperty("baseFeePerGas").GetArrayLength());
        Assert.Equal(2, history.GetProperty("gasUsedRatio").GetArrayLength());
        Assert.Equal(0.0007, history.GetProperty("gasUsedRatio")[0].GetDouble(), 6);
        Assert.Equal("0x3", history.GetProperty("reward")[0][1].GetString());
        Assert.Equal("0x0", history.GetProperty("reward")[1][1].GetString());
        Assert.Equal(next,
            (await server.CallAsync("eth_feeHistory", "4,\"latest\""))
                .GetProperty("baseFeePerGas").EnumerateArray().Last().GetString());
        Assert.StartsWith("request beyond head block", (await server.ErrorAsync("eth_feeHistory", "1,\"0x99\",[]")).Message,
            StringComparison.Ordinal);
        Assert.Equal(-32602, (await server.ErrorAsync("eth_feeHistory", "1,\"latest\",[50,10]")).Code);
    }

    private static List<byte[]> Nodes(JsonElement array) =>
        [.. array.EnumerateArray().Select(node => Hex.Decode(node.GetString()!))];
}
