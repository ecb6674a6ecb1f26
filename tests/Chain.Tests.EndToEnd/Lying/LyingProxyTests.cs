namespace Chain.Tests.EndToEnd;

/// <summary>Lies in front of a real node: what counts is what the recipient got.</summary>
public sealed class LyingProxyTests
{
    [Theory]
    [InlineData("nonce too low")]
    [InlineData("HTTP 502")]
    [InlineData("another hash")]
    public async Task The_recipient_gets_the_amount_once(string lie)
    {
        await using var network = await TestNetwork.UpAsync(1);
        await using var victim = new Victim(new Uri(network.Url(0)));
        victim.Node.AcceptThen("eth_sendRawTransaction", SendLies.Find(lie));
        var sent = await victim.SendAsync();
        var transaction = Assert.Single(victim.HandedOver(1, sent));
        await TestNetwork.UntilAsync(
            () => network.CallAsync(0, "eth_getTransactionReceipt", transaction.Hash.ToString()),
            seen => seen is not null,
            "the transfer is mined");
        Assert.Equal("0xde0b6b3a7640000", (string?)await network.CallAsync(0, "eth_getBalance", Victim.Nobody, "latest"));
        Assert.Equal("0x1", (string?)await network.CallAsync(0, "eth_getTransactionCount", Victim.Payer, "latest"));
    }
}
