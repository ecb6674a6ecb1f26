using System.Text.Json;
using Chain.Mining;

namespace Chain.Miner;

/// <summary>One JSON object a line: every event, and the rates every two seconds.</summary>
internal sealed class JsonLines(TextWriter output, TimeProvider time) : IRunDisplay
{
    private static readonly TimeSpan RateInterval = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();

    public void Happened(MinerEvent happened) => Write(happened switch
    {
        MinerEvent.Connected connected => Line("connected") with { Url = connected.Url.ToString(), Pushed = connected.Pushed },
        MinerEvent.Disconnected disconnected => Line("disconnected") with
        {
            Url = disconnected.Url.ToString(),
            Reason = disconnected.Reason,
            RetrySeconds = disconnected.RetryIn.TotalSeconds,
        },
        MinerEvent.NewWork work => Line("work") with
        {
            BlockNumber = work.Work.BlockNumber,
            SealHash = work.Work.Job.SealHash.ToString(),
            Target = work.Work.Job.Target.ToHash256().ToString(),
        },
        MinerEvent.Found found => Of("found", found.Solution),
        MinerEvent.Submitted submitted => Of("submitted", submitted.Solution) with
        {
            Outcome = Describe.Outcome(submitted.Outcome),
            Reason = Describe.Reason(submitted.Outcome),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "No such event."),
    });

    public void DeviceNews(string message) => Write(Line("device") with { Reason = message });

    public async Task ShowAsync(WorkClient client, CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(RateInterval, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ct.IsCancellationRequested) return;
            Write(Sums("rate", client));
        }
    }

    public void Stopped(WorkClient client) => Write(Sums("stopped", client));

    private RunLine Sums(string name, WorkClient client) => Line(name) with
    {
        HashesPerSecond = client.Session.HashesPerSecond,
        Hashes = client.Session.TotalHashes,
        SearchShare = client.Session.SearchShare,
        Engines = client.Session.Rates.Select(rate => new EngineRate(rate.Engine, rate.Threads, rate.HashesPerSecond)).ToArray(),
        Counters = client.Counters,
    };

    private RunLine Of(string name, FoundNonce solution) => Line(name) with
    {
        SealHash = solution.Job.SealHash.ToString(),
        Nonce = $"0x{solution.Nonce:x16}",
        Engine = solution.Engine,
    };

    private RunLine Line(string name) => new(name, time.GetUtcNow());

    private void Write(RunLine line)
    {
        var text = JsonSerializer.Serialize(line, MinerJson.Default.RunLine);
        lock (_lock)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }
}
