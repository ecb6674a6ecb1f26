using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>Networks that cannot finalize for a while.</summary>
public sealed class StakeStallTests
{
    [Fact]
    public async Task A_network_cut_in_halves_stops_finalizing_and_heals_to_one_chain()
    {
        await using var network = await StakeNetwork.UpAsync();
        await StakeNetwork.FinalizedAsync(network, epoch: 2);
        (await network.TestnetAsync("partition", "0,1|2,3")).Succeeded();
        foreach (var node in new[] { 0, 2 })
        {
            await TestNetwork.UntilAsync(() => network.CallAsync(node, "chain_status"),
                status => Alerts(status).Contains("finality_stalled"), $"node {node} says that finality stopped");
        }

        (await network.TestnetAsync("heal")).Succeeded();
        var healed = (long)(await network.CallAsync(0, "chain_checkpoints"))!["epoch"]!;
        await StakeNetwork.FinalizedAsync(network, healed);
        await network.ConvergedAsync();
        var finalized = (string)(await network.CallAsync(0, "eth_getBlockByNumber", "finalized", false))!["number"]!;
        var hashes = new HashSet<string?>();
        for (var node = 0; node < 4; node++)
            hashes.Add((string?)(await network.CallAsync(node, "eth_getBlockByNumber", finalized, false))!["hash"]);
        Assert.Single(hashes);
    }

    [Fact]
    public async Task Six_of_sixteen_that_are_away_stop_finality_until_enough_of_their_stake_has_leaked()
    {
        // Forty epochs or so, of one second each.
        await using var network = await TestNetwork.UpAsync(4, "--consensus", "pos", "--validators", "16", "--slot", "250ms",
            "--slots-per-epoch", "4", "--behave", "v0-v5=offline");
        await TestNetwork.UntilAsync(() => network.CallAsync(3, "chain_status"),
            status => Alerts(status).Contains("finality_stalled"), "node 3 says that finality stopped");
        await TestNetwork.UntilAsync(() => network.CallAsync(3, "chain_checkpoints"),
            seen => (long?)seen?["finalized"]?["epoch"] > 0, "finality is back", seconds: 300);
        var validators = (await network.CallAsync(3, "chain_validators"))!["validators"]!.AsArray();
        Assert.All(validators.Take(6), away => Assert.True((long)away!["balanceGwei"]! < 28_000_000_000));
        Assert.All(validators.Skip(6), present => Assert.True((long)present!["balanceGwei"]! > 31_000_000_000));
        Assert.Empty(await StakeNetwork.SlashedAsync(network, 3));
    }

    private static IEnumerable<string?> Alerts(JsonNode? status) =>
        (status?["alerts"]?.AsArray() ?? []).Select(alert => (string?)alert!["name"]);
}
