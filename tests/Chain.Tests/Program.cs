using Chain.Tests;

// Started by tests as a process to be killed; the test runner itself never comes here.
return args switch
{
    [StoreCrashWriter.Command, var folder, var seed] => StoreCrashWriter.Run(folder, int.Parse(seed)),
    [SigningRacer.Command, var path] => SigningRacer.Run(path),
    _ => Fail(),
};

static int Fail()
{
    Console.Error.WriteLine("This assembly holds tests: run it with `dotnet test`.");
    return 2;
}
