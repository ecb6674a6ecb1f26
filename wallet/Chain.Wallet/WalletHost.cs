using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Chain.Programs;

namespace Chain.Wallet;

/// <summary>Everything outside the program that it touches, so that a test can stand in for it.</summary>
public sealed class WalletHost
{
    /// <summary>Standard output: results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error: questions, progress and errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>An environment variable; null where it is not set or empty.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The user's home folder.</summary>
    public required string Home { get; init; }

    /// <summary>Opens HTTP towards a node.</summary>
    public required Func<Uri, HttpMessageHandler> Http { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Asks a person and gives the answer; null when nobody is there to answer.</summary>
    public required Func<string, string?> Ask { get; init; }

    /// <summary>The same without showing what is typed.</summary>
    public required Func<string, string?> AskSecret { get; init; }

    /// <summary>Whether <see cref="Output"/> is a terminal.</summary>
    public required bool OutputIsTerminal { get; init; }

    /// <summary>This process: its console, environment, clock and network.</summary>
    public static WalletHost OfThisProcess() => new()
    {
        Output = Console.Out,
        Error = Console.Error,
        Environment = name => System.Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
        Home = System.Environment.GetFolderPath(
            System.Environment.SpecialFolder.UserProfile, System.Environment.SpecialFolderOption.DoNotVerify),
        // A proxy of the environment is for the world outside, never for a node on this machine. Nobody is followed to where a
        // call was not sent.
        Http = url => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = !IsLoopback(url),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        },
        Time = TimeProvider.System,
        Ask = ReadLine,
        AskSecret = ReadSecret,
        OutputIsTerminal = !Console.IsOutputRedirected,
    };

    private static bool IsLoopback(Uri url) =>
        url.IsLoopback || (IPAddress.TryParse(url.Host, out var address) && IPAddress.IsLoopback(address));

    private static string? ReadLine(string question)
    {
        if (Console.IsInputRedirected) return null;
        using var interrupt = EndOnInterrupt();
        Console.Error.Write(Printable.Line(question));
        return Console.ReadLine();
    }

    /// <summary>
    /// Ctrl-C at a question ends the program at once: nothing is under way, and reading the console heeds no cancellation.
    /// </summary>
    private static PosixSignalRegistration EndOnInterrupt() => PosixSignalRegistration.Create(PosixSignal.SIGINT, _ =>
    {
        Console.Error.WriteLine();
        System.Environment.Exit((int)ExitCode.Interrupted);
    });

    private static string? ReadSecret(string question)
    {
        if (Console.IsInputRedirected) return null;
        using var interrupt = EndOnInterrupt();
        Console.Error.Write(Printable.Line(question));
        var secret = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) break;
            if (key.Key == ConsoleKey.Backspace) secret.Length = Math.Max(0, secret.Length - 1);
            else if (key.KeyChar >= ' ') secret.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return secret.ToString();
    }
}
