using System.Diagnostics;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// Honest users: transfers to one node by JSON-RPC at a steady, modest rate, and whether and when another node has each, in its
/// pool or its chain. A node that refuses one, or does not answer, has lost it.
/// </summary>
public sealed class HonestTraffic : IAsyncDisposable
{
    // Two accounts, so that one transfer which is lost does not hold up all that come after it.
    private const int Senders = 2;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly NodeClient _entry;
    private readonly NodeClient _neighbor;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task<double?>> _watches = [];
    private readonly TimeSpan _patience;
    private readonly Task _sending;
    private int _sent;

    /// <param name="entry">The node that the transfers are handed to.</param>
    /// <param name="neighbor">The node that has to learn of them.</param>
    /// <param name="perSecond">Transfers.</param>
    /// <param name="patience">How long each has to arrive.</param>
    public HonestTraffic(AttackNetwork network, int entry, int neighbor, double perSecond, TimeSpan patience)
    {
        ArgumentNullException.ThrowIfNull(network);
        (_entry, _neighbor, _patience) = (network.Rpc(entry), network.Rpc(neighbor), patience);
        _sending = Task.Run(() => SendAllAsync(TimeSpan.FromSeconds(1 / perSecond)));
    }

    /// <summary>How many the first node has taken.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>
    /// Sends no more, waits until each transfer has arrived or taken too long, and tells the milliseconds of each; null for
    /// those that did not arrive.
    /// </summary>
    public async Task<IReadOnlyList<double?>> FinishAsync()
    {
        await _stop.CancelAsync();
        await _sending;
        return await Task.WhenAll(_watches);
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        _entry.Dispose();
        _neighbor.Dispose();
        _stop.Dispose();
    }

    private async Task SendAllAsync(TimeSpan period)
    {
        using var timer = new PeriodicTimer(period);
        var nonces = new ulong?[Senders];
        try
        {
            for (var i = 0; await timer.WaitForNextTickAsync(_stop.Token); i = (i + 1) % Senders)
            {
                var key = DevelopmentAccounts.Keys[i];
                if (await SendAsync(key, nonces[i]) is { } sent)
                {
                    nonces[i] = sent.Nonce + 1;
                    Interlocked.Increment(ref _sent);
                    _watches.Add(Task.Run(() => WatchAsync(sent.Hash)));
                }
                else
                {
                    nonces[i] = null;
                    _watches.Add(Task.FromResult<double?>(null));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // No more are wanted.
        }
    }

    // A transfer that has left is finished, whatever happens meanwhile: half a transfer would be counted as lost.
    private async Task<Transaction?> SendAsync(PrivateKey key, ulong? nonce)
    {
        try
        {
            var next = nonce ?? await PlainTransfers.NextNonceAsync(_entry, key.Address, CancellationToken.None);
            var transfer = PlainTransfers.Sign(key, PlainTransfers.Unsigned(next, key.Address, 1));
            await PlainTransfers.SendAsync(_entry, transfer, CancellationToken.None);
            return transfer;
        }
        catch (TestnetException)
        {
            return null;
        }
    }

    private async Task<double?> WatchAsync(Hash256 hash)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var isKnown = await PlainTransfers.IsKnownAsync(_neighbor, hash, CancellationToken.None);
            if (watch.Elapsed > _patience) return null;
            if (isKnown) return watch.Elapsed.TotalMilliseconds;
            await Task.Delay(Look, CancellationToken.None);
        }
    }
}
