using Chain.Miner;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    // A file or another program reads along: no colours, and no lines broken at a width that nobody sees.
    AnsiConsole.Profile.Capabilities.Ansi = false;
    AnsiConsole.Profile.Width = 200;
}

var parsed = MinerCommands.Create().Parse(args);
var code = await parsed.InvokeAsync().ConfigureAwait(false);

// A command line that makes no sense ends in 2, as in `chain` and `wallet`.
return parsed.Errors.Count > 0 ? 2 : code;
