using Chain.Testnet;

namespace Chain.Tests.EndToEnd;

/// <summary>A node whose store is LiteDB, beside one whose store is SQLite.</summary>
public sealed class LiteDbTests
{
    [Fact]
    public async Task A_node_that_keeps_its_chain_in_LiteDB_answers_as_one_with_SQLite_does_and_goes_on_after_a_restart()
    {
        await using var network = await TestNetwork.UpAsync(1);
        var sent = await Programs.WalletAsync("send", "--from", "dev:0", "--to", "dev:1", "--value", "1ether",
            "--yes", "--wait", "1", "--json", "--rpc", network.Url(0));
        var hash = (string)sent.Succeeded().Json["hash"]!;
        var history = await AskAsync(network.RpcPort, hash);

        for (var start = 0; start < 2; start++)
        {
            var port = TestNetwork.FreePorts(1);
            var node = Programs.ChainAsync("node", "run", "--store", "litedb", "--genesis", network.GenesisFile,
                "--data", Path.Combine(network.Folder, "litedb"), "--peer", network.Describe(0).Enode,
                "--rpc-port", $"{port}", "--p2p-port", $"{port + 50}", "--admin-port", $"{port + 1000}");
            await TestNetwork.UntilAsync(async () => node.IsCompleted ? "the node ended" : await AskAsync(port, hash),
                seen => seen == history,
                "the same history from the other store");
            using var admin = new NodeClient(port + 1000);
            await admin.AskAsync("admin_shutdown", []);
            (await node).Succeeded();
        }
    }

    // Where the transfer is, and what the account did: an index of equal keys, and a range of keys.
    private static async Task<string?> AskAsync(int port, string hash)
    {
        using var client = new NodeClient(port);
        if (await client.TryAskAsync("eth_getTransactionByHash", [hash]) is not { } place) return null;
        var items = await client.TryAskAsync("chain_getAddressHistory", [place.Require("to").Text()]);
        return $"{place.Field("blockHash")?.Text()} {items?.ToJson()}";
    }
}
