namespace Chain.Tests.EndToEnd;

/// <summary>Finality on real processes: reached, kept over a stop, and refused where two histories have it.</summary>
public sealed class StakeFinalityTests
{
    [Fact]
    public async Task Validators_finalize_and_a_transfer_becomes_finalized()
    {
        await using var network = await StakeNetwork.UpAsync();
        await StakeNetwork.FinalizedAsync(network, epoch: 2);
        var sent = await Programs.WalletAsync("send", "--from", "dev:0", "--to", StakeNetwork.Alice, "--value", "1.5ether",
            "--yes", "--wait", "finalized", "--timeout", "100s", "--json", "--rpc", network.Url(0));
        var document = sent.Succeeded().Json;
        Assert.Equal("settled", (string?)document["outcome"]);
        Assert.Contains("finalized", document["events"]!.AsArray().Select(happened => (string?)happened!["kind"]));
        var confidence = await TestNetwork.UntilAsync(() =>
            network.CallAsync(3, "chain_getConfidence", (string)document["hash"]!), seen => (bool?)seen?["finalized"] == true,
            "finalized on another node");
        Assert.Equal("pos", (string?)confidence!["rule"]);
        var votes = (await network.CallAsync(1, "chain_attestations", "finalized"))!["attestations"]!.AsArray();
        Assert.NotEmpty(votes);
        Assert.All(votes, vote => Assert.Equal((int)vote!["votes"]!, vote["validators"]!.AsArray().Count));
        Assert.Equal("0x14d1120d7b160000",
            (string?)await network.CallAsync(2, "eth_getBalance", StakeNetwork.Alice, "finalized"));
    }

    [Fact]
    public async Task Nodes_that_see_two_final_histories_keep_the_proof_and_stay_stopped_until_a_person_takes_it_away()
    {
        // Two nodes with eight validators each; three keys of each go to the other, so that both have two thirds while they are
        // apart.
        await using var network =
            await TestNetwork.UpAsync(2, "--consensus", "pos", "--validators", "16", "--slot", "500ms", "--slots-per-epoch", "4");
        await StakeNetwork.FinalizedAsync(network, epoch: 1);
        (await network.TestnetAsync("down")).Succeeded();
        // With a whole history of what they signed, which is what lets both nodes sign with them.
        var keys = new[] { 0, 1 }
            .Select(node => Directory.GetFiles(KeyFolder(network, node)).Order(StringComparer.Ordinal).Take(3).ToList()).ToList();
        foreach (var node in new[] { 0, 1 }) (await HistoryAsync(network, "export", node, node)).Succeeded();
        foreach (var (from, to) in new[] { (0, 1), (1, 0) })
        {
            (await HistoryAsync(network, "import", to, from)).Succeeded();
            foreach (var key in keys[from]) File.Copy(key, Path.Combine(KeyFolder(network, to), Path.GetFileName(key)));
        }

        // Apart, until each has made something final that the other lacks.
        (await network.TestnetAsync("restart", "0")).Succeeded();
        (await network.TestnetAsync("partition", "0|1")).Succeeded();
        (await network.TestnetAsync("restart", "1")).Succeeded();
        foreach (var node in new[] { 0, 1 })
        {
            // A checkpoint may be a block from before; one that is above the node's head here is its own.
            var head = await network.HeightAsync(node);
            await TestNetwork.UntilAsync(
                () => network.CallAsync(node, "chain_status"),
                seen => Convert.ToUInt64((string)seen!["finalized"]!["number"]!, 16) > head,
                $"node {node} finalizes alone");
        }

        (await network.TestnetAsync("heal")).Succeeded();
        foreach (var node in new[] { 0, 1 })
        {
            var halted = await TestNetwork.UntilAsync(() => network.CallAsync(node, "chain_status"),
                status => status?["stake"]?["halted"] is not null, $"node {node} stops");
            Assert.Contains("both made final although they exclude each other", (string)halted!["stake"]!["halted"]!,
                StringComparison.Ordinal);
            var evidence = Path.Combine(network.Folder, $"node{node}", "evidence");
            Assert.True(new FileInfo(Path.Combine(evidence, "finality-conflict.rlp")).Length > 1000);
            Assert.StartsWith("Two histories of this chain were both made final",
                await File.ReadAllTextAsync(Path.Combine(evidence, "finality-conflict.txt")), StringComparison.Ordinal);
        }

        // A restart alone changes nothing: the node answers reads, makes nothing, and says why.
        (await network.TestnetAsync("down")).Succeeded();
        (await network.TestnetAsync("restart", "0")).Succeeded();
        var height = await network.HeightAsync(0);
        var refused = await Programs.WalletAsync("send", "--from", "dev:0", "--to", StakeNetwork.Alice, "--value", "1ether",
            "--yes", "--json", "--rpc", network.Url(0));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("this node serves reads only", refused.Output + refused.Errors, StringComparison.Ordinal);
        Assert.Equal(height, await network.HeightAsync(0));

        (await network.TestnetAsync("down")).Succeeded();
        Directory.Delete(Path.Combine(network.Folder, "node0", "evidence"), recursive: true);
        (await network.TestnetAsync("restart", "0")).Succeeded();
        await TestNetwork.UntilAsync(() => network.HeightAsync(0), seen => seen > height, "node 0 goes on");
    }

    [Fact]
    public async Task A_network_that_was_stopped_finalizes_on()
    {
        await using var network = await StakeNetwork.UpAsync();
        await StakeNetwork.FinalizedAsync(network, epoch: 2);
        (await network.TestnetAsync("down")).Succeeded();
        (await Programs.ChainAsync("testnet", "up", "--dir", network.Folder, "--detach", "--json")).Succeeded();
        var epoch = await TestNetwork.UntilAsync(async () =>
            (long?)(await network.CallAsync(0, "chain_status"))?["stake"]?["epoch"] ?? 0, seen => seen > 0,
            "node 0 knows the epoch");
        await StakeNetwork.FinalizedAsync(network, epoch);
        Assert.Empty(await StakeNetwork.SlashedAsync(network, 0));
    }

    private static Task<Programs.Outcome> HistoryAsync(TestNetwork network, string verb, int node, int of)
    {
        string InNetwork(string name) => Path.Combine(network.Folder, name);
        return Programs.ChainAsync(
            "validator", "history", verb, "--data", InNetwork($"node{node}"), InNetwork($"history{of}.json"));
    }

    private static string KeyFolder(TestNetwork network, int node) => Path.Combine(network.Folder, $"node{node}", "validators");
}
