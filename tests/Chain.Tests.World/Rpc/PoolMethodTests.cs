using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class PoolMethodTests
{
    private static readonly Address Bob = TestNode.KeyOf(50).Address;

    /// <summary>Every case of the closed error types with the words that client libraries look for.</summary>
    public static readonly IReadOnlyDictionary<Type, (PoolError Error, string Words)> Words = new (PoolError Error,
        string Words)[]
    {
        (new PoolError.AlreadyKnown(Hash256.Zero), "already known"),
        (new PoolError.ReplacementUnderpriced(1, 1), "replacement transaction underpriced"),
        (new PoolError.Underpriced(1, 2), "transaction underpriced"),
        (new PoolError.AccountLimit(5), "txpool is full"),
        (new PoolError.QueueFull(5), "txpool is full"),
        (new PoolError.NonceTooFarAhead(100, 1, 64), "nonce too high"),
        (new PoolError.TooLarge(5, 4), "oversized data"),
        (new PoolError.Invalid(new TransactionError.NonceTooLow(1, 2)), "nonce too low"),
        (new PoolError.Invalid(new TransactionError.NonceTooHigh(3, 2)), "nonce too high"),
        (new PoolError.Invalid(new TransactionError.NonceAtMax()), "nonce has max value"),
        (new PoolError.Invalid(new TransactionError.InsufficientFunds(1, 2)), "insufficient funds for gas * price + value"),
        (new PoolError.Invalid(new TransactionError.IntrinsicGas(1, 2)), "intrinsic gas too low"),
        (new PoolError.Invalid(new TransactionError.FeeCapBelowBaseFee(1, 2)), "max fee per gas less than block base fee"),
        (new PoolError.Invalid(new TransactionError.TipAboveFeeCap(2, 1)),
            "max priority fee per gas higher than max fee per gas"),
        (new PoolError.Invalid(new TransactionError.GasLimitExceedsBlock(2, 1)), "exceeds block gas limit"),
        (new PoolError.Invalid(new TransactionError.WrongChainId(1, 2)), "invalid chain id for signer"),
        (new PoolError.Invalid(new TransactionError.SenderNotEoa(Address.Zero, Hash256.Zero)), "sender not an eoa"),
        (new PoolError.Invalid(new TransactionError.NeedsEvm(null, "why")), "this node has no EVM yet"),
    }.ToDictionary(entry => entry.Error is PoolError.Invalid invalid ? invalid.Error.GetType() : entry.Error.GetType());

    [Fact]
    public void Every_case_of_the_closed_errors_is_in_the_table()
    {
        var cases = typeof(PoolError).GetNestedTypes().Concat(typeof(TransactionError).GetNestedTypes())
            .Where(type =>
                type != typeof(PoolError.Invalid)
                && (type.IsSubclassOf(typeof(PoolError)) || type.IsSubclassOf(typeof(TransactionError))));
        Assert.Equal(cases.Select(type => type.Name).Order(), Words.Keys.Select(type => type.Name).Order());
    }

    [Fact]
    public async Task Every_refusal_of_the_pool_reaches_the_sender_in_the_words_that_libraries_look_for()
    {
        await using var server = await RpcTestServer.StartAsync();
        var raw = Raw(server.Node.Transfer(0, Bob, 1));
        foreach (var (error, words) in Words.Values)
        {
            server.Node.OnSubmit = _ => error;
            var (code, message) = await server.ErrorAsync("eth_sendRawTransaction", raw);
            Assert.Equal(-32000, code);
            Assert.StartsWith(words, message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_transaction_is_taken_and_answered_with_its_hash()
    {
        await using var server = await RpcTestServer.StartAsync();
        var transaction = server.Node.Transfer(0, Bob, 1);
        Assert.Equal(transaction.Hash.ToString(), await server.TextAsync("eth_sendRawTransaction", Raw(transaction)));
        Assert.StartsWith("already known", (await server.ErrorAsync("eth_sendRawTransaction", Raw(transaction))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("replacement transaction underpriced",
            (await server.ErrorAsync("eth_sendRawTransaction", Raw(server.Node.Transfer(0, Bob, 2, nonce: 0)))).Message,
            StringComparison.Ordinal);
        server.Node.Mine();
        Assert.StartsWith("nonce too low",
            (await server.ErrorAsync("eth_sendRawTransaction", Raw(server.Node.Transfer(0, Bob, 3, nonce: 0)))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("invalid chain id for signer",
            (await server.ErrorAsync("eth_sendRawTransaction", Raw(server.Node.Transfer(0, Bob, 3, chainId: 1)))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("insufficient funds for gas * price + value",
            (await server.ErrorAsync("eth_sendRawTransaction", Raw(server.Node.Transfer(1, Bob, UInt256.One << 200)))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("intrinsic gas too low",
            (await server.ErrorAsync("eth_sendRawTransaction", Raw(server.Node.Transfer(1, Bob, 1, gas: 20_000)))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("this node has no EVM yet",
            (await server.ErrorAsync("eth_sendRawTransaction", Raw(server.Node.Transfer(1, TestNode.Contract, 1)))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_transaction_are_refused_with_the_reason()
    {
        await using var server = await RpcTestServer.StartAsync();
        var valid = server.Node.Transfer(0, Bob, 1);
        var highS = valid.Unsigned.WithSignature(valid.Signature with { S = Secp256k1.Order - valid.Signature.S });
        foreach (var (raw, words) in ((string, string)[])[
            ("\"0x\"", "typed transaction too short"),
            ("\"0x03c0\"", "transaction type not supported"),
            ("\"0x02c0\"", "rlp: "),
            ("\"0xc0\"", "rlp: "),
            (Raw(highS), "invalid sender"),
        ])
        {
            var (code, message) = await server.ErrorAsync("eth_sendRawTransaction", raw);
            Assert.Equal(-32000, code);
            Assert.StartsWith(words, message, StringComparison.Ordinal);
        }

        Assert.Equal(-32602, (await server.ErrorAsync("eth_sendRawTransaction", "\"0x0\"")).Code);
        Assert.Equal(-32602, (await server.ErrorAsync("eth_sendRawTransaction", "\"zz\"")).Code);
        Assert.Equal(-32602, (await server.ErrorAsync("eth_sendRawTransaction")).Code);
    }

    [Fact]
    public async Task A_batch_of_transactions_enters_the_pool_in_order()
    {
        await using var server = await RpcTestServer.StartAsync();
        var transactions = Enumerable.Range(0, 50).Select(i => server.Node.Transfer(0, Bob, 1, nonce: (ulong)i)).ToList();
        var requests =
            transactions.Select((transaction, i) => RpcTestServer.Request("eth_sendRawTransaction", Raw(transaction), id: $"{i}"))
            .Append(RpcTestServer.Request("eth_getTransactionCount", $"\"{TestNode.Rich[0].Address}\",\"pending\"",
                id: "\"last\""));
        var answers = await server.PostAsync($"[{string.Join(',', requests)}]");
        Assert.Equal(51, answers.GetArrayLength());
        for (var i = 0; i < 50; i++)
            Assert.Equal((i, transactions[i].Hash.ToString()),
                (answers[i].GetProperty("id").GetInt32(), answers[i].GetProperty("result").GetString()));
        Assert.Equal("0x32", answers[50].GetProperty("result").GetString());
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (ulong)i),
            server.Node.View.Pool.BySender[TestNode.Rich[0].Address].Items.Values.OrderBy(item => item.Sequence).Select(item =>
                item.Recovered.Transaction.Nonce));
    }

    [Fact]
    public async Task The_pool_is_shown_by_account_executable_and_waiting()
    {
        await using var server = await RpcTestServer.StartAsync();
        var pending = server.Node.Transfer(0, Bob, 1);
        var queued = server.Node.Transfer(0, Bob, 1, nonce: 5);
        server.Node.Send(pending);
        server.Node.Send(queued);
        Assert.Equal("""{"pending":"0x1","queued":"0x1"}""", (await server.CallAsync("txpool_status")).GetRawText());
        var content = await server.CallAsync("txpool_content");
        var address = TestNode.Rich[0].Address.ToString();
        Assert.Equal(pending.Hash.ToString(),
            content.GetProperty("pending").GetProperty(address).GetProperty("0").GetProperty("hash").GetString());
        Assert.Equal(queued.Hash.ToString(),
            content.GetProperty("queued").GetProperty(address).GetProperty("5").GetProperty("hash").GetString());
        var from = await server.CallAsync("txpool_contentFrom", $"\"{address}\"");
        Assert.Equal(queued.Hash.ToString(), from.GetProperty("queued").GetProperty("5").GetProperty("hash").GetString());
        var inspected =
            (await server.CallAsync("txpool_inspect")).GetProperty("pending").GetProperty(address).GetProperty("0").GetString();
        Assert.Equal($"{Bob}: 1 wei + 21000 gas × 11000000000 wei", inspected);
    }

    [Fact]
    public async Task The_pending_count_leaves_out_what_waits_behind_a_gap_until_the_gap_closes()
    {
        await using var server = await RpcTestServer.StartAsync();
        var address = $"\"{TestNode.Rich[0].Address}\"";
        server.Node.Send(server.Node.Transfer(0, Bob, 1, nonce: 1));
        server.Node.Send(server.Node.Transfer(0, Bob, 1, nonce: 2));
        Assert.Equal("0x0", await server.TextAsync("eth_getTransactionCount", $"{address},\"pending\""));
        Assert.Equal("""{"pending":"0x0","queued":"0x2"}""", (await server.CallAsync("txpool_status")).GetRawText());

        server.Node.Send(server.Node.Transfer(0, Bob, 1, nonce: 0));

        Assert.Equal("0x3", await server.TextAsync("eth_getTransactionCount", $"{address},\"pending\""));
        Assert.Equal("""{"pending":"0x3","queued":"0x0"}""", (await server.CallAsync("txpool_status")).GetRawText());
        var content = await server.CallAsync("txpool_content");
        var pending = content.GetProperty("pending").GetProperty(TestNode.Rich[0].Address.ToString());
        Assert.Equal(["0", "1", "2"], pending.EnumerateObject().Select(item => item.Name));
        Assert.Empty(content.GetProperty("queued").EnumerateObject());
    }

    private static string Raw(Transaction transaction) => $"\"{Hex.Encode(transaction.Encoded.Span)}\"";
}
