using System.Text;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Tests.EndToEnd;

/// <summary>One command of the wallet makes at most one payment, whatever the node says about it.</summary>
public sealed class LyingSendTests : IAsyncDisposable
{
    private const string Send = "eth_sendRawTransaction";

    private readonly Victim _victim = new();

    public static TheoryData<string> Quick => SendLies.Quick;

    public static TheoryData<string> Slow => SendLies.Slow;

    public ValueTask DisposeAsync() => _victim.DisposeAsync();

    [Theory]
    [MemberData(nameof(Quick))]
    [MemberData(nameof(Slow))]
    public async Task A_transfer_that_the_node_took_and_lied_about_leaves_once_and_is_named(string lie)
    {
        _victim.Node.AcceptThen(Send, SendLies.Find(lie));
        var sent = await _victim.SendAsync("--rpc-timeout", "1500ms");
        Assert.Single(_victim.HandedOver(1, sent));
    }

    [Theory]
    [InlineData("HTTP 502")]
    [InlineData("hangs up")]
    [InlineData("nonce too low")]
    [InlineData("another hash")]
    public async Task A_repeat_after_a_lie_pays_no_second_time_without_the_persons_word(string lie)
    {
        // The transfer waits in a pool that this node denies: looking for it finds nothing.
        _victim.Node.AcceptThen(Send, SendLies.Find(lie));
        _victim.Node.Lie("eth_getTransactionByHash", call => call.Result(null));
        _victim.Node.Lie("eth_getTransactionCount", call => call.Result("0x0"));
        var first = await _victim.SendAsync();
        var again = await _victim.SendAsync();
        Assert.Single(_victim.HandedOver(1, first, again));
    }

    [Theory]
    [InlineData("hangs up", "0x0")]
    [InlineData("nonce too low", "0x0")]
    [InlineData("nonce too low", "0x1")]
    public async Task A_repeat_after_the_transfer_was_mined_and_denied_pays_no_second_time(string lie, string nonceAtFirst)
    {
        // As a node does that keeps no index of transactions: the nonce is used, and by which transaction it does not know.
        _victim.Node.AcceptThen(Send, SendLies.Find(lie));
        _victim.Node.Lie("eth_getTransactionByHash", call => call.Result(null));
        _victim.Node.Lie("eth_getTransactionCount", call => call.Result(_victim.Node.Received.Count == 0 ? "0x0" : nonceAtFirst));
        var first = await _victim.SendAsync();
        _victim.Node.Lie("eth_getTransactionCount", call => call.Result("0x1"));
        var again = await _victim.SendAsync();
        Assert.Single(_victim.HandedOver(1, first, again));
    }

    [Theory]
    [InlineData("hangs up")]
    [InlineData("HTTP 502")]
    [InlineData("another hash")]
    public async Task A_node_that_names_another_genesis_block_does_not_make_the_wallet_forget_what_it_signed(string lie)
    {
        // Both transfers would be valid on the chain: a signature names the chain's id alone.
        _victim.Node.AcceptThen(Send, SendLies.Find(lie));
        _victim.Node.Lie("eth_getTransactionByHash", call => call.Result(null));
        var first = await _victim.SendAsync();
        _victim.Node.Lie("eth_getBlockByNumber", call => call.Result(new JsonObject
        {
            ["number"] = "0x64",
            ["hash"] = StubNode.HashOf(666).ToString(),
            ["baseFeePerGas"] = "0x3b9aca00",
        }));
        _victim.Node.Lie("eth_getTransactionCount", call => call.Result("0x1"));
        var again = await _victim.SendAsync();
        Assert.Single(_victim.HandedOver(1, first, again));
    }

    [Theory]
    [InlineData("nonce too low")]
    [InlineData("hangs up")]
    [InlineData("already known")]
    [InlineData("null")]
    public async Task The_faucet_pays_once(string lie)
    {
        _victim.Node.AcceptThen(Send, SendLies.Find(lie));
        Assert.Single(_victim.HandedOver(1, await _victim.WalletAsync("faucet", Victim.Nobody)));
    }

    [Theory]
    [InlineData("speed-up", "nonce too low")]
    [InlineData("speed-up", "hangs up")]
    [InlineData("speed-up", "replacement underpriced")]
    [InlineData("cancel", "nonce too low")]
    [InlineData("cancel", "HTTP 502")]
    [InlineData("cancel", "already known")]
    public async Task A_replacement_is_signed_once_and_keeps_the_nonce(string command, string lie)
    {
        var sent = (await _victim.SendAsync()).Succeeded();
        var first = Assert.Single(_victim.Node.Received);
        _victim.Node.AcceptThen(Send, SendLies.Find(lie));
        var replaced = await _victim.WalletAsync(command, first.Hash.ToString(), "--yes");
        var received = _victim.HandedOver(2, sent, replaced);
        Assert.Equal(2, received.Count);
        Assert.Equal(first.Nonce, received[1].Nonce);
    }

