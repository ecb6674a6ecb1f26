using Chain.Cli;
using Chain.Terminal;

// A node writes a log, not a screen.
ProgramConsole.Guard(hasScreen: args is not ["node", "run", ..]);

return await ChainProgram.RunAsync(args);
