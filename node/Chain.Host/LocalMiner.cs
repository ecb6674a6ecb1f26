using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading.Channels;
using Chain.Mining;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Host;

/// <summary>
/// Mining inside the node's process, by the same search as the `miner` program. Follows the node's work as it is told.
/// </summary>
internal sealed class LocalMiner : IAsyncDisposable
{
    private readonly NodeFeed.Subscription _subscription;
    private readonly Func<Hash256, ulong, Task> _submit;
    private readonly int _threads;
    private readonly Lock _gate = new();
    private readonly Channel<FoundNonce> _found = Channel.CreateUnbounded<FoundNonce>();
    private readonly Task _following;
    private readonly Task _submitting;
    private SearchSession? _session;
    private WorkPackage? _package;
    private double? _limit;
    private bool _on;

    public LocalMiner(NodeFeed feed, Func<Hash256, ulong, Task> submit, int threads, double? hashesPerSecondLimit)
    {
        _submit = submit;
        _threads = threads;
        _limit = hashesPerSecondLimit;
        _subscription = feed.Subscribe();
        _following = FollowAsync();
        _submitting = SubmitAsync();
    }

    public double HashesPerSecond
    {
        get
        {
            lock (_gate) return _session?.HashesPerSecond ?? 0;
        }
    }

    public void SetOn(bool on)
    {
        lock (_gate)
        {
            _on = on;
            if (!on) _package = null;
            Restart();
        }
    }

    /// <summary>Bounds the search, in hashes a second; null lifts the bound.</summary>
    public void SetLimit(double? hashesPerSecond)
    {
        lock (_gate)
        {
            _limit = hashesPerSecond;
            Restart();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _subscription.Dispose();
        await _following;
        lock (_gate)
        {
            _on = false;
            Restart();
        }

        _found.Writer.Complete();
        await _submitting;
    }

    private async Task FollowAsync()
    {
        await foreach (var notice in _subscription.Notices.ReadAllAsync())
        {
            if (notice.Event is not NodeEvent.NewWork work) continue;
            lock (_gate)
            {
                _package = work.Package;
                _session?.SetJob(new SearchJob(work.Package.SealHash, work.Package.Target));
            }
        }
    }

    // Not on the search's threads: whoever gets a solution may end the search, which waits for these.
    private async Task SubmitAsync()
    {
        await foreach (var found in _found.Reader.ReadAllAsync()) await _submit(found.Job.SealHash, found.Nonce);
    }

    private void Restart()
    {
        _session?.Dispose();
        _session = null;
        if (!_on) return;
        _session = new SearchSession(
            new SearchSessionOptions
            {
                Engines = [.. Enumerable.Repeat(NonceSearchers.Best, _threads)],
                FirstNonce = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)),
                HashesPerSecondLimit = _limit,
            },
            found => _found.Writer.TryWrite(found));
        if (_package is { } package) _session.SetJob(new SearchJob(package.SealHash, package.Target));
    }
}
