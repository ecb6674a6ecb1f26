using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>What proof of stake promises, on real processes: half-second slots, four to an epoch.</summary>
[Collection("processes")]
public sealed class StakeTests
{
    private const string Alice = "0x1111111111111111111111111111111111111111";

    [Fact]
    public async Task Validators_finalize_and_a_transfer_becomes_finalized()
    {
        await using var network = await UpAsync();
        await FinalizedAsync(network, epoch: 2);
        var sent = await Programs.WalletAsync("send", "--from", "dev:0", "--to", Alice, "--value", "1.5ether", "--yes", "--wait", "finalized", "--timeout", "100s", "--json", "--rpc", network.Url(0));
        var document = sent.Succeeded().Json;
        Assert.Equal("settled", (string?)document["outcome"]);
        Assert.Contains("finalized", document["events"]!.AsArray().Select(happened => (string?)happened!["kind"]));
        var confidence = await TestNetwork.UntilAsync(() => network.CallAsync(3, "chain_getConfidence", (string)document["hash"]!), seen => (bool?)seen?["finalized"] == true, "finalized on another node");
        Assert.Equal("pos", (string?)confidence!["rule"]);
        var votes = (await network.CallAsync(1, "chain_attestations", "finalized"))!["attestations"]!.AsArray();
        Assert.NotEmpty(votes);
        Assert.All(votes, vote => Assert.Equal((int)vote!["votes"]!, vote["validators"]!.AsArray().Count));
        Assert.Equal("0x14d1120d7b160000", (string?)await network.CallAsync(2, "eth_getBalance", Alice, "finalized"));
    }

