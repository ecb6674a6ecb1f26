using System.Text.Json.Nodes;
using Chain.Node;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Tests.EndToEnd;

/// <summary>What stands in files (genesis, manifest, keys, logs) reaches the terminal as text, never as commands.</summary>
public sealed class FileTextTests : IDisposable
{
    private const string Evil = "\u001b[2J\u009b\u202e\u2028\nerror: all is well [/][red]x";

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("config.chain.consensus")]
    [InlineData("config.chain.seal")]
    [InlineData("difficulty")]
    [InlineData("extraData")]
    [InlineData("a name")]
    [InlineData("no JSON")]
    public async Task A_genesis_file_that_is_refused_is_quoted(string where)
    {
        var file = Path.Combine(_folder, "genesis.json");
        (await Programs.ChainAsync("genesis", "new", file)).Succeeded();
        var genesis = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        switch (where)
        {
            case "config.chain.consensus": genesis["config"]!["chain"]!["consensus"] = Evil; break;
            case "config.chain.seal": genesis["config"]!["chain"]!["seal"] = Evil; break;
            case "a name": genesis["alloc"]![Evil] = new JsonObject(); break;
            case "no JSON": break;
            default: genesis[where] = Evil; break;
        }

        await File.WriteAllTextAsync(file, where == "no JSON" ? Evil : genesis.ToJsonString());
        Quoted(await Programs.ChainAsync("genesis", "check", file), 1);
        Quoted(await Programs.ChainAsync("genesis", "check", file, "--json"), 1);
        Quoted(await Programs.ChainAsync("node", "run", "--genesis", file, "--data", Path.Combine(_folder, "data")), 1);
    }

    [Theory]
    [InlineData("consensus")]
    [InlineData("enode")]
    [InlineData("beneficiary")]
    [InlineData("nodeId")]
    [InlineData("no JSON")]
    public async Task A_manifest_that_is_refused_is_quoted(string where)
    {
        var manifest = Manifest();
        if (where == "consensus") manifest["consensus"] = Evil;
        else manifest["nodes"]![0]![where] = Evil;
        await File.WriteAllTextAsync(Path.Combine(_folder, "testnet.json"), where == "no JSON" ? Evil : manifest.ToJsonString());
        Quoted(await Programs.ChainAsync("testnet", "status", "--dir", _folder), 1, isQuoted: where != "no JSON");
        Quoted(await Programs.ChainAsync("testnet", "up", "--dir", _folder, "--json"), 1, isQuoted: where != "no JSON");
    }

    [Fact]
    public async Task A_log_that_a_peer_wrote_into_is_shown()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "testnet.json"), Manifest().ToJsonString());
        var log = new TestnetFolder(_folder).LogFile(0);
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        await File.WriteAllTextAsync(log, $"info: Connected with {Evil}\n");
        var shown = (await Programs.ChainAsync("testnet", "logs", "0", "--dir", _folder)).Succeeded();
        Victim.EndedWell(shown);
        Assert.Contains(@"Connected with \u001b[2J\u009b\u202e\u2028", shown.Output, StringComparison.Ordinal);
        var json = (await Programs.ChainAsync("testnet", "logs", "0", "--dir", _folder, "--json")).Succeeded();
        Victim.EndedWell(json);
        Assert.Equal("info: Connected with \u001b[2J\u009b\u202e\u2028", (string?)json.Json["lines"]![0]);
    }

    [Fact]
    public async Task The_last_words_of_a_node_that_does_not_start_are_shown()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "testnet.json"), Manifest().ToJsonString());
        var genesis = new JsonObject { ["config"] = new JsonObject { ["chainId"] = Evil } };
        await File.WriteAllTextAsync(new TestnetFolder(_folder).GenesisFile, genesis.ToJsonString());
        Directory.CreateDirectory(new TestnetFolder(_folder).NodeFolder(0));
        Quoted(await Programs.ChainAsync("testnet", "up", "--dir", _folder, "--detach"), 1);
    }

    [Theory]
    [InlineData("validator", "history", "import")]
    [InlineData("node", "import")]
    public async Task A_file_that_cannot_be_imported_is_quoted(params string[] command)
    {
        var file = Path.Combine(_folder, "in");
        var history = new JsonObject
        {
            ["metadata"] = new JsonObject { ["interchange_format_version"] = Evil },
            ["data"] = new JsonArray(),
        };
        await File.WriteAllTextAsync(file, history.ToJsonString());
        var genesis = Path.Combine(_folder, "genesis.json");
        (await Programs.ChainAsync("genesis", "new", genesis)).Succeeded();
        var ended = await Programs.ChainAsync([.. command, file, "--data", Path.Combine(_folder, "data"), "--genesis", genesis]);
        Victim.EndedWell(ended);
        Assert.NotEqual(0, ended.ExitCode);
    }

    [Fact]
    public async Task An_enode_and_a_peer_on_the_command_line_are_quoted()
    {
        var genesis = Path.Combine(_folder, "genesis.json");
        (await Programs.ChainAsync("genesis", "new", genesis)).Succeeded();
        var data = Path.Combine(_folder, "data");
        Quoted(await Programs.ChainAsync("node", "run", "--genesis", genesis, "--data", data, "--peer", Evil), 2);
    }

    private static void Quoted(Programs.Outcome outcome, int exitCode, bool isQuoted = true)
    {
        Victim.EndedWell(outcome);
        Assert.True(outcome.ExitCode == exitCode, $"exit code {outcome.ExitCode}\n{outcome.Output}\n{outcome.Errors}");
        Assert.DoesNotContain("\nerror: all is well", outcome.Errors, StringComparison.Ordinal);
        if (isQuoted) Assert.Contains(@"\u001b", outcome.Errors, StringComparison.OrdinalIgnoreCase);
        if (outcome.Output.StartsWith('{')) Assert.NotNull(outcome.Json["error"]);
    }

    // A network that nobody starts, with one node whose ports nobody listens at.
    private static JsonObject Manifest()
    {
        var key = new byte[PrivateKey.Size];
        key[^1] = 1;
        Assert.True(PrivateKey.TryCreate(key, out var secret));
        var id = NodeId.Of(secret).ToString();
        return new JsonObject
        {
            ["version"] = 1,
            ["consensus"] = "pow",
            ["chainId"] = 31337,
            ["blockTimeSeconds"] = 2,
            ["hashRate"] = 1,
            ["nodes"] = new JsonArray(new JsonObject
            {
                ["index"] = 0,
                ["rpcPort"] = 20_990,
                ["adminPort"] = 20_991,
                ["peerPort"] = 20_992,
                ["enode"] = $"enode://{id}@127.0.0.1:20992",
                ["nodeId"] = id,
                ["beneficiary"] = "0x00000000000000000000000000000000000000aa",
                ["hashRate"] = 0,
            }),
        };
    }
}
