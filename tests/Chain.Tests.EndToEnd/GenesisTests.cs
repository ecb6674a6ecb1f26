namespace Chain.Tests.EndToEnd;

/// <summary>`chain genesis`, as a person runs it.</summary>
public sealed class GenesisTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("chain-genesis-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_new_file_of_either_rule_is_what_check_says_of_it()
    {
        var (work, stake) = (PathOf("work.json"), PathOf("stake.json"));
        var made = (await Programs.ChainAsync("genesis", "new", work, "--json", "--account",
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266=5")).Succeeded().Json;
        Assert.Equal(("proof-of-work", 1), ((string?)made["consensus"], (int?)made["accounts"]));
        Assert.Equal((string?)made["genesisBlock"],
            (string?)(await Programs.ChainAsync("genesis", "check", work, "--json")).Succeeded().Json["genesisBlock"]);

        made = (await Programs.ChainAsync("genesis", "new", stake, "--json", "--consensus", "pos", "--validators", "5",
            "--slots-per-epoch", "4", "--slot", "250ms", "--keys", PathOf("keys"))).Succeeded().Json;
        Assert.Equal(("proof-of-stake", 5, 250),
            ((string?)made["consensus"], (int?)made["activeValidators"], (int?)made["slotDurationMs"]));
        Assert.Equal(5, Directory.GetFiles(PathOf("keys"), "*.key").Length);
        Assert.Equal((string?)made["stakeRoot"],
            (string?)(await Programs.ChainAsync("genesis", "check", stake, "--json")).Succeeded().Json["stakeRoot"]);
    }

    [Fact]
    public async Task Keys_put_into_a_data_folder_are_known_as_new_to_its_signing_history_and_others_need_a_word()
    {
        var data = PathOf("data");
        string[] stake = ["--consensus", "pos", "--validators", "8", "--keys"];
        var keys = Path.Combine(data, "validators");
        var made = (await Programs.ChainAsync(["genesis", "new", PathOf("one.json"), "--json", .. stake, keys])).Succeeded().Json;
        Assert.Equal(Path.Combine(data, "signing-history.db"), (string?)made["signingHistory"]);
        var history = (await Programs.ChainAsync("validator", "history", "export", "--data", data, "-")).Succeeded().Json;
        Assert.Equal(8, history["data"]!.AsArray().Count);
        Assert.Equal((string?)made["genesisBlock"], (string?)history["metadata"]!["genesis_validators_root"]);

        var loose = await Programs.ChainAsync(["genesis", "new", PathOf("two.json"), .. stake, PathOf("loose")]);
        Assert.Contains("--new-signing-history", loose.Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_go_together_is_refused_and_nothing_is_written()
    {
        await Refuses(2, "the validators' keys would be lost", "--consensus", "pos");
        await Refuses(2, "--difficulty is for --consensus pow only", "--consensus", "pos", "--seed", "a", "--difficulty",
            "70000");
        await Refuses(2, "--slot is for --consensus pos only", "--slot", "1s");
        await Refuses(2, "there must be at least 8", "--consensus", "pos", "--keys", PathOf("keys"), "--validators", "7");
        await Refuses(2, "known are pow (proof of work), pos (proof of stake)", "--consensus", "luck");
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task Keys_are_not_put_into_a_folder_that_has_some()
    {
        (await Programs.ChainAsync("genesis", "new", PathOf("one.json"), "--consensus", "pos", "--validators", "8", "--seed", "a",
            "--keys", PathOf("keys"))).Succeeded();
        await Refuses(1, "holds 8 validator keys already", "--consensus", "pos", "--keys", PathOf("keys"));
        Assert.Equal(8, Directory.GetFiles(PathOf("keys")).Length);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task Refuses(int code, string message, params string[] arguments)
    {
        var outcome = await Programs.ChainAsync(["genesis", "new", PathOf("refused.json"), .. arguments]);
        Assert.Equal(code, outcome.ExitCode);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("refused.json")));
    }
}
