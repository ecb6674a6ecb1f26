using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Bench;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rules.Work;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain bench`: what this machine does, measured by the program itself.</summary>
internal static class BenchCommands
{
    internal static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document and nothing else",
        Recursive = true,
    };
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>What the figures were measured on.</summary>
    internal static string Machine => $"{Environment.ProcessorCount} cores, .NET {Environment.Version}";

    public static Command Create() =>
        new("bench", "Measure this machine with the node's own code; figures come with a ratio to a baseline of the same run")
    {
        Json, Import(), Reorg(), Sync(), Transfers(), Memory(), EpochTransition(), StakeSync(), Evidence(),
        AttackCommand.Create(), Damage(),
    };

    private static Command Import()
    {
        var blocks = Count("--blocks", 20, "Blocks");
        var transfers = Count("--transfers", 1000, "Transfers in each");
        var accounts = Count("--accounts", 10_000, "Accounts that they move ether among");
        var managed = new Option<bool>("--managed")
        {
            Description = "With the managed signatures, as where libsecp256k1 is missing",
        };
        var command = Bench("import", "Blocks of plain transfers into a database on disk", [blocks, transfers, accounts],
            (parsed, folder, _) =>
        {
            if (parsed.GetValue(managed)) AppContext.SetSwitch(Secp256k1.ManagedOnlySwitch, true);
            return Task.FromResult(ImportBench.Run(parsed.GetValue(blocks), parsed.GetValue(transfers), parsed.GetValue(accounts),
                folder));
        });
        command.Add(managed);
        return command;
    }

    private static Command Reorg()
    {
        var depth = Count("--depth", 64, "Blocks that give way");
        var transfers = Count("--transfers", 200, "Transfers in each");
        return Bench("reorg", "A reorganisation, executed in the switch and before it", [depth, transfers], (parsed, folder, _) =>
            Task.FromResult(ReorgBench.Run(parsed.GetValue(depth), parsed.GetValue(transfers), folder)));
    }

    private static Command Sync()
    {
        var blocks = Count("--blocks", 20_000, "Empty blocks");
        return Bench("sync", "Catching up with a peer over TCP", [blocks],
            (parsed, folder, cancellation) => SyncBench.RunAsync(parsed.GetValue(blocks), folder, cancellation));
    }

    private static Command Transfers()
    {
        var count = Count("--count", 20_000, "Transfers");
        var port = Count("--rpc-port", 18_545, "JSON-RPC port of the node that is measured");
        return Bench("transfers", "Signed transfers through one node's JSON-RPC until mined", [count, port],
            async (parsed, folder, cancellation) =>
        {
            var testnet = new TestnetFolder(folder);
            var manifest = TestnetPlan.Create(testnet, new TestnetWishes
            {
                Nodes = 1,
                RpcPort = parsed.GetValue(port),
                PeerPort = parsed.GetValue(port) + 500,
                GasLimit = 300_000_000,
                Rule = new WorkWishes(),
            });
            var runner = new TestnetRunner(testnet, manifest, WorkNetwork.Instance);
            try
            {
                await runner.StartAllAsync(cancellation);
                return await TransferBench.RunAsync(runner, parsed.GetValue(count), cancellation);
            }
            finally
            {
                await runner.StopAllAsync();
            }
        });
    }

    private static Command EpochTransition()
    {
        var validators = Count("--validators", 1000, "Validators");
        return Bench("epoch", "The epoch transition of proof of stake", [validators],
            (parsed, _, _) => Task.FromResult(EpochBench.Run(parsed.GetValue(validators))));
    }

    private static Command StakeSync()
    {
        var blocks = Count("--blocks", 1000, "Blocks");
        var validators = Count("--validators", 128, "Validators; an eighth of them votes in each block");
        return Bench("stake-sync", "Catching up with a peer under proof of stake", [blocks, validators],
            (parsed, folder, cancellation) =>
            StakeSyncBench.RunAsync(parsed.GetValue(blocks), parsed.GetValue(validators), folder, cancellation));
    }

    private static Command Evidence()
    {
        var rounds = Count("--rounds", 25, "Validators that vote twice");
        return Bench("evidence", "From a second, conflicting vote to the evidence", [rounds],
            (parsed, folder, cancellation) =>
                EvidenceBench.RunAsync(parsed.GetValue(rounds), folder, TimeProvider.System, cancellation));
    }

    private static Command Damage()
    {
        var flips = Count("--flips", 200, "Bits, each flipped in a copy of its own");
        var first = Count("--first-seed", 1, "The seed of the first flip");
        var port = Count("--rpc-port", 18_545, "JSON-RPC port of the nodes");
        return Bench("damage",
            "Nodes on folders in which one bit of one file is flipped: they serve soundly or refuse clearly, or this fails",
            [flips, first, port], (parsed, folder, cancellation) =>
            DamageBench.RunAsync(parsed.GetValue(flips), parsed.GetValue(first), parsed.GetValue(port), folder,
                parsed.GetValue(Json) ? null : Console.Error.WriteLine, cancellation));
    }

    private static Command Memory()
    {
        var blocks = Count("--blocks", 10_000, "Empty blocks; mining them beforehand takes about a minute");
        var port = Count("--rpc-port", 18_545, "JSON-RPC port of the node that is measured");
        return Bench("memory", "Resident memory of a node process, idle and after a chain from a peer", [blocks, port],
            (parsed, folder, cancellation) =>
            MemoryBench.RunAsync(parsed.GetValue(blocks), parsed.GetValue(port), folder, cancellation));
    }

    private static Option<int> Count(string name, int normal, string description) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => normal,
    };

    private static Command Bench(string name, string description, Option<int>[] options,
        Func<ParseResult, string, CancellationToken, Task<IReadOnlyList<BenchFigure>>> run)
    {
        var command = new Command(name, description);
        foreach (var option in options) command.Add(option);
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            foreach (var option in options)
            {
                if (parsed.GetValue(option) < 1)
                    throw new UsageException($"{option.Name} is {parsed.GetValue(option)}; it must be at least 1.");
            }

            var folder = Directory.CreateTempSubdirectory("chain-bench-").FullName;
            try
            {
                Print(await run(parsed, folder, cancellation), parsed.GetValue(Json));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }

            return ExitCodes.Ok;
        }));
        return command;
    }

    private static void Print(IReadOnlyList<BenchFigure> figures, bool json)
    {
        if (json)
        {
            var document = new JsonObject
            {
                ["machine"] = Machine,
                ["figures"] = new JsonArray([.. figures.Select(figure => new JsonObject
                {
                    ["name"] = figure.Name,
                    ["value"] = figure.Value,
                    ["unit"] = figure.Unit,
                    ["ratio"] = figure.Ratio,
                    ["baseline"] = figure.Baseline,
                })]),
            };
            Console.WriteLine(document.ToJsonString(Indented));
            return;
        }

        foreach (var figure in figures)
        {
            var ratio = figure.Ratio is { } value
                ? string.Create(CultureInfo.InvariantCulture, $"  ({value:F2} x {figure.Baseline})")
                : "";
            AnsiConsole.MarkupLine(Markup.Escape(string.Create(CultureInfo.InvariantCulture,
                $"{figure.Name}: {figure.Value:#,0.###} {figure.Unit}{ratio}")));
        }
    }
}
