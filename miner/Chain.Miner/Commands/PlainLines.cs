using Chain.Mining;
using Chain.Programs;

namespace Chain.Miner;

/// <summary>A line an event, for output that goes to a file. New work comes every second, so it is left out.</summary>
internal sealed class PlainLines(TextWriter output) : IRunDisplay
{
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    public void Happened(MinerEvent happened)
    {
        if (happened is not MinerEvent.NewWork) _output.WriteLine(Printable.Line(Describe.Event(happened)));
    }

    public void DeviceNews(string message) => _output.WriteLine(Printable.Line(message));

    public Task ShowAsync(WorkClient client, CancellationToken ct) => Task.CompletedTask;

    public void Stopped(WorkClient client) => _output.WriteLine($"stopped: {Describe.Sums(client)}");
}
