using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Tests.EndToEnd;

/// <summary>No figure of a node, and no slip of a person, spends a fortune on fees without being asked.</summary>
public sealed class LyingFeeTests : IAsyncDisposable
{
    private static readonly UInt256 Ether = 1_000_000_000_000_000_000;

    private readonly Victim _victim = new();

    public ValueTask DisposeAsync() => _victim.DisposeAsync();

    [Theory]
    [InlineData("a tip of 0.4 ether a gas")]
    [InlineData("a tip of 60,000 gwei a gas")]
    [InlineData("a base fee of 0.1 ether a gas")]
    [InlineData("a gas price of 0.4 ether on a chain without base fees")]
    [InlineData("an estimate of a thousand million gas")]
    [InlineData("a tip larger than 256 bits can hold")]
    public async Task A_fee_that_the_node_makes_absurd_is_refused(string lie)
    {
        MakeAbsurd(lie);
        _victim.Refused(await _victim.SendAsync());
        _victim.Refused(await _victim.WalletAsync("faucet", Victim.Nobody, "--value", "1ether"));
    }

    [Theory]
    [InlineData("a tip of 0.4 ether a gas")]
    [InlineData("a base fee of 0.1 ether a gas")]
    public async Task A_replacement_is_not_made_at_an_absurd_price(string lie)
    {
        (await _victim.SendAsync()).Succeeded();
        var first = Assert.Single(_victim.Node.Received);
        MakeAbsurd(lie);
        foreach (var command in new[] { "speed-up", "cancel" })
        {
            var replaced = await _victim.WalletAsync(command, first.Hash.ToString(), "--yes");
            Assert.Equal(1, replaced.ExitCode);
            Victim.EndedWell(replaced);
            Assert.Single(_victim.Node.Received);
        }
    }

    [Theory]
    [InlineData("--max-fee", "1ether")]
    [InlineData("--max-fee", "0.5ether", "--priority-fee", "0.4ether")]
    [InlineData("--legacy", "--max-fee", "1ether")]
    [InlineData("--max-fee", "1000gwei", "--gas", "1000000000")]
    public async Task A_price_by_hand_that_costs_a_fortune_is_refused_with_yes(params string[] options) =>
        _victim.Refused(await _victim.SendAsync(options));

    [Fact]
    public async Task A_tip_that_changes_at_each_call_costs_what_was_shown()
    {
        const ulong gwei = 1_000_000_000;
        _victim.Node.Lie("eth_maxPriorityFeePerGas", call => call.Result(Hex.Quantity(gwei * (ulong)(1 + call.Count))));
        var sent = (await _victim.SendAsync("--json")).Succeeded();
        var transaction = Assert.Single(_victim.HandedOver(1, sent));
        Assert.Equal((string)sent.Json["maximumFee"]!, (transaction.MaxFeePerGas * transaction.GasLimit).ToString());
        Assert.True(transaction.MaxFeePerGas * transaction.GasLimit < Ether / 100);
    }

    [Theory]
    [InlineData("a base fee of 0.1 ether a gas")]
    [InlineData("an estimate of a thousand million gas")]
    [InlineData("an estimate larger than 64 bits")]
    public async Task A_deposit_is_not_made_at_an_absurd_price(string lie)
    {
        MakeAbsurd(lie);
        _victim.Refused(await _victim.DepositAsync("--no-wait"));
    }

    private void MakeAbsurd(string lie)
    {
        switch (lie)
        {
            case "a tip of 0.4 ether a gas":
                _victim.Node.Lie("eth_maxPriorityFeePerGas", call => call.Result((Ether / 10 * 4).ToQuantity()));
                break;
            case "a tip of 60,000 gwei a gas":
                // 1.26 ether for a plain transfer.
                _victim.Node.Lie("eth_maxPriorityFeePerGas", call => call.Result(((UInt256)60_000 * 1_000_000_000).ToQuantity()));
                break;
            case "a base fee of 0.1 ether a gas":
                _victim.Node.Honest.BaseFee = Ether / 10;
                break;
            case "a gas price of 0.4 ether on a chain without base fees":
                var header = new JsonObject { ["number"] = "0x64", ["hash"] = StubNode.HashOf(100).ToString() };
                _victim.Node.Lie("eth_getBlockByNumber", call => call.Result(header.DeepClone()));
                _victim.Node.Lie("eth_gasPrice", call => call.Result((Ether / 10 * 4).ToQuantity()));
                break;
            case "an estimate of a thousand million gas":
                _victim.Node.Lie("eth_estimateGas", call => call.Result("0x3b9aca00"));
                break;
            case "a tip larger than 256 bits can hold":
                _victim.Node.Lie("eth_maxPriorityFeePerGas", call => call.Result("0x" + new string('f', 64)));
                break;
            case "an estimate larger than 64 bits":
                _victim.Node.Lie("eth_estimateGas", call => call.Result("0x" + new string('f', 64)));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(lie), lie, "No such lie.");
        }
    }
}