    [Fact]
    public async Task The_nodes_of_a_new_network_wait_for_its_genesis_and_say_so()
    {
        await using var network = await UpAsync("--genesis-delay", "60s");

        var status = await network.StatusAsync();
        Assert.InRange((long)status["genesisInMs"]!, 1, 61_000);
        Assert.All(status["nodes"]!.AsArray(), node => Assert.Equal((0, 0), ((long)node!["head"]!["number"]!, (long)node["stake"]!["slot"]!)));
        var screen = (await Programs.ChainAsync("testnet", "status", "--dir", network.Folder)).Succeeded().Output;
        Assert.Contains("genesis in ", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_signs_two_conflicting_messages_is_slashed_on_every_node_and_nobody_else()
    {
        await using var network = await UpAsync("--behave", "v2=equivocate", "--behave", "v7=double-vote", "--behave", "v9=surround");
        foreach (var node in new[] { 0, 1, 2, 3 })
        {
            var slashed = await TestNetwork.UntilAsync(() => SlashedAsync(network, node), seen => seen.Count >= 3, $"node {node} knows three slashed validators");
            Assert.Equal([2, 7, 9], slashed);
        }

        var validators = (await network.CallAsync(0, "chain_validators"))!["validators"]!.AsArray();
        foreach (var index in new[] { 2, 7, 9 })
        {
            Assert.NotNull(validators[index]!["exitEpoch"]);
            Assert.True((long)validators[index]!["balanceGwei"]! < 32_000_000_000);
        }

        // Finality goes on without them.
        await FinalizedAsync(network, epoch: (long)(await network.CallAsync(0, "chain_checkpoints"))!["epoch"]!);
    }

    [Fact]
    public async Task A_subscriber_hears_over_WebSocket_what_is_justified_finalized_found_out_and_slashed()
    {
        await using var network = await UpAsync("--genesis-delay", "8s", "--behave", "v2=double-vote");
        using var socket = new ClientWebSocket();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{network.RpcPort}"), patience.Token);
        await socket.SendAsync("""{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["chainConsensus"]}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        var subscription = (string?)(await HearAsync(socket, patience.Token))["result"];
        Assert.NotNull(subscription);

        var heard = new Dictionary<string, JsonNode>();
        while (new[] { "proposed", "justified", "finalized", "offence", "slashed" }.Any(kind => !heard.ContainsKey(kind)))
        {
            var said = (await HearAsync(socket, patience.Token))["params"]!;
            Assert.Equal(subscription, (string?)said["subscription"]);
            Assert.NotEmpty((string)said["result"]!["message"]!);
            heard.TryAdd((string)said["result"]!["kind"]!, said["result"]!);
        }

        Assert.Equal((2, 2), ((int)heard["offence"]["validator"]!, (int)heard["slashed"]["validator"]!));
        Assert.True((long)heard["justified"]["epoch"]! >= 1);
        Assert.InRange((int)heard["proposed"]["validator"]!, 0, 3);
        var finalized = await network.CallAsync(0, "eth_getBlockByNumber", (string)heard["finalized"]["blockNumber"]!, false);
        Assert.Equal((string?)finalized!["hash"], (string?)heard["finalized"]["blockHash"]);
    }

    [Fact]
    public async Task Nodes_that_see_two_final_histories_keep_the_proof_and_stay_stopped_until_a_person_takes_it_away()
    {
        // Two nodes with eight validators each; three keys of each go to the other, so that both have two thirds while they are apart.
        await using var network = await TestNetwork.UpAsync(2, "--consensus", "pos", "--validators", "16", "--slot", "500ms", "--slots-per-epoch", "4");
        await FinalizedAsync(network, epoch: 1);
        (await network.TestnetAsync("down")).Succeeded();
        // With a whole history of what they signed, which is what lets both nodes sign with them.
        var keys = new[] { 0, 1 }.Select(node => Directory.GetFiles(KeyFolder(network, node)).Order(StringComparer.Ordinal).Take(3).ToList()).ToList();
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
            var halted = await TestNetwork.UntilAsync(() => network.CallAsync(node, "chain_status"), status => status?["stake"]?["halted"] is not null, $"node {node} stops");
            Assert.Contains("both made final although they exclude each other", (string)halted!["stake"]!["halted"]!, StringComparison.Ordinal);
            var evidence = Path.Combine(network.Folder, $"node{node}", "evidence");
            Assert.True(new FileInfo(Path.Combine(evidence, "finality-conflict.rlp")).Length > 1000);
            Assert.StartsWith("Two histories of this chain were both made final", await File.ReadAllTextAsync(Path.Combine(evidence, "finality-conflict.txt")), StringComparison.Ordinal);
        }

        // A restart alone changes nothing: the node answers reads, makes nothing, and says why.
        (await network.TestnetAsync("down")).Succeeded();
        (await network.TestnetAsync("restart", "0")).Succeeded();
        var height = await network.HeightAsync(0);
        var refused = await Programs.WalletAsync("send", "--from", "dev:0", "--to", Alice, "--value", "1ether", "--yes", "--json", "--rpc", network.Url(0));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("this node serves reads only", refused.Output + refused.Errors, StringComparison.Ordinal);
        Assert.Equal(height, await network.HeightAsync(0));

        (await network.TestnetAsync("down")).Succeeded();
        Directory.Delete(Path.Combine(network.Folder, "node0", "evidence"), recursive: true);
        (await network.TestnetAsync("restart", "0")).Succeeded();
        await TestNetwork.UntilAsync(() => network.HeightAsync(0), seen => seen > height, "node 0 goes on");
    }

    [Fact]
    public async Task A_network_cut_in_halves_stops_finalizing_and_heals_to_one_chain()
    {
        await using var network = await UpAsync();
        await FinalizedAsync(network, epoch: 2);
        (await network.TestnetAsync("partition", "0,1|2,3")).Succeeded();
        foreach (var node in new[] { 0, 2 })
        {
            await TestNetwork.UntilAsync(() => network.CallAsync(node, "chain_status"), status => Alerts(status).Contains("finality_stalled"), $"node {node} says that finality stopped");
        }

        (await network.TestnetAsync("heal")).Succeeded();
        var healed = (long)(await network.CallAsync(0, "chain_checkpoints"))!["epoch"]!;
        await FinalizedAsync(network, healed);
        await network.ConvergedAsync();
        var finalized = (string)(await network.CallAsync(0, "eth_getBlockByNumber", "finalized", false))!["number"]!;
        var hashes = new HashSet<string?>();
        for (var node = 0; node < 4; node++) hashes.Add((string?)(await network.CallAsync(node, "eth_getBlockByNumber", finalized, false))!["hash"]);
        Assert.Single(hashes);
    }

    [Fact]
    public async Task Six_of_sixteen_that_are_away_stop_finality_until_enough_of_their_stake_has_leaked()
    {
        // Forty epochs or so, of one second each.
        await using var network = await TestNetwork.UpAsync(4, "--consensus", "pos", "--validators", "16", "--slot", "250ms", "--slots-per-epoch", "4", "--behave", "v0-v5=offline");
        await TestNetwork.UntilAsync(() => network.CallAsync(3, "chain_status"), status => Alerts(status).Contains("finality_stalled"), "node 3 says that finality stopped");
        await TestNetwork.UntilAsync(() => network.CallAsync(3, "chain_checkpoints"), seen => (long?)seen?["finalized"]?["epoch"] > 0, "finality is back", seconds: 300);
        var validators = (await network.CallAsync(3, "chain_validators"))!["validators"]!.AsArray();
        Assert.All(validators.Take(6), away => Assert.True((long)away!["balanceGwei"]! < 28_000_000_000));
        Assert.All(validators.Skip(6), present => Assert.True((long)present!["balanceGwei"]! > 31_000_000_000));
        Assert.Empty(await SlashedAsync(network, 3));
    }

    [Fact]
    public async Task A_network_that_was_stopped_finalizes_on()
    {
        await using var network = await UpAsync();
        await FinalizedAsync(network, epoch: 2);
        (await network.TestnetAsync("down")).Succeeded();
        (await Programs.ChainAsync("testnet", "up", "--dir", network.Folder, "--detach", "--json")).Succeeded();
        var epoch = await TestNetwork.UntilAsync(async () => (long?)(await network.CallAsync(0, "chain_status"))?["stake"]?["epoch"] ?? 0, seen => seen > 0, "node 0 knows the epoch");
        await FinalizedAsync(network, epoch);
        Assert.Empty(await SlashedAsync(network, 0));
    }

    [Fact]
    public async Task One_validator_joins_by_a_deposit_and_another_leaves()
    {
        await using var network = await UpAsync();
        await FinalizedAsync(network, epoch: 4);
        string[] At(int node) => ["--data", Path.Combine(network.Folder, $"node{node}"), "--rpc", network.Url(node), "--yes", "--json"];
        var deposit = (await Programs.ChainAsync(["validator", "deposit", "--new", "--withdrawal", Alice, "--from", "dev:3", .. At(0)])).Succeeded().Json;
        Assert.Equal("included", (string?)deposit["outcome"]);
        Assert.True((ulong)deposit["blockNumber"]! > 0);
        var joined = await TestNetwork.UntilAsync(() => ValidatorAsync(network, 3, 16), seen => seen is not null, "the new validator is known on another node");
        Assert.Equal((string?)deposit["publicKey"], (string?)joined!["publicKey"]);
        Assert.Equal(Alice, (string?)joined["withdrawalAddress"]);

        (await Programs.ChainAsync(["validator", "exit", "5", .. At(1)])).Succeeded();
        var leaving = await TestNetwork.UntilAsync(() => ValidatorAsync(network, 1, 5), seen => seen?["exitEpoch"] is not null, "validator 5 leaves");
        Assert.False((bool)leaving!["slashed"]!);
        var again = await Programs.ChainAsync(["validator", "exit", "5", .. At(1)]);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains($"leaves in epoch {leaving["exitEpoch"]} already", again.Errors, StringComparison.Ordinal);
    }

    [NodeTheory("ClientLibraries")]
    [InlineData("deposit.mjs")]
    public async Task Client_libraries_deposit_and_say_why_the_contract_refuses(string script)
    {
        await using var network = await UpAsync();
        await FinalizedAsync(network, epoch: 1);
        var outcome = (await NodePackages.RunAsync("ClientLibraries", script, network.Url(0))).Succeeded();
        Assert.Contains("ok a deposit makes a validator", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_with_its_sidecars_goes_from_one_store_to_another_as_a_file()
    {
        await using var network = await UpAsync();
        await FinalizedAsync(network, epoch: 2);
        var (file, data) = (Path.Combine(network.Folder, "chain.rlp"), Path.Combine(network.Folder, "copy"));
        Directory.CreateDirectory(data);
        var exported = (await Programs.ChainAsync("node", "export", "--data", Path.Combine(network.Folder, "node1"), file, "--json")).Succeeded().Json;
        var imported = (await Programs.ChainAsync("node", "import", "--data", data, "--genesis", network.GenesisFile, file, "--json")).Succeeded().Json;
        Assert.Equal((long)exported["last"]!, (long)imported["head"]!);
        Assert.True((long)imported["head"]! > 0);
    }

    [Fact]
    public async Task Fewer_validators_than_slots_are_refused()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"chain-e2e-{Environment.ProcessId}-{Guid.NewGuid():n}");
        var refused = await Programs.ChainAsync("testnet", "up", "--consensus", "pos", "--validators", "7", "--dir", folder, "--detach");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("7 validators are too few for 8 slots an epoch", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private static Task<TestNetwork> UpAsync(params string[] more) =>
        TestNetwork.UpAsync(4, ["--consensus", "pos", "--validators", "16", "--slot", "500ms", "--slots-per-epoch", "4", .. more]);

    /// <summary>Waits until every node has finalized this epoch or a later one.</summary>
    private static Task<JsonNode> FinalizedAsync(TestNetwork network, long epoch) => TestNetwork.UntilAsync(
        network.StatusAsync,
        status => status["nodes"]!.AsArray().All(node => (long?)node!["stake"]?["finalized"]!["epoch"] >= epoch),
        $"epoch {epoch} is finalized everywhere");

    private static async Task<JsonNode?> ValidatorAsync(TestNetwork network, int node, int index)
    {
        var validators = (await network.CallAsync(node, "chain_validators"))!["validators"]!.AsArray();
        return index < validators.Count ? validators[index] : null;
    }

    private static async Task<List<int>> SlashedAsync(TestNetwork network, int node) =>
        [.. ((await network.CallAsync(node, "chain_status"))?["stake"]?["slashed"]?.AsArray() ?? []).Select(index => (int)index!)];

    private static Task<Programs.Outcome> HistoryAsync(TestNetwork network, string verb, int node, int of)
    {
        string InNetwork(string name) => Path.Combine(network.Folder, name);
        return Programs.ChainAsync(
            "validator", "history", verb, "--data", InNetwork($"node{node}"), InNetwork($"history{of}.json"));
    }

    private static string KeyFolder(TestNetwork network, int node) => Path.Combine(network.Folder, $"node{node}", "validators");

    private static async Task<JsonNode> HearAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, cancellation);
            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return JsonNode.Parse(text.ToArray())!;
        }
    }

    private static IEnumerable<string?> Alerts(JsonNode? status) => (status?["alerts"]?.AsArray() ?? []).Select(alert => (string?)alert!["name"]);
}
