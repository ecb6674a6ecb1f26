using Chain.Miner;

return await MinerCommands.Create().Parse(args).InvokeAsync().ConfigureAwait(false);
