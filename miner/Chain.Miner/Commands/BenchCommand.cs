using System.Text.Json;
using Chain.Mining;
using Chain.Mining.Gpu;
using Chain.Programs;
using Chain.Terminal;
using Spectre.Console;

namespace Chain.Miner;

/// <summary>`miner bench`: correctness first, then speed.</summary>
internal static class BenchCommand
{
    private const int Seed = 2024;

    public static int Execute(int rounds, FileInfo? file, bool json)
    {
        if (rounds < 1)
            return MinerCommands.Fail(json, MinerCommands.Usage, $"--rounds {rounds} measures nothing; give 1 or more.");
        if (file is not null && BenchFile.FindProblem(file) is { } problem)
            return MinerCommands.Fail(json, MinerCommands.Usage, $"--report: {problem}");

        var engines = NonceSearchers.Available();
        var found = Devices.List();
        var devices = Open(found);
        foreach (var engine in devices.Concat(engines))
        {
            if (EngineCheck.Fault(engine, Seed) is not { } fault) continue;
            return MinerCommands.Fail(json, MinerCommands.Failed, $"An engine is wrong, so nothing is measured. {fault}");
        }

        var report = new Benchmark(engines, devices, rounds).Run(ShowProgress);
        ShowProgress("");
        if (file is not null) BenchFile.Write(file, found, report);
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(report, MinerJson.Default.BenchReport));
        else Print(report);
        if (file is not null) Console.Error.WriteLine($"The report is in {file.FullName}.");
        return 0;
    }

    private static List<INonceSearcher> Open(DeviceList list)
    {
        var opened = new List<INonceSearcher>();
        foreach (var device in list.Devices.Where(device => device.IsGpu))
        {
            try
            {
                if (device.Open is not null) opened.Add(device.Open());
            }
            catch (DeviceException e)
            {
                Console.Error.WriteLine(Printable.Line($"{device.Name} is left out: {e.Message}"));
            }
        }

        return opened;
    }

    private static void ShowProgress(string what)
    {
        if (!Console.IsErrorRedirected) ProgramConsole.Errors.Write(new ControlCode($"\r{what,-40}\r"));
    }

    private static void Print(BenchReport report)
    {
        var machine = report.Machine;
        var clock = $"{machine.ClockGhz:0.00} GHz measured";
        AnsiConsole.MarkupLineInterpolated(
            $"All engines agree with BouncyCastle. {machine.Processor}, {machine.Cores} cores, {clock}.");
        var table = new Table().AddColumns("engine", "one core", "x BouncyCastle", "issue limit", "of the limit",
            "instructions/vector");
        foreach (var engine in report.Engines)
        {
            table.AddRow(
                Shown.Field(engine.Name),
                Describe.Rate(engine.HashesPerSecond),
                $"{engine.Ratio:0.00}",
                engine.LimitHashesPerSecond is { } limit ? Describe.Rate(limit) : "-",
                engine.ShareOfLimit is { } share ? $"{share:P0}" : "-",
                engine.InstructionsPerVector is { } instructions ? $"{instructions}" : "-");
        }

        AnsiConsole.Write(table);
        var all = report.AllCores;
        var shares = $"{all.ShareOfCores:P1} of cores x one core ({all.ShareOfCoresByCpuTime:P1} by processor time)";
        AnsiConsole.MarkupLineInterpolated(
            $"{all.Threads} threads of {all.Engine}: {Describe.Rate(all.HashesPerSecond)}, {shares}");
        var cost = report.Distribution;
        var parts = $"{cost.BatchMicroseconds:0.0} µs a batch, {cost.JobChangeMicroseconds:0.0} µs a job change";
        AnsiConsole.MarkupLineInterpolated($"Distribution of work costs {cost.Overhead:P3} of the search ({parts}).");
        foreach (var assumption in report.Assumptions) AnsiConsole.MarkupLineInterpolated($"[grey]{assumption}[/]");
    }
}
