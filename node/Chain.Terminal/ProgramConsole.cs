using Spectre.Console;

namespace Chain.Terminal;

/// <summary>
/// The standard streams of a program, guarded: nothing reaches them but through <see cref="PrintableHook"/> or
/// <see cref="PrintableWriter"/>.
/// </summary>
public static class ProgramConsole
{
    // Wide enough for a sentence: nobody sees at which width a file would be broken.
    private const int WidthOfFiles = 200;
    private const int WidthOfErrorFiles = 1000;

    private static Lazy<IAnsiConsole> _errors = new(() => CreateErrors(Console.Error));

    /// <summary>Standard error, for what is not the result.</summary>
    public static IAnsiConsole Errors => _errors.Value;

    /// <summary>Puts the guards in place; once, before anything is printed.</summary>
    /// <param name="hasScreen">Whether the program prints with Spectre; one that only writes a log starts faster without.</param>
    public static void Guard(bool hasScreen)
    {
        // Spectre writes its own sequences, so its consoles keep the streams as they are.
        var errors = Console.Error;
        _errors = new Lazy<IAnsiConsole>(() => CreateErrors(errors));
        if (hasScreen)
        {
            AnsiConsole.Console = Create(new AnsiConsoleSettings());
            if (Console.IsOutputRedirected)
            {
                // A file or another program reads along: no colors, and no lines broken.
                AnsiConsole.Profile.Capabilities.Ansi = false;
                AnsiConsole.Profile.Width = WidthOfFiles;
            }
        }

        Console.SetOut(new PrintableWriter(Console.Out));
        Console.SetError(new PrintableWriter(errors));
    }

    /// <summary>A console that shows no text raw.</summary>
    public static IAnsiConsole Create(AnsiConsoleSettings settings)
    {
        var console = AnsiConsole.Create(settings);
        console.Pipeline.Attach(new PrintableHook());
        return console;
    }

    private static IAnsiConsole CreateErrors(TextWriter errors)
    {
        var ansi = Console.IsErrorRedirected ? AnsiSupport.No : AnsiSupport.Detect;
        var console = Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(errors), Ansi = ansi });
        if (Console.IsErrorRedirected) console.Profile.Width = WidthOfErrorFiles;
        return console;
    }
}
