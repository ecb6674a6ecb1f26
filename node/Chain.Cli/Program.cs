using Chain.Cli;

return await ChainProgram.RunAsync(args);
