using Chain.Cli;
using Chain.Primitives;
using Chain.Rules;
using Chain.Testnet;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Tests;

/// <summary>
/// What nodes and peers say, on the screens of `chain`: text, never a terminal's command, Spectre's markup or a new line. Alone,
/// because it listens to the console.
/// </summary>
[Collection("console")]
public sealed class ScreenTextTests : IDisposable
{
    private const string Evil = "\u001b[2J\u202e\n[/][red]x";
    private const string Shows = @"\u001b[2J\u202e\u000a[/][red]x";

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-screen-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_alert_is_shown_in_one_line()
    {
        var status = StatusSample.Network(WithAlert(Evil, "says " + Evil));
        Assert.Equal($"node 0: {Shows} says {Shows}", Print(StatusScreen.Alerts(status)).Trim());
    }

    [Fact]
    public void An_alert_of_a_megabyte_is_cut()
    {
        var status = StatusSample.Network(WithAlert("a", new string('m', 1 << 20)));
        Assert.InRange(Print(StatusScreen.Alerts(status)).Length, 1000, 4000);
    }

    [Theory]
    [InlineData(130, true, "")]
    [InlineData(80, false, "not shown, for want of room: reorganisations, hash rate")]
    public void A_table_of_nodes_leaves_out_what_a_narrow_terminal_has_no_room_for(int width, bool isWhole, string note)
    {
        var block = new StatusBlock(1234, Hash256.Parse("0x" + new string('a', 64)));
        var node = StatusSample.Node(0) with
        {
            ResidentBytes = 40_000_000,
            Status = StatusSample.At(block.Number, block.Hash) with
            {
                Safe = block with { Number = 1228 },
                Finalized = block with { Number = 1100 },
                HashRate = 100_000,
                Reorgs = [new StatusReorg(1, block with { Number = 1200 }, block, block)],
            },
        };

        var printed = Print(StatusScreen.Render(KnownRules.All[0], StatusSample.Network(node)), width);

        Assert.Equal(isWhole, printed.Contains("last 1 deep above block 1200", StringComparison.Ordinal));
        Assert.Contains("1234 0xaaaaaaaa", printed, StringComparison.Ordinal);
        Assert.Contains(note, printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_shows_what_a_peer_put_into_it_and_says_the_same_as_JSON()
    {
        var file = Path.Combine(_folder, "node.log");
        await File.WriteAllTextAsync(file, "info: Connected with \u001b[2J\u009b\u202e\rme\ninfo: next\n");
        var heard = await ListenAsync(() => LogTail.PrintAsync(file, 40, follow: false, CancellationToken.None));
        Assert.Equal("info: Connected with \\u001b[2J\\u009b\\u202e\nme\ninfo: next\n", heard);
    }

    [Fact]
    public void A_node_writes_one_line_of_text_for_an_event_whatever_is_in_it()
    {
        var file = Path.Combine(_folder, "log");
        using (var log = new LogFactory(file))
            log.CreateLogger("Chain.Net").Log(LogLevel.Warning, default, Evil, null, static (name, _) => $"{name} left");
        var line = Assert.Single(File.ReadAllLines(file));
        Assert.EndsWith($"warn  Net: {Shows} left", line, StringComparison.Ordinal);
    }

    private static NodeReport WithAlert(string name, string message) => StatusSample.Node(0) with
    {
        Status = StatusSample.At(1, Hash256.Zero) with { Alerts = [new StatusAlert(name, message)] },
    };

    // Without the guard of the program, so that each screen has to escape by itself.
    private static string Print(IRenderable what, int width = 5000)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Ansi = AnsiSupport.No });
        console.Profile.Width = width;
        console.Write(what);
        Assert.DoesNotContain(output.ToString(), c => c is '\u001b' or '\u202e');
        return output.ToString();
    }

    private static async Task<string> ListenAsync(Func<Task> run)
    {
        var output = Console.Out;
        var heard = new StringWriter();
        Console.SetOut(heard);
        try
        {
            await run();
            return heard.ToString();
        }
        finally
        {
            Console.SetOut(output);
        }
    }
}
