using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Consensus;
using Chain.Node;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Storage;
using Chain.Terminal;
using Spectre.Console;

namespace Chain.Rules.Stake;

/// <summary>
/// `chain validator history export|import`: signing histories in the form that other clients read too (EIP-3076).
/// </summary>
internal static class ValidatorHistoryCommands
{
    private const string StandardStream = "-";
    private const int ConflictsShown = 10;

    private static readonly Option<DirectoryInfo> Data = new("--data")
    {
        Description = "The data folder of the node that validates",
        Required = true,
    };
    private static readonly Option<FileInfo?> History = new("--history")
    {
        Description = $"The signing history, where it is not {SigningHistory.FileName} in the data folder",
    };
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document and nothing else" };

    public static Command Create(CommandGuard guard) =>
        new("history", "Carry what validators signed from one machine to another, so that they never sign against it")
    {
        Export(guard), Import(guard),
    };

    private static Command Export(CommandGuard guard)
    {
        var file = new Argument<string>("file")
        {
            Description = "The file to write, which must not exist; - for standard output, where nothing else is printed then",
        };
        var command = new Command("export",
            "Write a signing history as EIP-3076 JSON. Stop the validators for good first: what they sign later is not in it")
        {
            Data, History, file, Json,
        };
        command.SetAction((parsed, _) => guard(parsed, () =>
        {
            using var history = SigningHistory.OpenExisting(HistoryPath(parsed));
            var all = history.Export();
            var name = parsed.GetValue(file)!;
            if (name == StandardStream)
            {
                using var output = Console.OpenStandardOutput();
                SigningInterchangeJson.Write(all, output);
                return Task.FromResult(ExitCodes.Ok);
            }

            WholeFile.Write(name, stream => SigningInterchangeJson.Write(all, stream));
            var (keys, blocks, attestations) =
                (all.Data.Count, all.Data.Sum(key => key.SignedBlocks.Count), all.Data.Sum(key => key.SignedAttestations.Count));
            if (parsed.GetValue(Json))
                JsonOutput.Print(new JsonObject
                {
                    ["file"] = Path.GetFullPath(name),
                    ["genesis"] = all.GenesisValidatorsRoot.ToString(),
                    ["keys"] = keys,
                    ["blocks"] = blocks,
                    ["attestations"] = attestations,
                });
            else
                AnsiConsole.MarkupLine(Shown.Line($"{name}: {blocks} blocks and {attestations} attestations of {keys} keys, on "
                    + $"the chain of genesis block {all.GenesisValidatorsRoot}"));
            return Task.FromResult(ExitCodes.Ok);
        }));
        return command;
    }

    private static Command Import(CommandGuard guard)
    {
        var file = new Argument<string>("file") { Description = "A signing history as EIP-3076 JSON; - for standard input" };
        var genesis = new Option<FileInfo?>("--genesis")
        {
            Description = "The genesis file of the network; needed only where the data folder is new",
        };
        var command = new Command("import",
            "Add what validators signed elsewhere to a signing history, all or nothing; it never allows what was refused "
                + "before") { Data, History, genesis, file, Json };
        command.SetAction((parsed, _) => guard(parsed, () =>
        {
            var name = parsed.GetValue(file)!;
            using var input = name == StandardStream ? Console.OpenStandardInput() : File.OpenRead(name);
            var interchange = SigningInterchangeJson.Read(input);
            using var history = OpenForImport(parsed, parsed.GetValue(genesis));
            var done = history.Import(interchange);
            if (parsed.GetValue(Json)) JsonOutput.Print(ToJson(name, done));
            else Tell(name, done);
            return Task.FromResult(ExitCodes.Ok);
        }));
        return command;
    }

    private static string HistoryPath(ParseResult parsed) =>
        parsed.GetValue(History)?.FullName ?? Path.Combine(parsed.GetValue(Data)!.FullName, SigningHistory.FileName);

    // Of which chain a new history is: the genesis file says it, or the chain that the node has.
    private static SigningHistory OpenForImport(ParseResult parsed, FileInfo? genesis)
    {
        var path = HistoryPath(parsed);
        if (genesis is not null)
        {
            var file = GenesisFiles.Read(StakeNetwork.Genesis, genesis);
            return SigningHistory.Open(path, ConsensusFactory.BuildGenesis(file).Block.Hash);
        }

        if (File.Exists(path)) return SigningHistory.OpenExisting(path);
        var data = parsed.GetValue(Data)!.FullName;
        if (!File.Exists(Path.Combine(data, SqliteChainStore.FileName)))
            throw new StoreException(StoreFailure.Io,
                $"'{data}' holds neither a signing history nor a chain, so it does not say of which chain the history is. Name "
                    + $"the network's genesis file with --genesis.");
        using var chain = SqliteChainStore.OpenReadOnly(data);
        return SigningHistory.Open(path,
            chain.GetCanonicalHash(0)
            ?? throw new StoreException(StoreFailure.Io,
                $"The chain in '{data}' is empty. Name the network's genesis file with --genesis."));
    }

    private static JsonObject ToJson(string name, SigningImport done) => new()
    {
        ["file"] = name,
        ["keys"] = done.Keys,
        ["newKeys"] = done.NewKeys,
        ["newBlocks"] = done.NewBlocks,
        ["newAttestations"] = done.NewAttestations,
        ["conflicts"] = new JsonArray([.. done.Conflicts.Select(conflict => new JsonObject
        {
            ["pubkey"] = Hex.Encode(conflict.PublicKey),
            ["reason"] = conflict.Refusal.Reason,
        })]),
    };

    private static void Tell(string name, SigningImport done)
    {
        AnsiConsole.MarkupLine(Shown.Line($"{name}: {done.NewBlocks} new blocks and {done.NewAttestations} new attestations; "
            + $"{done.Keys} keys, {done.NewKeys} of them new"));
        if (done.Conflicts.Count == 0) return;
        ProgramConsole.Errors.MarkupLine(Markup.Escape($"warning: {done.Conflicts.Count} entries conflict with others, or may, "
            + $"where signing roots are missing. All are kept, so that neither side is signed again."));
        foreach (var conflict in done.Conflicts.Take(ConflictsShown))
            ProgramConsole.Errors.MarkupLine(Shown.Line($"  {Hex.Encode(conflict.PublicKey)}: {conflict.Refusal.Reason}"));
        if (done.Conflicts.Count > ConflictsShown)
            ProgramConsole.Errors.MarkupLine($"  and {done.Conflicts.Count - ConflictsShown} more; --json prints all");
    }
}
