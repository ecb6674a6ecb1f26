namespace Chain.Tests.EndToEnd;

/// <summary>A devp2p library that shares no code with us connects to a real node and gets from it what it should.</summary>
public sealed class DevP2pTests
{
    private const string Folder = "DevP2p";

    private static readonly string[] Steps =
    [
        "handshake, hello and status",
        "transactions are taken",
        "transactions are announced and handed out",
        "headers by number, by hash, backwards and with gaps",
        "bodies",
        "receipts",
        "a new block arrives whole",
        "what it does not have is answered with nothing",
        "another genesis is refused as a subprotocol matter",
        "the node dials",
    ];

    [NodeTheory(Folder)]
    [InlineData("exchange.mjs")]
    public async Task An_outside_library_shakes_hands_reads_the_chain_trades_transactions_and_hears_of_a_new_block(string script)
    {
        await using var network = await TestNetwork.UpAsync(1);
        var node = network.Describe(0);
        var outcome = (await NodePackages.RunAsync(Folder, script, node.Enode, network.Url(0),
            $"http://127.0.0.1:{node.AdminPort}", network.GenesisFile)).Succeeded();
        Assert.Equal(Steps.Select(step => $"ok {step}"), outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