    [Theory]
    [InlineData("changes at each call")]
    [InlineData("is far ahead")]
    [InlineData("is behind")]
    [InlineData("is the highest there is")]
    [InlineData("has no 64 bits")]
    public async Task Whatever_the_node_says_about_nonces_a_transfer_leaves_at_most_once(string nonce)
    {
        _victim.Node.AcceptThen(Send, SendLies.Find("nonce too low"));
        _victim.Node.Lie("eth_getTransactionCount", call => call.Result(nonce switch
        {
            "changes at each call" => Hex.Quantity((ulong)(call.Count * 3)),
            "is far ahead" => Hex.Quantity(1UL << 50),
            "is behind" => "0x0",
            "is the highest there is" => Hex.Quantity(ulong.MaxValue),
            _ => "0x" + new string('f', 64),
        }));
        _victim.HandedOver(1, await _victim.SendAsync());
    }

    [Theory]
    [InlineData("0x8000000000")]
    [InlineData("0x100000")]
    public async Task All_is_not_sent_past_transfers_that_the_node_makes_up(string pending)
    {
        _victim.Node.Lie("eth_getTransactionCount", call =>
            call.Result((string?)call.Parameters[1] == "pending" ? pending : "0x0"));
        _victim.Refused(await _victim.WalletAsync("send", "--from", "dev:0", "--to", Victim.Nobody, "--value", "all", "--yes"));
    }

    [Theory]
    [InlineData("0xde0b6b3a7640000000000000000000000000000000000000000000000000000")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("-1")]
    public async Task An_absurd_balance_makes_no_crash_and_no_second_transfer(string balance)
    {
        _victim.Node.Lie("eth_getBalance", call => call.Result(balance));
        _victim.HandedOver(1, await _victim.SendAsync());
        _victim.Node.Lie(Send, SendLies.Find("insufficient funds"));
        var all = await _victim.WalletAsync("send", "--from", "dev:0", "--to", Victim.Nobody, "--value", "all", "--yes");
        Victim.EndedWell(all);
    }

    [Fact]
    public async Task A_chain_id_that_changes_between_calls_never_makes_a_signature_for_another_chain()
    {
        // The key of a development account is public: on a chain that matters, what it signs is anybody's.
        _victim.Node.Lie("eth_chainId", call => call.Result(call.Count == 0 ? "0x7a69" : "0x1"));
        var sent = await _victim.SendAsync();
        Assert.All(_victim.HandedOver(1, sent), transaction => Assert.Equal(31337UL, transaction.ChainId));
    }

    [Theory]
    [InlineData("confirmations go backwards")]
    [InlineData("a receipt for a transaction that no block has")]
    [InlineData("the block changes at each look")]
    public async Task Following_a_transfer_past_lies_ends_when_the_time_is_up(string lie)
    {
        var isUnknown = lie.StartsWith("a receipt", StringComparison.Ordinal);
        var goesBack = lie.StartsWith("confirmations", StringComparison.Ordinal);
        var receipt = new JsonObject { ["status"] = "0x1", ["blockNumber"] = "0x64" };
        _victim.Node.Lie("eth_getTransactionByHash",
            async call => isUnknown ? call.Result(null) : await PlaceAsync(call, goesBack));
        _victim.Node.Lie("eth_getTransactionReceipt", call => call.Result(receipt.DeepClone()));
        _victim.Node.Lie("eth_blockNumber",
            call => call.Result(Hex.Quantity((ulong)(goesBack ? 200 - Math.Min(call.Count, 100) : 200))));
        var sent = await _victim.SendAsync("--wait", "99", "--timeout", "2s");
        _victim.HandedOver(1, sent);
        Assert.NotEqual(0, sent.ExitCode);
    }

    // In a block, which is another at each look unless only the head moves.
    private static async Task<Reply> PlaceAsync(LyingCall call, bool isFixed)
    {
        var honest = Encoding.UTF8.GetString((await call.HonestAsync()).Bytes);
        if (JsonNode.Parse(honest[honest.IndexOf('{', StringComparison.Ordinal)..])!["result"] is not JsonObject found)
            return call.Result(null);
        var block = isFixed ? 150UL : 150 + (ulong)(call.Count % 3);
        found["blockNumber"] = Hex.Quantity(block);
        found["blockHash"] = StubNode.HashOf(block).ToString();
        return call.Result(found.DeepClone());
    }
}
