namespace Chain.Tests.EndToEnd;

/// <summary>A transfer that left the wallet and that the node did not take, whatever it says about it.</summary>
public sealed class LyingRefusalTests : IAsyncDisposable
{
    private const string Send = "eth_sendRawTransaction";

    private readonly Victim _victim = new();

    public static TheoryData<string> Quick => SendLies.Quick;

    public ValueTask DisposeAsync() => _victim.DisposeAsync();

    [Theory]
    [MemberData(nameof(Quick))]
    public async Task A_transfer_that_the_node_did_not_take_is_never_called_sent_and_is_named(string lie)
    {
        _victim.Node.Lie(Send, SendLies.Find(lie));
        var sent = await _victim.SendAsync();
        Assert.NotEqual(0, sent.ExitCode);
        Assert.Single(_victim.HandedOver(1, sent));
    }
}
