using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Programs;
using Chain.Terminal;
using Spectre.Console;

namespace Chain.Wallet;

/// <summary>
/// What the user sees. For a person: lines and tables on standard output, notes on standard error. With --json: one
/// document on standard output and nothing else there.
/// </summary>
public sealed class Screen
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly WalletHost _host;
    private readonly IAnsiConsole _console;
    private int _statusLength;

    public Screen(WalletHost host, bool json)
    {
        _host = host;
        IsJson = json;
        _console = ProgramConsole.Create(new AnsiConsoleSettings
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

    /// <summary>One line for a person, in Spectre's markup; the values put into it are escaped. Nothing with --json.</summary>
    public void Line(FormattableString markup)
    {
        if (IsJson) return;
        EraseStatus();
        var values = Array.ConvertAll(
            markup.GetArguments(),
            value => value is IFormattable ? value : Printable.Line(value?.ToString()));
        _console.MarkupLineInterpolated(FormattableStringFactory.Create(markup.Format, values));
    }

    /// <summary>
    /// One line for a person that is never broken here, however narrow the terminal: an address or a hash in it can be copied
    /// whole. Nothing with --json.
    /// </summary>
    public void Whole(string text)
    {
        if (IsJson) return;
        EraseStatus();
        _host.Output.WriteLine(Printable.Line(text));
    }

    /// <summary>
    /// On a terminal the last line, which the next one of these takes the place of and any other goes before. Nothing elsewhere.
    /// </summary>
    public void Status(string text)
    {
        if (IsJson || !_host.OutputIsTerminal) return;

        // One column stays free: a full line would break, and its beginning could not be come back to.
        var line = Printable.Line(text);
        var fitting = line[..Math.Min(line.Length, Math.Max(0, _console.Profile.Width - 1))];
        _host.Output.Write($"\r{fitting.PadRight(_statusLength)}");
        _statusLength = fitting.Length;
    }

    /// <summary>A table for a person. Nothing with --json.</summary>
    public void Table(Table table)
    {
        if (IsJson) return;
        EraseStatus();
        _console.Write(table.Border(TableBorder.Simple));
    }

    /// <summary>The one document. Nothing without --json.</summary>
    public void Document(JsonNode document)
    {
        if (IsJson) _host.Output.WriteLine(Printable.Escape(document.ToJsonString(Indented)));
    }

    /// <summary>A remark of one line beside the results: progress, a warning, what to do next. On standard error.</summary>
    public void Note(string text)
    {
        EraseStatus();
        _host.Error.WriteLine(Printable.Line(text));
    }

    /// <summary>An error in the document: a name, the exit code and the sentence.</summary>
    public static JsonObject ErrorObject(ExitCode code, string message) =>
        ErrorDocument.Error(code.ToString(), (int)code, message);

    /// <summary>The end of a command that could not go on.</summary>
    public void Failure(ExitCode code, string message)
    {
        Document(ErrorDocument.Of(code.ToString(), (int)code, message));
        Note($"error: {message}");
    }

    private void EraseStatus()
    {
        if (_statusLength == 0) return;
        _host.Output.Write($"\r{new string(' ', _statusLength)}\r");
        _host.Output.Flush();
        _statusLength = 0;
    }
}
