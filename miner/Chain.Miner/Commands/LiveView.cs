using Chain.Mining;
using Chain.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Miner;

/// <summary>The live view on a terminal: rates by engine, counters, the work, the last events.</summary>
internal sealed class LiveView : IRunDisplay
{
    private const int EventsShown = 8;
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly Queue<string> _events = new();
    private string _node = "no node yet";

    public void Happened(MinerEvent happened)
    {
        lock (_lock)
        {
            if (happened is MinerEvent.NewWork) return;
            if (happened is MinerEvent.Connected or MinerEvent.Disconnected) _node = Describe.Event(happened);
            Remember(Describe.Event(happened));
        }
    }

    public void DeviceNews(string message)
    {
        lock (_lock) Remember(message);
    }

    public async Task ShowAsync(WorkClient client, CancellationToken ct)
    {
        await AnsiConsole.Live(Picture(client)).StartAsync(async live =>
        {
            while (!ct.IsCancellationRequested)
            {
                live.UpdateTarget(Picture(client));
                await Task.Delay(Refresh, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }).ConfigureAwait(false);
    }

    public void Stopped(WorkClient client) => AnsiConsole.MarkupLineInterpolated($"stopped: {Describe.Sums(client)}");

    private Rows Picture(WorkClient client)
    {
        var counters = client.Counters;
        var table = new Table().Border(TableBorder.Rounded).AddColumns("engine", "threads", "rate");
        foreach (var (engine, threads, rate) in client.Session.Rates)
            table.AddRow(Shown.Field(engine), $"{threads}", Describe.Rate(rate));
        var work = client.Work is { } current
            ? $"block {current.BlockNumber}, seal {current.Job.SealHash.ToShortString()}, target 2^{current.Job.Target.BitLength}"
            : "resting";
        string node;
        string[] events;
        lock (_lock)
        {
            node = _node;
            events = [.. _events];
        }

        var rows = new List<IRenderable>
        {
            new Markup($"[bold]{Shown.Field(node)}[/]"),
            table,
            new Text($"work      {work}"),
            new Text($"total     {Describe.Rate(client.Session.HashesPerSecond)}, {client.Session.TotalHashes} hashes"
                     + (client.Session.SearchShare is { } share ? $", searching {share:P1} of the time" : "")),
            new Markup($"blocks    {counters.Found} found, [green]{counters.Accepted} accepted[/], {counters.Stale} stale, "
                       + $"{counters.Duplicate} duplicate, {counters.Rejected} rejected, {counters.Lost} lost"),
        };
        rows.AddRange(events.Select(line => new Markup($"[grey]{Shown.Field(line)}[/]")));
        return new Rows(rows);
    }

    private void Remember(string line)
    {
        _events.Enqueue(line);
        if (_events.Count > EventsShown) _events.Dequeue();
    }
}
