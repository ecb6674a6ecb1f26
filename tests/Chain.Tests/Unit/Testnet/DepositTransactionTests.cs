using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Tests;

/// <summary>Against a contract that refuses a call of one zero byte ("a zero byte") and takes any other.</summary>
public sealed class DepositTransactionTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task One_that_the_contract_takes_is_sent_and_waited_for()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var client = new NodeClient(server.Port);
        var deposit = Call(client, [1]);
        var hash = await deposit.SendAsync(31337, CancellationToken.None);
        server.Node.Mine();
        var receipt = await deposit.WaitAsync(hash, Long, CancellationToken.None);
        Assert.Equal(("0x1", "0x1"), ((string?)receipt["blockNumber"], (string?)receipt["status"]));
    }

    [Fact]
    public async Task One_that_the_contract_refuses_is_not_sent()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var client = new NodeClient(server.Port);
        var refused = await Assert.ThrowsAsync<RefusedCallException>(() => Call(client, [0]).SendAsync(31337, CancellationToken.None));
        Assert.Equal((3, "execution reverted: a zero byte"), (refused.Code, refused.Reason));
        Assert.Contains("refused eth_estimateGas: execution reverted: a zero byte", refused.Message, StringComparison.Ordinal);
        Assert.Empty(server.Node.View.Pool.BySender);
    }

    [Fact]
    public async Task One_that_fails_in_its_block_is_told_with_the_contracts_reason()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var client = new NodeClient(server.Port);
        var hash = server.Node.Send(server.Node.Transfer(0, TestNode.Echo, 0, data: [0], gas: 50_000));
        server.Node.Mine();
        var deposit = Call(client, [0]);
        var receipt = await deposit.WaitAsync(hash, Long, CancellationToken.None);
        Assert.Equal("0x0", (string?)receipt["status"]);
        Assert.Equal("a zero byte", await deposit.WhyFailedAsync(receipt, CancellationToken.None));
        Assert.Equal("the node cannot tell any more", await Call(client, [1]).WhyFailedAsync(receipt, CancellationToken.None));
    }

    [Fact]
    public async Task Waiting_ends_when_the_time_is_up_or_another_transaction_took_the_place()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var client = new NodeClient(server.Port);
        var deposit = Call(client, [1]);
        var hash = await deposit.SendAsync(31337, CancellationToken.None);
        var late = await Assert.ThrowsAsync<TestnetException>(() => deposit.WaitAsync(hash, TimeSpan.Zero, CancellationToken.None));
        Assert.Contains($"The deposit {hash} is in no block after 0 s", late.Message, StringComparison.Ordinal);
        server.Node.Send(server.Node.Transfer(0, TestNode.Beneficiary, 1, nonce: 0, tip: 100_000_000_000));
        var replaced = await Assert.ThrowsAsync<TestnetException>(() => deposit.WaitAsync(hash, Long, CancellationToken.None));
        Assert.Contains($"The deposit {hash} is replaced", replaced.Message, StringComparison.Ordinal);
    }

    private static DepositTransaction Call(NodeClient client, byte[] data) => new(client, TestNode.Rich[0], TestNode.Echo, UInt256.Zero, data);
}
