namespace Chain.Tests.EndToEnd;

/// <summary>The first minute of README: the programs by `dotnet run`, whichever the other tests run.</summary>
public sealed class FromSourcesTests
{
    [Fact]
    public async Task Programs_run_from_their_sources_start_a_network_and_send_on_it()
    {
        var folder = Directory.CreateTempSubdirectory("chain-sources-").FullName;
        var port = TestNetwork.FreePorts(2);
        try
        {
            var up = await ChainAsync("up", "--nodes", "2", "--rpc-port", $"{port}", "--p2p-port", $"{port + 50}", "--detach");
            Assert.Equal(2, up.Succeeded().Json["nodes"]!.AsArray().Count);
            var sent = await Programs.DotnetRunAsync("wallet/Chain.Wallet", "send", "--from", "dev:0", "--to", "dev:1",
                "--value", "1ether", "--yes", "--wait", "1", "--json", "--rpc", $"http://127.0.0.1:{port + 1}");
            Assert.NotNull(sent.Succeeded().Json["hash"]);
        }
        finally
        {
            (await ChainAsync("down")).Succeeded();
            Directory.Delete(folder, recursive: true);
        }

        Task<Programs.Outcome> ChainAsync(string verb, params string[] more) =>
            Programs.DotnetRunAsync("node/Chain.Cli", ["testnet", verb, "--dir", folder, "--json", .. more]);
    }
}
