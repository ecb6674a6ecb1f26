using System.Text.Json;
using Chain.Mining;
using Chain.Mining.Gpu;
using Chain.Terminal;
using Spectre.Console;

namespace Chain.Miner;

/// <summary>`miner devices`.</summary>
internal static class DevicesCommand
{
    public static int Execute(bool json)
    {
        var report = Report(Devices.List());
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(report, MinerJson.Default.DevicesReport));
            return 0;
        }

        var table = new Table().AddColumns("engine", "kind", "runs here");
        foreach (var engine in report.Engines)
            table.AddRow(Shown.Field(engine.Name), "processor",
                engine.Chosen ? "yes, the fastest" : Answer(engine.Available, engine.Problem));
        foreach (var device in report.Devices)
            table.AddRow(Shown.Field(device.Name), Shown.Field(device.Kind), Answer(device.Available, device.Problem));
        AnsiConsole.Write(table);
        if (report.Note is not null) AnsiConsole.MarkupLineInterpolated($"{report.Note}");
        return 0;
    }

    public static DevicesReport Report(DeviceList devices) => new(
        [
            .. NonceSearchers.Available().Select(engine =>
                new EngineEntry(engine.Name, true, engine == NonceSearchers.Best, null)),
            .. NonceSearchers.Unavailable().Select(engine => new EngineEntry(engine.Name, false, false, $"needs {engine.Needs}")),
        ],
        devices.Devices.Select(device => new DeviceEntry(device.Name, device.Kind, device.Problem is null, device.Problem))
            .ToArray(),
        devices.Note);

    private static string Answer(bool available, string? problem) => available ? "yes" : Shown.Field($"no: {problem}");
}
