using Chain.Tests;
using Xunit.Runner.InProc.SystemConsole;

// Started by tests as a process to be killed, and by the test runner.
return args switch
{
    [SigningRacer.Command, var path] => SigningRacer.Run(path),
    _ => await ConsoleRunner.Run(args),
};
