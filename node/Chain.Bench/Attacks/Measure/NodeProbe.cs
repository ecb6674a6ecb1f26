using System.Diagnostics;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// Asks a node for its block number at a steady rate, whether or not the last answer has come, and looks at its memory.
/// </summary>
internal sealed class NodeProbe : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);

    private readonly AttackNetwork _network;
    private readonly int _node;
    private readonly NodeClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task<double>> _answers = [];
    private readonly Task _probing;
    private long _peakBytes;

    public NodeProbe(AttackNetwork network, int node)
    {
        (_network, _node, _client) = (network, node, network.Rpc(node));
        _probing = Task.Run(ProbeAllAsync);
    }

    /// <summary>The most resident memory seen.</summary>
    public long PeakBytes => Interlocked.Read(ref _peakBytes);

    /// <summary>
    /// Stops, and gives the 99th percentile of the times to an answer, in milliseconds. No answer counts as the client's
    /// time-out.
    /// </summary>
    public async Task<double> FinishAsync()
    {
        await _stop.CancelAsync();
        await _probing;
        var times = await Task.WhenAll(_answers);
        Array.Sort(times);
        return times.Length == 0 ? 0 : times[Math.Max(0, (int)Math.Ceiling(times.Length * 0.99) - 1)];
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task ProbeAllAsync()
    {
        using var timer = new PeriodicTimer(Period);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                _answers.Add(AskAsync());
                _peakBytes = Math.Max(_peakBytes, _network.ResidentBytes(_node));
            }
        }
        catch (OperationCanceledException)
        {
            // The window is over.
        }
    }

    private async Task<double> AskAsync()
    {
        var watch = Stopwatch.StartNew();
        await _client.TryAskAsync("eth_blockNumber", []);
        return watch.Elapsed.TotalMilliseconds;
    }
}
