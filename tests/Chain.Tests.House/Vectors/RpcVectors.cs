using System.Text.Json;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>The execution-apis' own exchanges, as far as they do not hang on a chain that needs the EVM.</summary>
public sealed class RpcVectors
{
    private const ulong ChainId = 3503995874084926;

    /// <summary>Blobs are not part of this chain, nor is the one field that only a fork after London brings.</summary>
    private static readonly string[] LaterFields = ["baseFeePerBlobGas", "blobGasUsedRatio", "blobGasPrice", "blobGasUsed"];

    [VectorTheory]
    [ReadsVectors("rpc-answers-block-unknown")]
    [ReadsVectors("rpc-answers-chain-id")]
    [ReadsVectors("rpc-answers-estimate")]
    [ReadsVectors("rpc-answers-logs-error")]
    [ReadsVectors("rpc-answers-network-id")]
    [ReadsVectors("rpc-answers-receipts-earliest")]
    [ReadsVectors("rpc-answers-receipts-future")]
    [ReadsVectors("rpc-answers-storage-error")]
    [ReadsVectors("rpc-answers-syncing")]
    [ReadsVectors("rpc-answers-unknown-account")]
    [InlineData("rpc-answers-block-unknown")]
    [InlineData("rpc-answers-chain-id")]
    [InlineData("rpc-answers-estimate")]
    [InlineData("rpc-answers-logs-error")]
    [InlineData("rpc-answers-network-id")]
    [InlineData("rpc-answers-receipts-earliest")]
    [InlineData("rpc-answers-receipts-future")]
    [InlineData("rpc-answers-storage-error")]
    [InlineData("rpc-answers-syncing")]
    [InlineData("rpc-answers-unknown-account")]
    public async Task The_answer_is_the_one_that_is_written_there(string group)
    {
        await using var server = await RpcTestServer.StartAsync(new TestNode(ChainId));
        foreach (var (request, answer) in VectorFiles.Of(group).SelectMany(Exchanges))
        {
            Assert.True(JsonElement.DeepEquals(answer, await server.PostAsync(request.GetRawText())),
                $"{request} should give {answer}");
        }
    }

    [VectorTheory]
    [ReadsVectors("rpc-shapes-fee-history")]
    [ReadsVectors("rpc-shapes-receipt-access-list")]
    [ReadsVectors("rpc-shapes-receipt-dynamic-fee")]
    [ReadsVectors("rpc-shapes-transaction-access-list")]
    [ReadsVectors("rpc-shapes-transaction-dynamic-fee")]
    [InlineData("rpc-shapes-fee-history", "eth_feeHistory", "1,\"latest\",[95,99]")]
    [InlineData("rpc-shapes-receipt-access-list", "eth_getTransactionReceipt", "AccessList")]
    [InlineData("rpc-shapes-receipt-dynamic-fee", "eth_getTransactionReceipt", "DynamicFee")]
    [InlineData("rpc-shapes-transaction-access-list", "eth_getTransactionByHash", "AccessList")]
    [InlineData("rpc-shapes-transaction-dynamic-fee", "eth_getTransactionByHash", "DynamicFee")]
    public async Task The_answer_has_the_fields_that_are_there(string group, string method, string arguments)
    {
        var node = new TestNode(ChainId);
        await using var server = await RpcTestServer.StartAsync(node);
        if (Enum.TryParse<TransactionType>(arguments, out var type)) arguments = $"\"{node.Send(Emit(node, type))}\"";
        node.Mine();
        var expected = Assert.Single(Exchanges(VectorFiles.TheOne(group))).Answer.GetProperty("result");
        Assert.Equal(Shape(expected), Shape(await server.CallAsync(method, arguments)));
    }

    [VectorFact]
    [ReadsVectors("rpc-shapes-pool")]
    public async Task The_pool_is_shown_with_the_fields_that_are_there()
    {
        var node = new TestNode(ChainId);
        await using var server = await RpcTestServer.StartAsync(node);
        foreach (var (request, answer) in VectorFiles.Of("rpc-shapes-pool").SelectMany(Exchanges))
        {
            var ours = await server.PostAsync(request.GetRawText());
            Assert.Equal(answer.GetProperty("result").EnumerateObject().Select(field => field.Name),
                ours.GetProperty("result").EnumerateObject().Select(field => field.Name));
        }

        node.Send(Emit(node, TransactionType.DynamicFee));
        var content = Exchanges(VectorFiles.Of("rpc-shapes-pool").Single(file =>
            file.EndsWith("get-content.io", StringComparison.Ordinal))).Single().Answer.GetProperty("result");
        var theirs = content.GetProperty("pending").EnumerateObject().First().Value.EnumerateObject()
            .Select(entry => entry.Value).First(transaction => transaction.GetProperty("type").GetString() == "0x2");
        var own = (await server.CallAsync("txpool_content"))
            .GetProperty("pending").EnumerateObject().Single().Value.EnumerateObject().Single().Value;
        Assert.Equal(Names(theirs), Names(own));
    }

    private static Transaction Emit(TestNode node, TransactionType type) =>
        node.Transfer(0, TestNode.Echo, 0, data: [1], gas: 100_000,
            accessList: [new AccessListEntry(TestNode.Echo, [Hash256.Zero])], type: type);

    private static IEnumerable<(JsonElement Request, JsonElement Answer)> Exchanges(string file)
    {
        JsonElement request = default;
        foreach (var line in VectorFiles.ReadText(file).Split('\n'))
        {
            if (line.StartsWith(">> ", StringComparison.Ordinal)) request = JsonDocument.Parse(line[3..]).RootElement;
            if (line.StartsWith("<< ", StringComparison.Ordinal))
                yield return (request, JsonDocument.Parse(line[3..]).RootElement);
        }
    }

    /// <summary>The kinds of the values and the names of the fields, the first of an array standing for all.</summary>
    private static string Shape(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object =>
            "{" + string.Join(", ", json.EnumerateObject().Where(field => !LaterFields.Contains(field.Name))
                .OrderBy(field => field.Name, StringComparer.Ordinal)
                .Select(field => $"{field.Name}: {Shape(field.Value)}")) + "}",
        JsonValueKind.Array => json.GetArrayLength() == 0 ? "[]" : $"[{Shape(json[0])}]",
        JsonValueKind.True or JsonValueKind.False => "bool",
        var kind => kind.ToString(),
    };

    private static IEnumerable<string> Names(JsonElement json) =>
        json.EnumerateObject().Select(field => field.Name).Order(StringComparer.Ordinal);
}
