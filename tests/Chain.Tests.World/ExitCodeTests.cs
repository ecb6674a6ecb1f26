using System.Text.Json.Nodes;
using Chain.Cli;
using Chain.Miner;
using Chain.Programs;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>What scripts go by: the same numbers in chain, wallet and miner. Alone, because it listens to the console.</summary>
[Collection("console")]
public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(2, "testnet", "up", "--no-such-option")]
    [InlineData(2, "no-such-command")]
    [InlineData(2, "simulate", "--seeds", "many")]
    [InlineData(1, "genesis", "check", "no-such-file.json")]
    [InlineData(0, "simulate", "--help")]
    [InlineData(2, "testnet", "kill", "first")]
    [InlineData(2, "clique", "signers", "--rpc", "nonsense")]
    [InlineData(2, "validator", "list", "--rpc", "nonsense")]
    [InlineData(2, "testnet", "watch", "--json")]
    [InlineData(2, "genesis", "new", "never-written.json", "--difficulty", "65535")]
    [InlineData(2, "genesis", "new", "never-written.json", "--block-time", "1")]
    [InlineData(2, "genesis", "new", "never-written.json", "--consensus", "luck")]
    [InlineData(2, "genesis", "new", "never-written.json", "--consensus", "pos", "--seed", "a", "--slots-per-epoch", "1")]
    [InlineData(1, "genesis", "new", "no-such-folder/never-written.json")]
    [InlineData(2, "node", "run", "--genesis", "no-such-file.json", "--data", "d", "--store", "paper")]
    [InlineData(2, "genesis", "new", "never-written.json", "--account", "0x1111111111111111111111111111111111111111=1",
        "--account", "0x1111111111111111111111111111111111111111=2")]
    [InlineData(2, "node", "run", "--genesis", "no-such-file.json", "--data", "d", "--rpc-port", "65536")]
    public async Task Chain_tells_nonsense_from_refusal(int code, params string[] arguments) =>
        Assert.Equal(code, await ChainProgram.RunAsync(arguments));

    [Theory]
    [InlineData("--threads", "as a whole number")]
    [InlineData("--limit", "as a number")]
    [InlineData("--blocks", "as a whole number")]
    public async Task Miner_says_in_one_line_what_an_option_takes(string option, string expected)
    {
        var (code, output, errors) = await ListenAsync(() => MinerCommands.RunAsync(["run", option, "many"]));
        Assert.Equal(2, code);
        Assert.Equal($"error: Cannot parse argument 'many' for option '{option}' {expected}. See `miner run --help`.",
            errors.TrimEnd());
        Assert.Empty(output);
    }

    [Fact]
    public async Task Each_program_names_the_option_whose_url_is_wrong_and_what_it_expects()
    {
        foreach (var run in new Func<Task<int>>[]
        {
            () => ChainProgram.RunAsync(["validator", "list", "--rpc", "nonsense", "--json"]),
            () => ChainProgram.RunAsync(["clique", "signers", "--rpc", "nonsense", "--json"]),
            () => MinerCommands.RunAsync(["run", "--rpc", "nonsense", "--json"]),
        })
        {
            var message = (string)JsonNode.Parse((await ListenAsync(run)).Output)!["error"]!["message"]!;
            Assert.StartsWith("--rpc: 'nonsense' is not a node's URL", message, StringComparison.Ordinal);
            Assert.Contains("http://HOST:PORT", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1, "Failed", "genesis", "check", "no-such-file.json", "--json")]
    [InlineData(2, "Usage", "testnet", "watch", "--json")]
    [InlineData(2, "Usage", "simulate", "--seeds", "many", "--json")]
    [InlineData(2, "Usage", "testnet", "kill", "first", "--json")]
    [InlineData(3, "NodeUnreachable", "validator", "list", "--rpc", "http://127.0.0.1:1", "--json")]
    public async Task Chain_prints_the_error_as_the_one_document(int exitCode, string name, params string[] arguments) =>
        AssertDocument(exitCode, name, await ListenAsync(() => ChainProgram.RunAsync(arguments)));

    [Theory]
    [InlineData("bench", "--rounds", "0", "--json")]
    [InlineData("run", "--limit", "-1", "--json")]
    [InlineData("run", "--limit", "much", "--json")]
    [InlineData("--json")]
    public async Task Miner_prints_the_error_as_the_one_document(params string[] arguments) =>
        AssertDocument(2, "Usage", await ListenAsync(() => MinerCommands.RunAsync(arguments)));

    [Theory]
    [InlineData(ExitCode.Failed)]
    [InlineData(ExitCode.Usage)]
    [InlineData(ExitCode.NodeUnreachable)]
    [InlineData(ExitCode.MaybeAccepted)]
    [InlineData(ExitCode.Interrupted)]
    public void Wallet_calls_the_shared_codes_by_the_same_names(ExitCode code) =>
        Assert.Equal(code.ToString(), ExitCodes.NameOf((int)code));

    private static void AssertDocument(int exitCode, string name, (int Code, string Output, string Errors) ended)
    {
        Assert.Equal(exitCode, ended.Code);
        var error = JsonNode.Parse(ended.Output)!["error"]!;
        Assert.Equal((name, exitCode), ((string?)error["code"], (int?)error["exitCode"]));
        Assert.NotEmpty((string)error["message"]!);
    }

    private static async Task<(int Code, string Output, string Errors)> ListenAsync(Func<Task<int>> run)
    {
        var (output, errors) = (Console.Out, Console.Error);

        // Left open: a console that is made meanwhile keeps them.
        var (heard, heardErrors) = (new StringWriter(), new StringWriter());
        Console.SetOut(heard);
        Console.SetError(heardErrors);
        try
        {
            return (await run(), heard.ToString(), heardErrors.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(errors);
        }
    }
}

[CollectionDefinition("console", DisableParallelization = true)]
public sealed class ConsoleCollection;
