using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>Validator keys that are copied to a second node, or whose signing history is lost, on real processes.</summary>
public sealed class StakeKeyTests
{
    [Fact]
    public async Task Keys_copied_to_a_second_node_sign_nothing_there_and_nobody_is_slashed()
    {
        await using var network = await UpAsync();
        await FinalizedAsync(network, epoch: 2);
        (await network.TestnetAsync("kill", "3")).Succeeded();
        foreach (var key in Directory.GetFiles(KeyFolder(network, 2)))
            File.Copy(key, Path.Combine(KeyFolder(network, 3), Path.GetFileName(key)));

        (await network.TestnetAsync("restart", "3")).Succeeded();
        await AlertAsync(network, 3, "key_in_use_elsewhere", "Stop the other copy and restart this node");
        Assert.Equal([8, 9, 10, 11], Silent(await network.CallAsync(3, "chain_status")));
        Assert.Empty(Silent(await network.CallAsync(2, "chain_status")));
        var screen = (await Programs.ChainAsync("testnet", "status", "--dir", network.Folder)).Succeeded().Output;
        Assert.Contains("node 3: key_in_use_elsewhere", screen, StringComparison.Ordinal);
        var list = (await Programs.ChainAsync("validator", "list", "--local", "--rpc", network.Url(3))).Succeeded().Output;
        Assert.Contains("silent", list, StringComparison.Ordinal);
        var log = await File.ReadAllTextAsync(Path.Combine(network.Folder, "node3", "node.log"));
        Assert.Contains("Consensus: 4 validator keys", log, StringComparison.Ordinal);

        var epoch = (long)(await network.CallAsync(3, "chain_checkpoints"))!["epoch"]!;
        await FinalizedAsync(network, epoch + 4);
        await AssertNobodySlashedAsync(network);
    }

    [Fact]
    public async Task A_node_whose_signing_history_is_lost_is_silent_at_first_and_signs_again_without_harm()
    {
        await using var network = await UpAsync();
        await FinalizedAsync(network, epoch: 2);
        await LoseHistoryAsync(network, 2);

        (await network.TestnetAsync("restart", "2")).Succeeded();
        await AlertAsync(network, 2, "signing_paused", "this node has no signing history of the key");
        var restarted = (long)(await network.CallAsync(2, "chain_checkpoints"))!["epoch"]!;
        var begun = await TestNetwork.UntilAsync(
            () => network.CallAsync(2, "chain_status"),
            status => status?["stake"] is not null && Silent(status).Count == 0,
            "node 2 signs again");
        var epoch = (long)begun!["stake"]!["epoch"]!;
        Assert.True(epoch >= restarted + 2, $"silent from epoch {restarted} to {epoch}");
        await VotingAsync(network, 0, validator: 8);
        await AssertNobodySlashedAsync(network);

        // Once begun, the history is there: the next restart costs nothing.
        (await network.TestnetAsync("kill", "2")).Succeeded();
        (await network.TestnetAsync("restart", "2")).Succeeded();
        Assert.Empty(Silent(await StatusAsync(network, 2)));
    }

    [Fact]
    public async Task A_person_who_knows_that_no_other_node_uses_the_keys_begins_a_new_history()
    {
        await using var network = await UpAsync();
        await FinalizedAsync(network, epoch: 2);
        await LoseHistoryAsync(network, 2);

        (await network.TestnetAsync("restart", "2", "--new-signing-history")).Succeeded();
        Assert.Empty(Silent(await StatusAsync(network, 2)));
        await VotingAsync(network, 0, validator: 8);
        await AssertNobodySlashedAsync(network);
    }

    [Fact]
    public async Task A_new_history_on_a_chain_without_validators_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("chain-keys-").FullName;
        try
        {
            var genesis = Path.Combine(folder, "genesis.json");
            (await Programs.ChainAsync("genesis", "new", genesis)).Succeeded();
            string[] ports = ["--rpc-port", "0", "--p2p-port", "0"];
            var refused = await Programs.ChainAsync(
                ["node", "run", "--genesis", genesis, "--data", folder, .. ports, "--new-signing-history"]);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("--new-signing-history means nothing on this chain: its rule is proof of work", refused.Errors,
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<TestNetwork> UpAsync() =>
        TestNetwork.UpAsync(4, "--consensus", "pos", "--validators", "16", "--slot", "500ms", "--slots-per-epoch", "4");

    private static async Task LoseHistoryAsync(TestNetwork network, int node)
    {
        (await network.TestnetAsync("kill", $"{node}")).Succeeded();
        File.Delete(Path.Combine(network.Folder, $"node{node}", "signing-history.db"));
    }

    /// <summary>A node's status, once it knows its stake.</summary>
    private static Task<JsonNode?> StatusAsync(TestNetwork network, int node) => TestNetwork.UntilAsync(
        () => network.CallAsync(node, "chain_status"),
        status => status?["stake"] is not null,
        $"node {node} knows the epoch");

    /// <summary>Waits until every node has finalized this epoch or a later one.</summary>
    private static Task<JsonNode> FinalizedAsync(TestNetwork network, long epoch) => TestNetwork.UntilAsync(
        network.StatusAsync,
        status => status["nodes"]!.AsArray().All(node => (long?)node!["stake"]?["finalized"]!["epoch"] >= epoch),
        $"epoch {epoch} is finalized everywhere");

    private static Task<JsonNode?> AlertAsync(TestNetwork network, int node, string name, string says) => TestNetwork.UntilAsync(
        () => network.CallAsync(node, "chain_status"),
        status => Alerts(status).Any(alert => alert.Name == name && alert.Message!.Contains(says, StringComparison.Ordinal)),
        $"node {node} raises {name}");

    private static Task<JsonNode?> VotingAsync(TestNetwork network, int node, int validator) => TestNetwork.UntilAsync(
        () => network.CallAsync(node, "chain_validators"),
        seen => (bool?)seen?["validators"]![validator]!["previousEpoch"]!["target"] == true,
        $"validator {validator} votes");

    private static async Task AssertNobodySlashedAsync(TestNetwork network)
    {
        for (var node = 0; node < 4; node++)
            Assert.Empty((await network.CallAsync(node, "chain_status"))!["stake"]!["slashed"]!.AsArray());
    }

    private static List<int> Silent(JsonNode? status) => [.. status!["stake"]!["silent"]!.AsArray().Select(index => (int)index!)];

    private static string KeyFolder(TestNetwork network, int node) => Path.Combine(network.Folder, $"node{node}", "validators");

    private static IEnumerable<(string? Name, string? Message)> Alerts(JsonNode? status) =>
        (status?["alerts"]?.AsArray() ?? []).Select(alert => ((string?)alert!["name"], (string?)alert["message"]));
}
