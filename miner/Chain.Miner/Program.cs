using Chain.Miner;
using Spectre.Console;

if (Console.IsOutputRedirected)
{
    // A file or another program reads along: no colours, and no lines broken at a width that nobody sees.
    AnsiConsole.Profile.Capabilities.Ansi = false;
    AnsiConsole.Profile.Width = 200;
}

return await MinerCommands.RunAsync(args).ConfigureAwait(false);
