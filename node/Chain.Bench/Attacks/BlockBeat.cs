using System.Text.Json.Nodes;
using Chain.Mining;
using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// The miner of a network under attack: each beat it asks the next of its nodes for work, solves it and hands it in, so that
/// blocks come evenly and a block that is missing is a node's fault, not chance. A node that has no work, or does not answer,
/// loses its beat.
/// </summary>
internal sealed class BlockBeat(TestnetManifest manifest, IReadOnlyList<int> miners, TimeSpan period) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly NodeClient[] _clients = [.. manifest.Nodes.Select(node => new NodeClient(node.RpcPort, Patience))];
    private Task _running = Task.CompletedTask;
    private int _lost;

    /// <summary>Beats that gave no block.</summary>
    public int Lost => Volatile.Read(ref _lost);

    public void Start() => _running = Task.Run(BeatAllAsync);

    /// <summary>Makes a block on a node; false when the node has no work or does not want the solution.</summary>
    public async Task<bool> MineAsync(int node, CancellationToken cancellation)
    {
        if (await _clients[node].TryAskAsync("eth_getWork", [], cancellation) is not { } work) return false;
        Answer[] parts = [.. work.Items()];
        var job = new SearchJob(parts[0].Hash(), UInt256.Parse(parts[2].Text()));
        var nonce = Forgery.Search(job);
        JsonNode?[] solution = [$"0x{nonce:x16}", job.SealHash.ToString(), Hash256.Zero.ToString()];
        return (await _clients[node].TryAskAsync("eth_submitWork", solution, cancellation))?.Flag() == true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        foreach (var client in _clients) client.Dispose();
        _stop.Dispose();
    }

    private async Task BeatAllAsync()
    {
        using var timer = new PeriodicTimer(period);
        var beat = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                if (!await MineAsync(miners[beat++ % miners.Count], _stop.Token)) Interlocked.Increment(ref _lost);
            }
        }
        catch (OperationCanceledException)
        {
            // The network ends.
        }
    }
}
