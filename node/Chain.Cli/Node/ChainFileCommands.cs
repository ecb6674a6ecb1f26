using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Consensus;
using Chain.Node;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rules;
using Chain.Storage;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain node export|import|backup`: a node's chain as a file.</summary>
internal static class ChainFileCommands
{
    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document and nothing else" };

    public static Command Export()
    {
        var data = Data();
        var file = new Argument<FileInfo>("file") { Description = "The file to write; it must not exist" };
        var from = new Option<ulong>("--from") { Description = "The first block" };
        var to = new Option<ulong?>("--to") { Description = "The last block; the head if not given" };
        var command = new Command("export",
            "Write the canonical chain as a stream of block RLPs, under proof of stake each followed by its sidecar as an RLP "
                + "string; the node may be running") { data, file, from, to, Json };
        command.SetAction((parsed, cancellation) =>
            ChainProgram.GuardAsync(parsed, () => WithProgressAsync(parsed.GetValue(Json), "exporting", report =>
        {
            using var reader = SqliteChainStore.OpenReadOnly(parsed.GetValue(data)!.FullName);
            var head = reader.GetHead() is { } record
                ? (reader.GetHeader(record.Head) ?? throw StoreException.Missing($"block {record.Head}, its head")).Number
                : 0;
            var (first, last) = (parsed.GetValue(from), Math.Min(parsed.GetValue(to) ?? head, head));
            if (first > last) throw new UsageException($"There are no blocks from {first} to {last}: the head is block {head}.");
            var path = parsed.GetValue(file)!.FullName;
            var written = 0L;
            WholeFile.Write(path,
                stream => written = new ChainFileWriter(stream).WriteCanonical(reader, first, last,
                    number => report((double)(number - first) / (last - first + 1), $"block {number}"), cancellation));
            return new JsonObject
            {
                ["file"] = path,
                ["blocks"] = written,
                ["first"] = first,
                ["last"] = last,
                ["bytes"] = new FileInfo(path).Length,
            };
        })));
        return command;
    }

    public static Command Import()
    {
        var data = Data();
        var genesis = new Option<FileInfo>("--genesis")
        {
            Description = "The genesis file of the network (geth's JSON)",
            Required = true,
        };
        var file = new Argument<FileInfo>("file")
        {
            Description = "A stream of block RLPs, under proof of stake each followed by its sidecar, as export writes it",
        };
        var command = new Command("import",
            "Import blocks from a file into the store of a node that is not running; every rule applies") { data, genesis, file,
            Json };
        command.SetAction((parsed, cancellation) =>
            ChainProgram.GuardAsync(parsed, () => WithProgressAsync(parsed.GetValue(Json), "importing", report =>
        {
            var parsedGenesis = GenesisFiles.Read(KnownRules.Genesis, parsed.GetValue(genesis)!);
            var built = ConsensusFactory.BuildGenesis(parsedGenesis);
            using var stream = new BufferedStream(new FileStream(parsed.GetValue(file)!.FullName, FileMode.Open, FileAccess.Read),
                1 << 20);
            using var store = DiskStores.Open(DiskStores.Sqlite, parsed.GetValue(data)!.FullName, built.Block.Hash,
                ChainSettings.Of(parsedGenesis.Spec), ChainProgram.Errors.WriteLine);
            if (store.GetHead() is null)
                store.Commit(NodeCore.GenesisBatch(built, new At(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds())));
            var config = new NodeConfig { Spec = parsedGenesis.Spec, Genesis = built.Block };
            var length = Math.Max(stream.Length, 1);
            var done = ChainImporter.Run(store, config, ConsensusFactory.Create(parsedGenesis.Spec, built.Block.Header),
                new ChainFileReader(stream), TimeProvider.System, now => report((double)now.Bytes / length, $"block {now.Head}"),
                cancellation);
            return new JsonObject { ["blocks"] = done.Blocks, ["transactions"] = done.Transactions, ["head"] = done.Head };
        })));
        return command;
    }

    public static Command Backup()
    {
        var data = Data();
        var file = new Argument<FileInfo>("file")
        {
            Description = "The file to write; it must not exist. To use it, put it as chain.db into an empty data folder",
        };
        var command = new Command("backup", "Copy a store as of now, while its node goes on") { data, file, Json };
        command.SetAction((parsed, cancellation) =>
            ChainProgram.GuardAsync(parsed, () => WithProgressAsync(parsed.GetValue(Json), "copying", report =>
        {
            var path = parsed.GetValue(file)!.FullName;
            SqliteChainStore.Backup(parsed.GetValue(data)!.FullName, path,
                (done, all) => report((double)done / Math.Max(all, 1), $"{done} of {all} pages"), cancellation);
            return new JsonObject { ["file"] = path, ["bytes"] = new FileInfo(path).Length };
        })));
        return command;
    }

    private static Option<DirectoryInfo> Data() => new("--data") { Description = "The node's data folder", Required = true };

    // Progress goes to standard error, the outcome to standard output.
    private static async Task<int> WithProgressAsync(bool json, string verb, Func<Action<double, string>, JsonObject> work)
    {
        var outcome = json
            ? await Task.Run(() => work((_, _) => { }))
            : await ChainProgram.Errors.Progress().AutoClear(true).StartAsync(context =>
            {
                var task = context.AddTask(verb, maxValue: 1);
                return Task.Run(() => work((ratio, what) =>
                {
                    task.Value = ratio;
                    task.Description = Markup.Escape($"{verb}: {what}");
                }));
            });
        if (json) JsonOutput.Print(outcome);
        else AnsiConsole.MarkupLine(Markup.Escape(string.Join(", ", outcome.Select(field => $"{field.Key} {field.Value}"))));
        return ExitCodes.Ok;
    }
}
