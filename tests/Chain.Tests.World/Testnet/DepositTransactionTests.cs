using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Testnet;
using Chain.Transfers;

namespace Chain.Tests;

/// <summary>Against a contract that refuses a call of one zero byte ("a zero byte") and takes any other.</summary>
public sealed class DepositTransactionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-deposit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task One_that_the_contract_takes_is_sent_and_waited_for()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var client = new NodeClient(server.Port);
        var deposit = Call(client, [1]);
        var hash = (await SendAsync(deposit, client)).Hash;
        server.Node.Mine();
        var receipt = await deposit.WaitAsync(hash, Long, CancellationToken.None);
        Assert.Equal((hash, 1UL, true), (receipt.Hash, receipt.BlockNumber, receipt.Succeeded));
    }

    [Fact]
    public async Task One_that_the_contract_refuses_is_not_sent()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var client = new NodeClient(server.Port);
        var refused = await Assert.ThrowsAsync<RefusedCallException>(() => SendAsync(Call(client, [0]), client));
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
        Assert.False(receipt.Succeeded);
        Assert.Equal("a zero byte", await deposit.WhyFailedAsync(receipt, CancellationToken.None));
        Assert.Equal("the node cannot tell any more", await Call(client, [1]).WhyFailedAsync(receipt, CancellationToken.None));
    }

    [Fact]
    public async Task Waiting_ends_when_the_time_is_up_or_another_transaction_took_the_place()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var client = new NodeClient(server.Port);
        var deposit = Call(client, [1]);
        var hash = (await SendAsync(deposit, client)).Hash;
        var late = await Assert.ThrowsAsync<TestnetException>(() =>
            deposit.WaitAsync(hash, TimeSpan.Zero, CancellationToken.None));
        Assert.Contains($"The deposit {hash} is in no block after 0 s", late.Message, StringComparison.Ordinal);
        server.Node.Send(server.Node.Transfer(0, TestNode.Beneficiary, 1, nonce: 0, tip: 100_000_000_000));
        var replaced = await Assert.ThrowsAsync<TestnetException>(() => deposit.WaitAsync(hash, Long, CancellationToken.None));
        Assert.Contains($"The deposit {hash} is replaced", replaced.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_written_down_before_it_leaves_and_a_second_one_takes_the_next_nonce()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var client = new NodeClient(server.Port);
        var first = await SendAsync(Call(client, [1]), client);
        var second = await SendAsync(Call(client, [1]), client);
        Assert.Equal([0UL, 1UL], [first.Transfer.Nonce, second.Transfer.Nonce]);
        Assert.All([first, second], report => Assert.Equal(TransferFate.Accepted, report.Fate));
        Assert.Equal([first.Hash, second.Hash], Book.Read().Transfers.Select(entry => entry.Hash));
        Assert.All(Book.Read().Transfers, entry => Assert.Equal(TransferPurpose.Deposit, entry.Purpose));
    }

    [Fact]
    public async Task A_fee_above_the_cap_is_asked_about_before_anything_is_signed()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var client = new NodeClient(server.Port);
        var refused = await Assert.ThrowsAsync<TestnetException>(() => SendAsync(Call(client, [1]), client, maxTotalFee: 1));
        Assert.Contains("more than 0.000000000000000001 ether", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Book.Read().Transfers);
        Assert.Empty(server.Node.View.Pool.BySender);
    }

    private WalletBook Book =>
        new(new BookFiles(Path.Combine(_folder, "wallet.db"), Path.Combine(_folder, "transfers.jsonl")), TimeProvider.System,
            _ => { });

    private async Task<SendReport> SendAsync(DepositTransaction deposit, NodeClient client, UInt256? maxTotalFee = null)
    {
        using var rpc = new JsonRpcClient(client.Url, new SocketsHttpHandler());
        var eth = new EthClient(rpc);
        var account = new AccountTransfers(eth, Book, TimeProvider.System,
            await AccountTransfers.IdentifyAsync(eth, 31337, CancellationToken.None), TestNode.Rich[0].Address);
        using var turn = await account.LockAsync(() => { }, CancellationToken.None);
        var nonce = await NonceTurn.TakeAsync(account, await account.ReviewAsync(CancellationToken.None), CancellationToken.None);
        return await deposit.SendAsync(account, eth, nonce.Nonce, maxTotalFee, Refuse, CancellationToken.None);
    }

    private static void Refuse(TransferDoubt? doubt)
    {
        if (doubt is not null) throw new TestnetException(doubt.Sentence);
    }

    private static DepositTransaction Call(NodeClient client, byte[] data) =>
        new(client, TestNode.Rich[0], TestNode.Echo, UInt256.Zero, data);
}
