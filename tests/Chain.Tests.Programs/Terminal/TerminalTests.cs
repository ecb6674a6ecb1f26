using Chain.Terminal;
using Spectre.Console;

namespace Chain.Tests;

/// <summary>The last line before a terminal: whatever is printed and whoever forgot to ask, no text gets out raw.</summary>
public sealed class TerminalTests
{
    private const string Evil = "\u001b[2J\u202e\u2028\u009b[/][red]x";
    private const string Shows = @"\u001b[2J\u202e\u2028\u009b[/][red]x";

    [Fact]
    public void Text_in_a_table_a_panel_and_a_line_of_Spectre_is_escaped_and_its_colors_are_not()
    {
        var output = new StringWriter();
        var console = Console(output);
        console.Profile.Width = 200;
        console.Write(new Table().AddColumn("[red]a[/]").AddRow(new Text(Evil)));
        console.Write(new Panel(new Text(Evil)).Header(Markup.Escape(Evil)));
        console.MarkupLineInterpolated($"[bold]{Evil}[/]");
        var printed = output.ToString();
        Assert.Equal(4, printed.Split(Shows).Length - 1);
        Assert.Contains("\u001b[91ma\u001b[0m", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", printed, StringComparison.Ordinal);
        Assert.DoesNotContain(printed, c => c is '\u202e' or '\u2028' or '\u009b');
    }

    [Fact]
    public void A_live_view_escapes_what_it_shows_and_moves_its_cursor()
    {
        var output = new StringWriter();
        var console = Console(output);
        console.Live(new Text(Evil)).Start(live =>
        {
            live.UpdateTarget(new Text("more " + Evil));
            live.Refresh();
        });
        Assert.Contains("more " + Shows, output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', output.ToString());
    }

    [Fact]
    public void Every_way_to_write_a_plain_line_is_escaped()
    {
        var output = new StringWriter();
        var writer = TextWriter.Synchronized(new PrintableWriter(output));
        writer.WriteLine(Evil);
        writer.Write(Evil.ToCharArray());
        writer.Write(Evil.AsSpan());
        writer.WriteLine("{0}", Evil);
        writer.WriteLine((object)Evil);
        foreach (var character in Evil + "👍\n") writer.Write(character);
        writer.Flush();
        Assert.Equal($"{Shows}\n{Shows}{Shows}{Shows}\n{Shows}\n{Shows}👍\n", output.ToString());
    }

    [Fact]
    public async Task Asynchronous_writes_are_escaped_too()
    {
        var output = new StringWriter();
        var writer = new PrintableWriter(output);
        await writer.WriteLineAsync(Evil);
        await writer.WriteAsync(Evil.AsMemory());
        await writer.WriteAsync('\u001b');
        await writer.FlushAsync();
        Assert.Equal($"{Shows}\n{Shows}\\u001b", output.ToString());
    }

    [Fact]
    public void Half_a_pair_is_escaped_when_the_other_half_does_not_come()
    {
        var output = new StringWriter();
        var writer = new PrintableWriter(output);
        writer.Write('\ud83d');
        writer.Write('\ud83d');
        writer.Write('x');
        writer.Write('\ud83d');
        writer.Flush();
        Assert.Equal(@"\ud83d\ud83dx\ud83d", output.ToString());
    }

    [Fact]
    public void A_field_in_markup_is_bounded_on_one_line_and_no_markup() =>
        Assert.Equal(@"\u001b[[red]]\u000ax", Shown.Field("\u001b[red]\nx"));

    private static IAnsiConsole Console(TextWriter output) => ProgramConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(output),
        Ansi = AnsiSupport.Yes,
        ColorSystem = ColorSystemSupport.Standard,
        Interactive = InteractionSupport.Yes,
    });
}
