using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rpc.Client;
using Chain.Terminal;
using Chain.Testnet;
using Chain.Transfers;
using Spectre.Console;

namespace Chain.Rules.Stake;

/// <summary>The node that the validator commands ask, and the keys that they sign with.</summary>
internal static class ValidatorSession
{
    public static readonly Option<string> Rpc = new("--rpc")
    {
        Description = "The node's JSON-RPC address [env CHAIN_RPC, else http://127.0.0.1:8545]",
        DefaultValueFactory = _ =>
            Environment.GetEnvironmentVariable("CHAIN_RPC") is { Length: > 0 } url ? url : "http://127.0.0.1:8545",
    };
    public static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document and nothing else" };
    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask for confirmation" };
    public static readonly Option<DirectoryInfo?> Data = new("--data")
    {
        Description = $"The data folder of the node that validates; its keys are in {ValidatorKeys.FolderName}, its history is "
            + $"{SigningHistory.FileName}",
    };
    public static readonly Option<DirectoryInfo?> Keys = new("--validators")
    {
        Description = "The key folder, where it is not in a data folder",
    };

    /// <exception cref="UsageException">The address is none.</exception>
    public static NodeClient Connect(ParseResult parsed)
    {
        var text = parsed.GetValue(Rpc)!;
        return Uri.TryCreate(text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? new NodeClient(url)
            : throw new UsageException($"{(IsGiven(parsed) ? Rpc.Name : "the environment variable CHAIN_RPC")}: '{text}' is not "
                + "a node's URL; expected http://HOST:PORT or https://HOST:PORT, such as http://127.0.0.1:8545.");
    }

    private static bool IsGiven(ParseResult parsed) => parsed.GetResult(Rpc) is { Implicit: false };

    public static string KeyFolder(ParseResult parsed) =>
        parsed.GetValue(Keys)?.FullName
        ?? (parsed.GetValue(Data) is { } data
            ? Path.Combine(data.FullName,
                ValidatorKeys.FolderName) : throw new UsageException("Name the validator's node with --data, or its key folder "
                    + "with --validators."));

    public static ValidatorSecret[] LoadKeys(string folder) =>
        ValidatorKeys.Load(folder).IsOk(out var secrets, out var error) ? secrets : throw new TestnetException(error);

    /// <exception cref="TestnetException">The node has none.</exception>
    /// <exception cref="UnexpectedAnswerException">It answers nonsense.</exception>
    public static async Task<ValidatorRegistry> ValidatorsAsync(NodeClient node, CancellationToken cancellation) =>
        ValidatorRegistry.Read(await node.AskAsync("chain_validators", [], cancellation));

    /// <exception cref="UnexpectedAnswerException">The node answers nonsense.</exception>
    public static async Task<(ulong ChainId, Hash256 Genesis)> IdentityAsync(NodeClient node, CancellationToken cancellation)
    {
        var info = await node.AskAsync("chain_nodeInfo", [], cancellation);
        return (info.Require("chainId").Number(), info.Require("genesisHash").Hash());
    }

    /// <summary>Asks before something that cannot be taken back; --yes says it beforehand.</summary>
    public static void Confirm(ParseResult parsed, string question)
    {
        if (parsed.GetValue(Yes)) return;
        if (Console.IsInputRedirected)
            throw new UsageException("This wants a confirmation and nobody is there to ask. Say it beforehand with --yes.");
        if (!ProgramConsole.Errors.Confirm(Shown.Line(question), defaultValue: false))
            throw new TestnetException("Not confirmed. Nothing was done.");
    }

    /// <summary>Asks about what is out of the ordinary, which --yes does not cover: with it, it is refused.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="doubt">What it is; null: nothing.</param>
    public static void Insist(ParseResult parsed, TransferDoubt? doubt)
    {
        if (doubt is null) return;
        if (parsed.GetValue(Yes)) throw new TestnetException($"{doubt.Sentence} Nothing was signed. {doubt.Remedy}");
        if (Console.IsInputRedirected) throw new UsageException($"{doubt.Sentence} This needs an answer, and standard input "
            + $"is not a terminal. {doubt.Remedy}");
        var question = Shown.Line($"{doubt.Sentence} Go on all the same?");
        if (ProgramConsole.Errors.Confirm(question, defaultValue: false)) return;
        throw new TestnetException("Not confirmed. Nothing was done.");
    }

    public static int Tell(ParseResult parsed, JsonObject document, string text)
    {
        if (parsed.GetValue(Json)) JsonOutput.Print(document);
        else AnsiConsole.MarkupLine(Shown.Line(text));
        return ExitCodes.Ok;
    }
}
