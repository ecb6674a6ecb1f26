using System.CommandLine;
using Chain.Node;
using Chain.Node.Host;
using Chain.Primitives;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>The `chain` program: its commands, and what becomes of errors that a person can mend.</summary>
public static class ChainProgram
{
    public const int Ok = 0;
    public const int Refused = 1;

    public static Task<int> RunAsync(string[] args)
    {
        if (Console.IsOutputRedirected)
        {
            // A file or another program reads along: no colours, and no lines broken at a width that nobody sees.
            AnsiConsole.Profile.Capabilities.Ansi = false;
            AnsiConsole.Profile.Width = 200;
        }

        var root = new RootCommand("Chain: an Ethereum-format blockchain node, and whole networks of it on one machine.")
        {
            TestnetCommands.Create(),
            NodeCommands.Create(),
            SimulateCommand.Create(),
            GenesisCommands.Create(),
            ValidatorCommands.Create(),
            BenchCommands.Create(),
        };
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    /// <summary>Runs an action; an error with a message for people is printed and ends in 1, a bug is not caught.</summary>
    internal static async Task<int> GuardAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is TestnetException or GenesisException or StoreException or SigningInterchangeException or IOException or UnauthorizedAccessException)
        {
            Errors.MarkupLine($"[red]error:[/] {Markup.Escape(e.Message)}");
            return Refused;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    /// <summary>Standard error, for what is not the result.</summary>
    internal static IAnsiConsole Errors { get; } = CreateErrors();

    private static IAnsiConsole CreateErrors()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Ansi = Console.IsErrorRedirected ? AnsiSupport.No : AnsiSupport.Detect });
        if (Console.IsErrorRedirected) console.Profile.Width = 1000;
        return console;
    }
}
