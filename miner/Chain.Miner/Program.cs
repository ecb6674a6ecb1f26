using Chain.Miner;

var parsed = MinerCommands.Create().Parse(args);
var code = await parsed.InvokeAsync().ConfigureAwait(false);

// A command line that makes no sense ends in 2, as in `chain` and `wallet`.
return parsed.Errors.Count > 0 ? 2 : code;
