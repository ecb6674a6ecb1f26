using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Chain.Wallet;

/// <summary>
/// What the user sees. For a person: lines and tables on standard output, notes on standard error. With --json: one
/// document on standard output and nothing else there.
/// </summary>
public sealed class Screen
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly WalletHost _host;
    private readonly IAnsiConsole _console;

    public Screen(WalletHost host, bool json)
    {
        _host = host;
        IsJson = json;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(host.Output),
            Ansi = host.OutputIsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = host.OutputIsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });

        // A pipe has no width: nothing is broken there.
        if (!host.OutputIsTerminal) _console.Profile.Width = 400;
    }

    public bool IsJson { get; }

    /// <summary>A line for a person, in Spectre's markup; the values put into it are escaped. Nothing with --json.</summary>
    public void Line(FormattableString markup)
    {
        if (!IsJson) _console.MarkupLineInterpolated(markup);
    }

    /// <summary>A table for a person. Nothing with --json.</summary>
    public void Table(Table table)
    {
        if (!IsJson) _console.Write(table.Border(TableBorder.Simple));
    }

    /// <summary>The one document. Nothing without --json.</summary>
    public void Document(JsonNode document)
    {
        if (IsJson) _host.Output.WriteLine(document.ToJsonString(Indented));
    }

    /// <summary>A remark beside the results: progress, a warning, what to do next. On standard error.</summary>
    public void Note(string text) => _host.Error.WriteLine(text);

    /// <summary>An error in the document: a name, the exit code and the sentence.</summary>
    public static JsonObject ErrorObject(ExitCode code, string message) =>
        new() { ["code"] = code.ToString(), ["exitCode"] = (int)code, ["message"] = message };

    /// <summary>The end of a command that could not go on.</summary>
    public void Failure(ExitCode code, string message)
    {
        Document(new JsonObject { ["error"] = ErrorObject(code, message) });
        _host.Error.WriteLine($"error: {message}");
    }
}
