using Chain.Miner;
using Chain.Terminal;

ProgramConsole.Guard(hasScreen: true);
return await MinerCommands.RunAsync(args).ConfigureAwait(false);
