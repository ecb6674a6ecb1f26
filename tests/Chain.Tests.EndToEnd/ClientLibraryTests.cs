namespace Chain.Tests.EndToEnd;

/// <summary>The client libraries that people use work against a real node without special cases.</summary>
public sealed class ClientLibraryTests(ClientLibraryTests.OneNode network) : IClassFixture<ClientLibraryTests.OneNode>
{
    private const string Folder = "ClientLibraries";

    [NodeTheory(Folder)]
    [InlineData("ethers")]
    [InlineData("viem")]
    [InlineData("web3")]
    [InlineData("cast")]
    public async Task A_library_sends_waits_queries_subscribes_and_verifies_a_proof(string library)
    {
        var outcome = (await NodePackages.RunAsync(Folder, $"{library}.mjs", network.Url)).Succeeded();
        Assert.Contains("ok a proof verifies", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("ok subscriptions", outcome.Output, StringComparison.Ordinal);
    }

    /// <summary>One node that mines, for all of them; started only where they can run.</summary>
    public sealed class OneNode : IAsyncLifetime
    {
        private TestNetwork? _network;

        internal string Url => _network!.Url(0);

        public async ValueTask InitializeAsync()
        {
            if (NodePackages.SkipReason(Folder) is not null) return;
            _network = await TestNetwork.UpAsync(1);
            await _network.ConvergedAsync(height: 1);
        }

        public async ValueTask DisposeAsync()
        {
            if (_network is not null) await _network.DisposeAsync();
        }
    }
}
