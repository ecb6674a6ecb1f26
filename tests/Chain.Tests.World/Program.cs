using Chain.Tests;
using Xunit.Runner.InProc.SystemConsole;

// Started by tests as a process to be killed, and by the test runner.
return args switch
{
    [StoreCrashWriter.Command, var folder, var seed] => StoreCrashWriter.Run(folder, int.Parse(seed)),
    _ => await ConsoleRunner.Run(args),
};
