using System.CommandLine;
using Chain.Programs;
using Chain.Terminal;

namespace Chain.Miner;

/// <summary>
/// The command line of `miner`. Exit codes: 0 done, 1 failed, 2 a command line that makes no sense, as in `chain` and `wallet`.
/// </summary>
internal static class MinerCommands
{
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>Runs one command line and gives the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Create().Parse(args);
        var isJson = args.Contains("--json");

        // `miner` alone, which its help answers.
        var isOnlyUnfinished = parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens.Count == 0 && !isJson;
        if (parsed.Errors.Count > 0 && !isOnlyUnfinished)
        {
            return Fail(isJson, Usage, UsageError.Explain("miner", parsed));
        }

        var code = await parsed.InvokeAsync().ConfigureAwait(false);
        return parsed.Errors.Count > 0 ? Usage : code;
    }

    /// <summary>
    /// The end of a command that cannot go on: the sentence on standard error, with --json a document in one line on standard
    /// output too.
    /// </summary>
    public static int Fail(bool isJson, int code, string message)
    {
        if (isJson) Console.Out.WriteLine(ErrorDocument.Of(code, message).ToJsonString());
        Console.Error.WriteLine($"error: {Printable.Line(message)}");
        return code;
    }

    private static RootCommand Create() => new("Searches proof-of-work nonces for a Chain node, as fast as the machine allows.")
    {
        Run(),
        Bench(),
        Devices(),
    };

    private static Command Run()
    {
        var rpc = new Option<string>("--rpc")
        {
            Description = "The nodes to mine for, the preferred one first: URL[,URL...]",
            DefaultValueFactory = _ => "http://127.0.0.1:8545",
        };
        var engine = new Option<string>("--engine")
        {
            Description = "auto, cpu, gpu, ilgpu (the kernel through ILGPU on the best device, if need be an emulated one), or "
                + "an engine of `miner devices`",
            DefaultValueFactory = _ => "auto",
        };
        var threads = new Option<int>("--threads")
        {
            Description = "Threads of a processor engine",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var limit = new Option<double?>("--limit") { Description = "Hashes a second at most, all threads together" };
        var blocks = new Option<long?>("--blocks") { Description = "Stop after this many accepted blocks" };
        var json = JsonOption("Print one JSON object a line, an event each");
        var command = new Command("run", "Mine for a node") { rpc, engine, threads, limit, blocks, json };
        command.SetAction((parsed, ct) => RunCommand.ExecuteAsync(
            new RunCommand.Arguments(
                parsed.GetValue(rpc)!,
                parsed.GetValue(engine)!,
                parsed.GetValue(threads),
                parsed.GetValue(limit),
                parsed.GetValue(blocks),
                parsed.GetValue(json)),
            ct));
        return command;
    }

    private static Command Bench()
    {
        var rounds = new Option<int>("--rounds")
        {
            Description = "Interleaved rounds, of which the median counts",
            DefaultValueFactory = _ => 15,
        };
        var json = JsonOption("Print one JSON document");
        var report = new Option<FileInfo?>("--report")
        {
            HelpName = "FILE",
            Description = "Also write the result to this new file, with the machine, its devices and the versions",
        };
        var command = new Command("bench", "Check every engine against BouncyCastle, then measure it") { rounds, report, json };
        command.SetAction((parsed, _) =>
            Task.Run(() => BenchCommand.Execute(parsed.GetValue(rounds), parsed.GetValue(report), parsed.GetValue(json))));
        return command;
    }

    private static Command Devices()
    {
        var json = JsonOption("Print one JSON document");
        var command = new Command("devices", "List the engines of this machine, and why others do not run") { json };
        command.SetAction(parsed => DevicesCommand.Execute(parsed.GetValue(json)));
        return command;
    }

    private static Option<bool> JsonOption(string description) => new("--json") { Description = description };
}
