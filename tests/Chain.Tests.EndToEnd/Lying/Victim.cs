using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests.EndToEnd;

/// <summary>Whoever asks a lying node: the programs with a home folder of their own, and what the tests hold them to.</summary>
internal sealed class Victim : IAsyncDisposable
{
    public const string Nobody = "0x00000000000000000000000000000000000000aa";

    /// <summary>The development account 0, which pays.</summary>
    public const string Payer = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

    private const int MostOutput = 64 * 1024;

    // Exit codes that the programs document. A crash is none of them.
    private static readonly int[] KnownExitCodes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 130];

    private readonly string _home = Directory.CreateTempSubdirectory("chain-victim-").FullName;

    public Victim(Uri? upstream = null)
    {
        Node = LyingNode.Start(upstream);
        Node.Honest.Fund(Address.Parse(Payer), "10000");
        Node.Honest.Fund(Address.Parse("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"), "10000");
        var genesis = StubNode.HashOf(0).ToString();
        Node.Honest.Answer("chain_nodeInfo", _ => new JsonObject { ["chainId"] = "0x7a69", ["genesisHash"] = genesis });
        Node.Honest.Answer("chain_validators", _ => Registry());
        Node.Honest.Answer("chain_submitVoluntaryExit", _ => true);
    }

    public LyingNode Node { get; }

    public string Keystore => Path.Combine(_home, "keystore");

    /// <summary>A folder with the key of one validator.</summary>
    public string ValidatorFolder => Path.Combine(_home, "validators");

    /// <summary>The public key of the validator in the registry; null for none.</summary>
    public string? Validator { get; private set; }

    public Task<Programs.Outcome> SendAsync(params string[] more) =>
        WalletAsync(["send", "--from", "dev:0", "--to", Nobody, "--value", "1ether", "--yes", .. more]);

    public Task<Programs.Outcome> WalletAsync(params string[] arguments) => RunAsync("wallet", [.. arguments, "--rpc", Node.Url]);

    public Task<Programs.Outcome> ChainAsync(params string[] arguments) => RunAsync("chain", [.. arguments, "--rpc", Node.Url]);

    public Task<Programs.Outcome> DepositAsync(params string[] more)
    {
        var hasKey = Directory.Exists(ValidatorFolder);
        if (!hasKey) Assert.True(ValidatorKeys.Create(ValidatorFolder).IsOk(out _, out var error), error);
        string[] command = ["validator", "deposit", "--validators", ValidatorFolder, "--from", "dev:0", "--withdrawal", Nobody,
            "--yes"];
        return ChainAsync([.. command, .. more]);
    }

    public Task<Programs.Outcome> ExitAsync(params string[] more)
    {
        AddValidator();
        return ChainAsync(["validator", "exit", "0", "--validators", ValidatorFolder, "--yes", .. more]);
    }

    /// <summary>Draws a key and puts its validator into the registry; once.</summary>
    public void AddValidator()
    {
        if (Validator is not null) return;
        Assert.True(ValidatorKeys.Create(ValidatorFolder).IsOk(out var secret, out var error), error);
        Validator = "0x" + ValidatorKeys.NameOf(secret.Key);
    }

    /// <summary>
    /// The promise about money: the commands run so far let at most so many signed transfers out, and what they printed names
    /// each by its hash.
    /// </summary>
    public IReadOnlyList<Transaction> HandedOver(int atMost, params Programs.Outcome[] outcomes)
    {
        var printed = string.Concat(outcomes.Select(outcome => outcome.Output + outcome.Errors));
        var received = Node.Received;
        var list = string.Join('\n', received.Select(transaction => $"{transaction.Hash} nonce {transaction.Nonce}"));
        Assert.True(received.Count <= atMost,
            $"{received.Count} different signed transfers were handed over:\n{list}\n{printed}");
        foreach (var transaction in received) Assert.Contains(transaction.Hash.ToString(), printed, StringComparison.Ordinal);
        foreach (var outcome in outcomes) EndedWell(outcome);
        return received;
    }

    /// <summary>
    /// Whatever a node says, a program ends with a code that it documents, in few words that a terminal can show.
    /// </summary>
    public static void EndedWell(Programs.Outcome outcome)
    {
        var printed = outcome.Output + outcome.Errors;
        Assert.True(Array.IndexOf(KnownExitCodes, outcome.ExitCode) >= 0, $"exit code {outcome.ExitCode}\n{printed}");
        Assert.DoesNotContain("   at Chain.", printed, StringComparison.Ordinal);
        Assert.True(printed.Length < MostOutput, $"{printed.Length} characters were printed");
        var raw = printed.Where(c => c != '\n' && char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator).ToList();
        Assert.True(raw.Count == 0, $"raw: {string.Join(' ', raw.Select(c => $"U+{(int)c:X4}"))}\n{printed}");
    }

    /// <summary>A refusal: another exit code than 0, and nothing signed left the program.</summary>
    public void Refused(Programs.Outcome outcome)
    {
        Assert.NotEqual(0, outcome.ExitCode);
        HandedOver(0, outcome);
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private Task<Programs.Outcome> RunAsync(string program, string[] arguments)
    {
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = _home,
            ["CHAIN_KEYSTORE"] = Keystore,
            ["CHAIN_JOURNAL"] = Path.Combine(_home, "transfers.jsonl"),
        };
        return Programs.RunAsync(program, arguments, environment: environment);
    }

    /// <summary>What `chain_validators` answers.</summary>
    public JsonObject Registry() => new()
    {
        ["slot"] = 8,
        ["epoch"] = 1,
        ["validators"] = Validator is null ? [] : new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["publicKey"] = Validator,
            ["status"] = "active",
            ["balanceGwei"] = 32_000_000_000,
            ["activationEpoch"] = 0,
            ["previousEpoch"] = new JsonObject { ["source"] = true, ["target"] = true, ["head"] = true },
            ["inactivityScore"] = 0,
            ["local"] = true,
            ["randao"] = new JsonObject
            {
                ["commitment"] = Hash256.Zero.ToString(),
                ["firstEpoch"] = 0,
                ["endsBefore"] = 1_000_000,
            },
        }),
        ["deposits"] = new JsonObject
        {
            ["address"] = "0x4242424242424242424242424242424242424242",
            ["minGwei"] = 1_000_000_000,
            ["randaoOnionLayers"] = 64,
            ["commitmentDelayEpochs"] = 4,
        },
    };
}
