using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Rules.Stake;
using Chain.Terminal;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

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

    /// <summary>The registry of validators, checked.</summary>
    /// <exception cref="TestnetException">The node has none, or answers nonsense.</exception>
    public static async Task<JsonObject> ValidatorsAsync(NodeClient node, CancellationToken cancellation) =>
        RegistryAnswer.Check(node.Url, await node.CallAsync("chain_validators", [], cancellation));

    public static async Task<(ulong ChainId, Hash256 Genesis)> IdentityAsync(NodeClient node, CancellationToken cancellation)
    {
        var info = await node.CallAsync("chain_nodeInfo", [], cancellation);
        if (UInt256.TryParse(Text("chainId"), out var chainId) && chainId.IsUInt64
            && Hash256.TryParse(Text("genesisHash"), out var genesis))
            return ((ulong)chainId, genesis);
        throw new TestnetException($"The node at {node.Url} answers chain_nodeInfo without its chain id or genesis hash.");

        string? Text(string name) =>
            (info as JsonObject)?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
    }

    /// <summary>Asks before something that cannot be taken back; --yes says it beforehand.</summary>
    public static void Confirm(ParseResult parsed, string question)
    {
        if (parsed.GetValue(Yes)) return;
        if (Console.IsInputRedirected)
            throw new UsageException("This wants a confirmation and nobody is there to ask. Say it beforehand with --yes.");
        if (!ChainProgram.Errors.Confirm(Shown.Line(question), defaultValue: false))
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
        if (ChainProgram.Errors.Confirm(question, defaultValue: false)) return;
        throw new TestnetException("Not confirmed. Nothing was done.");
    }

    public static int Tell(ParseResult parsed, JsonObject document, string text)
    {
        if (parsed.GetValue(Json)) TestnetCommands.Print(document);
        else AnsiConsole.MarkupLine(Shown.Line(text));
        return ChainProgram.Ok;
    }
}
