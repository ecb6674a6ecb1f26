using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>What proof of stake promises beside finality, on real processes.</summary>
public sealed class StakeTests
{
    [Fact]
    public async Task The_nodes_of_a_new_network_wait_for_its_genesis_and_say_so()
    {
        await using var network = await StakeNetwork.UpAsync("--genesis-delay", "60s");

        var status = await network.StatusAsync();
        Assert.InRange((long)status["genesisInMs"]!, 1, 61_000);
        Assert.All(status["nodes"]!.AsArray(),
            node => Assert.Equal((0, 0), ((long)node!["head"]!["number"]!, (long)node["stake"]!["slot"]!)));
        var screen = (await Programs.ChainAsync("testnet", "status", "--dir", network.Folder)).Succeeded().Output;
        Assert.Contains("genesis in ", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_signs_two_conflicting_messages_is_slashed_on_every_node_and_nobody_else()
    {
        await using var network =
            await StakeNetwork.UpAsync("--behave", "v2=equivocate", "--behave", "v7=double-vote", "--behave", "v9=surround");
        foreach (var node in new[] { 0, 1, 2, 3 })
        {
            var slashed = await TestNetwork.UntilAsync(() => StakeNetwork.SlashedAsync(network, node), seen => seen.Count >= 3,
                $"node {node} knows three slashed validators");
            Assert.Equal([2, 7, 9], slashed);
        }

        var validators = (await network.CallAsync(0, "chain_validators"))!["validators"]!.AsArray();
        foreach (var index in new[] { 2, 7, 9 })
        {
            Assert.NotNull(validators[index]!["exitEpoch"]);
            Assert.True((long)validators[index]!["balanceGwei"]! < 32_000_000_000);
        }

        // Finality goes on without them.
        await StakeNetwork.FinalizedAsync(network, epoch: (long)(await network.CallAsync(0, "chain_checkpoints"))!["epoch"]!);
    }

    [Fact]
    public async Task A_subscriber_hears_over_WebSocket_what_is_justified_finalized_found_out_and_slashed()
    {
        await using var network = await StakeNetwork.UpAsync("--genesis-delay", "8s", "--behave", "v2=double-vote");
        using var socket = new ClientWebSocket();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{network.RpcPort}"), patience.Token);
        await socket.SendAsync("""{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["chainConsensus"]}"""u8.ToArray(),
            WebSocketMessageType.Text, endOfMessage: true, patience.Token);
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
    public async Task One_validator_joins_by_a_deposit_and_another_leaves()
    {
        await using var network = await StakeNetwork.UpAsync();
        await StakeNetwork.FinalizedAsync(network, epoch: 4);
        string[] At(int node) =>
            ["--data", Path.Combine(network.Folder, $"node{node}"), "--rpc", network.Url(node), "--yes", "--json"];
        var deposit = (await Programs.ChainAsync(["validator", "deposit", "--new", "--withdrawal", StakeNetwork.Alice, "--from",
            "dev:3", .. At(0)])).Succeeded().Json;
        Assert.Equal("included", (string?)deposit["outcome"]);
        Assert.True((ulong)deposit["blockNumber"]! > 0);
        var joined = await TestNetwork.UntilAsync(() => ValidatorAsync(network, 3, 16), seen => seen is not null,
            "the new validator is known on another node");
        Assert.Equal((string?)deposit["publicKey"], (string?)joined!["publicKey"]);
        Assert.Equal(StakeNetwork.Alice, (string?)joined["withdrawalAddress"]);

        (await Programs.ChainAsync(["validator", "exit", "5", .. At(1)])).Succeeded();
        var leaving = await TestNetwork.UntilAsync(() => ValidatorAsync(network, 1, 5), seen => seen?["exitEpoch"] is not null,
            "validator 5 leaves");
        Assert.False((bool)leaving!["slashed"]!);
        var again = await Programs.ChainAsync(["validator", "exit", "5", .. At(1)]);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains($"leaves in epoch {leaving["exitEpoch"]} already", again.Errors, StringComparison.Ordinal);
    }

    [NodeTheory("ClientLibraries")]
    [InlineData("deposit.mjs")]
    public async Task Client_libraries_deposit_and_say_why_the_contract_refuses(string script)
    {
        await using var network = await StakeNetwork.UpAsync();
        await StakeNetwork.FinalizedAsync(network, epoch: 1);
        var outcome = (await NodePackages.RunAsync("ClientLibraries", script, network.Url(0))).Succeeded();
        Assert.Contains("ok a deposit makes a validator", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_with_its_sidecars_goes_from_one_store_to_another_as_a_file()
    {
        await using var network = await StakeNetwork.UpAsync();
        await StakeNetwork.FinalizedAsync(network, epoch: 2);
        var (file, data) = (Path.Combine(network.Folder, "chain.rlp"), Path.Combine(network.Folder, "copy"));
        Directory.CreateDirectory(data);
        var exported = (await Programs.ChainAsync("node", "export", "--data", Path.Combine(network.Folder, "node1"), file,
            "--json")).Succeeded().Json;
        var imported = (await Programs.ChainAsync("node", "import", "--data", data, "--genesis", network.GenesisFile, file,
            "--json")).Succeeded().Json;
        Assert.Equal((long)exported["last"]!, (long)imported["head"]!);
        Assert.True((long)imported["head"]! > 0);
    }

    [Fact]
    public async Task Fewer_validators_than_slots_are_refused()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"chain-e2e-{Environment.ProcessId}-{Guid.NewGuid():n}");
        var refused =
            await Programs.ChainAsync("testnet", "up", "--consensus", "pos", "--validators", "7", "--dir", folder, "--detach");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("7 validators are too few for 8 slots an epoch", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    private static async Task<JsonNode?> ValidatorAsync(TestNetwork network, int node, int index)
    {
        var validators = (await network.CallAsync(node, "chain_validators"))!["validators"]!.AsArray();
        return index < validators.Count ? validators[index] : null;
    }

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
}
