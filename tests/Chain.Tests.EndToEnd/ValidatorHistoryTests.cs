using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>`chain validator history` as a person uses it to move validators between machines.</summary>
public sealed class ValidatorHistoryTests : IDisposable
{
    private const string OtherGenesis = "0x00000000000000000000000000000000000000000000000000000000000000aa";

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-history-").FullName;

    private string Data => Path.Combine(_folder, "data");

    private string GenesisFile => Path.Combine(_folder, "genesis.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_history_goes_in_from_one_machine_and_comes_out_for_the_next()
    {
        var history = History(await NewGenesisAsync());

        var imported = (await Programs.ChainReadingAsync(history, "validator", "history", "import", "--data", Data, "--genesis",
            GenesisFile, "--json", "-")).Succeeded().Json;
        var piped = (await Programs.ChainAsync("validator", "history", "export", "--data", Data, "-")).Succeeded();
        var file = Path.Combine(_folder, "history.json");
        var exported =
            (await Programs.ChainAsync("validator", "history", "export", "--data", Data, "--json", file)).Succeeded().Json;
        var again = (await Programs.ChainAsync("validator", "history", "import", "--data", Data, file)).Succeeded();

        Assert.Equal([1, 1, 1, 1],
            new[] { "keys", "newKeys", "newBlocks", "newAttestations" }.Select(name => (int)imported[name]!));
        Assert.Empty(imported["conflicts"]!.AsArray());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(history), piped.Json), piped.Output);
        Assert.True(JsonNode.DeepEquals(piped.Json, JsonNode.Parse(await File.ReadAllTextAsync(file))));
        Assert.Equal([1, 1, 1], new[] { "keys", "blocks", "attestations" }.Select(name => (int)exported[name]!));
        // The attestation has no root, so it may be another one.
        Assert.Contains("0 new blocks and 0 new attestations; 1 keys, 0 of them new", again.Output, StringComparison.Ordinal);
        Assert.Contains("warning: 1 entries conflict", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_done_ends_in_1_and_says_why()
    {
        var genesis = await NewGenesisAsync();

        var ofNoChain = await Programs.ChainReadingAsync(History(genesis), "validator", "history", "import", "--data", Data, "-");
        var ofAnother = await Programs.ChainReadingAsync(History(OtherGenesis), "validator", "history", "import", "--data", Data,
            "--genesis", GenesisFile, "-");
        var malformed = await Programs.ChainReadingAsync(History(genesis).Replace("\"7\"", "\"seven\"", StringComparison.Ordinal),
            "validator", "history", "import", "--data", Data, "--genesis", GenesisFile, "-");
        var taken = await Programs.ChainAsync("validator", "history", "export", "--data", Data, GenesisFile);
        var nothing = await Programs.ChainAsync("validator", "history", "export", "--data", _folder, "-");

        Assert.Equal([1, 1, 1, 1, 1],
            new[] { ofNoChain, ofAnother, malformed, taken, nothing }.Select(outcome => outcome.ExitCode));
        Assert.Contains("--genesis", ofNoChain.Errors, StringComparison.Ordinal);
        Assert.Contains(OtherGenesis, ofAnother.Errors, StringComparison.Ordinal);
        Assert.Contains("data[0].signed_blocks[0].slot must be a whole number", malformed.Errors, StringComparison.Ordinal);
        Assert.Contains("overwrites nothing", taken.Errors, StringComparison.Ordinal);
        Assert.Contains("There is no signing history", nothing.Errors, StringComparison.Ordinal);
    }

    private async Task<string> NewGenesisAsync()
    {
        var made = await Programs.ChainAsync("genesis", "new", "--consensus", "pos", "--seed", "a", "--json", GenesisFile);
        return (string)made.Succeeded().Json["genesisBlock"]!;
    }

    private static string History(string genesis) => $$"""
        {
          "metadata": { "interchange_format_version": "5", "genesis_validators_root": "{{genesis}}" },
          "data": [
            {
              "pubkey": "0x{{new string('7', 96)}}",
              "signed_blocks": [ { "slot": "7", "signing_root": "0x{{new string('1', 64)}}" } ],
              "signed_attestations": [ { "source_epoch": "2", "target_epoch": "3" } ]
            }
          ]
        }
        """;
}
