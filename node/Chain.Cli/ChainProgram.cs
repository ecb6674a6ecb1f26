using System.CommandLine;
using System.CommandLine.Parsing;
using Chain.Node;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rpc.Client;
using Chain.Rules;
using Chain.Terminal;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>The `chain` program: its commands, and what becomes of errors that a person can mend.</summary>
public static class ChainProgram
{
    // Each is made only when it is named, or when all are to be shown: a node should not build the test network's commands first.
    private static readonly (string Name, Func<Command> Create)[] Commands =
    [
        ("testnet", TestnetCommands.Create),
        ("node", NodeCommands.Create),
        ("simulate", SimulateCommand.Create),
        ("genesis", GenesisCommands.Create),
        ("bench", BenchCommands.Create),
        .. KnownRules.All.Where(rule => rule.CommandName is not null)
            .Select(rule => (rule.CommandName!, (Func<Command>)(() => rule.NewCommand(GuardAsync)))),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Chain: an Ethereum-format blockchain node, and whole networks of it on one machine.");
        var named = Commands.Where(command => args is [var first, ..] && command.Name == first).ToArray();
        foreach (var (_, create) in named.Length > 0 ? named : Commands) root.Add(create());
        var parsed = root.Parse(args);
        var isOnlyUnfinished = parsed.CommandResult.Command is { Action: null, Subcommands.Count: > 0 }
            && parsed.UnmatchedTokens.Count == 0 && !args.Contains("--json");
        if (parsed.Errors.Count > 0 && !isOnlyUnfinished)
        {
            // The message alone: a page of help would carry it off the screen, and is no JSON document.
            return Fail(args.Contains("--json"), ExitCodes.Usage, UsageError.Explain("chain", parsed));
        }

        var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        return parsed.Errors.Count > 0 ? ExitCodes.Usage : code;
    }

    /// <summary>
    /// Runs an action; an error with a message for people is printed and gives the exit code, a bug is not caught.
    /// </summary>
    internal static async Task<int> GuardAsync(ParseResult parsed, Func<Task<int>> action)
    {
        var isJson = parsed.GetResult("--json") is OptionResult json && json.GetValueOrDefault<bool>();
        try
        {
            return await action();
        }
        catch (Exception e) when (e is TestnetException or GenesisException or StoreException or ClientException
            or IOException or UnauthorizedAccessException)
        {
            var code = e switch
            {
                UsageException => ExitCodes.Usage,
                NoNodeException or NodeUnreachableException => ExitCodes.NodeUnreachable,
                _ => ExitCodes.Failed,
            };
            return Fail(isJson, code, e is NodeStartException ? e.Message : Printable.Line(e.Message));
        }
        catch (OperationCanceledException)
        {
            // Who pressed Ctrl-C knows it; a program that reads along does not.
            if (isJson) JsonOutput.Print(ErrorDocument.Of(ExitCodes.Interrupted, "Interrupted."));
            return ExitCodes.Interrupted;
        }
    }

    private static int Fail(bool isJson, int code, string message)
    {
        if (isJson) JsonOutput.Print(ErrorDocument.Of(code, message));
        Errors.MarkupLine($"[red]error:[/] {Markup.Escape(Printable.Escape(message))}");
        return code;
    }

    /// <summary>Standard error, for what is not the result.</summary>
    internal static IAnsiConsole Errors => ProgramConsole.Errors;
}
