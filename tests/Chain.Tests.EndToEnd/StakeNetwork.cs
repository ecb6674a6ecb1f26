using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>Networks of proof of stake: half-second slots, four to an epoch.</summary>
internal static class StakeNetwork
{
    public const string Alice = "0x1111111111111111111111111111111111111111";

    public static Task<TestNetwork> UpAsync(params string[] more) =>
        TestNetwork.UpAsync(4,
            ["--consensus", "pos", "--validators", "16", "--slot", "500ms", "--slots-per-epoch", "4", .. more]);

    /// <summary>Waits until every node has finalized this epoch or a later one.</summary>
    public static Task<JsonNode> FinalizedAsync(TestNetwork network, long epoch) => TestNetwork.UntilAsync(
        network.StatusAsync,
        status => status["nodes"]!.AsArray().All(node => (long?)node!["stake"]?["finalized"]!["epoch"] >= epoch),
        $"epoch {epoch} is finalized everywhere");

    public static async Task<List<int>> SlashedAsync(TestNetwork network, int node) =>
        [.. ((await network.CallAsync(node, "chain_status"))?["stake"]?["slashed"]?.AsArray() ?? []).Select(index =>
            (int)index!)];
}
