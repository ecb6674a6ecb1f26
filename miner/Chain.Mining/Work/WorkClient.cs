using System.Threading.Channels;
using Chain.Rpc.Client;

namespace Chain.Mining;

/// <summary>
/// Mines for a node through its work methods: takes work by subscription or by asking, searches it, hands in what is found,
/// reports the rate, and goes to the next node when one fails. Solutions are handed in even when newer work has come: a node
/// keeps its last templates valid.
/// </summary>
public sealed class WorkClient : IDisposable
{
    private readonly WorkClientOptions _options;
    private readonly Action<MinerEvent> _tell;
    private readonly WorkNode[] _nodes;
    private readonly SearchSession _session;
    private readonly Channel<FoundNonce> _solutions = Channel.CreateUnbounded<FoundNonce>();
    private readonly SemaphoreSlim _askNow = new(0, 1);
    private readonly Lock _lock = new();
    private MinerCounters _counters;
    private MiningWork? _work;
    private long _workVersion;
    private int _node;

    /// <param name="options">Nodes and search.</param>
    /// <param name="tell">Called for every event, from several threads but one at a time.</param>
    public WorkClient(WorkClientOptions options, Action<MinerEvent> tell)
    {
        if (options.Nodes.Count == 0) throw new ArgumentException("A miner needs at least one node.", nameof(options));
        _options = options;
        _tell = tell;
        _nodes = [.. options.Nodes.Select(url => new WorkNode(url))];
        _session = new SearchSession(options.Search, OnFound);
    }

    public MinerCounters Counters
    {
        get
        {
            lock (_lock) return _counters;
        }
    }

    /// <summary>The work that is searched; null while there is none.</summary>
    public MiningWork? Work
    {
        get
        {
            lock (_lock) return _work;
        }
    }

    public SearchSession Session => _session;

    private TimeProvider Time => _options.Search.Time;

    /// <summary>Mines until cancelled; then the running batches end, and what they found is still handed in.</summary>
    /// <exception cref="NoWorkException">None of the nodes ever gives work.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var submitting = new CancellationTokenSource();
        var submits = SubmitAllAsync(submitting.Token);
        var reports = ReportRateAsync(stop.Token);
        var following = FollowNodesAsync(stop.Token);
        await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stop.CancelAsync().ConfigureAwait(false);

        // Waits for the threads, so no solution can come after this.
        await Task.Run(_session.Dispose, CancellationToken.None).ConfigureAwait(false);
        _solutions.Writer.Complete();
        submitting.CancelAfter(TimeSpan.FromSeconds(1));
        await Task.WhenAll(submits, reports).ConfigureAwait(false);
        if (!following.IsCanceled) await following.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _session.Dispose();
        foreach (var node in _nodes) node.Dispose();
        _askNow.Dispose();
    }

    private async Task FollowNodesAsync(CancellationToken ct)
    {
        var backoff = new Backoff();
        var without = new SortedDictionary<int, string>();
        while (true)
        {
            var node = _nodes[_node];
            try
            {
                TakeWork(await node.GetWorkAsync(ct).ConfigureAwait(false));
                backoff.Reset();
                Volatile.Write(ref _node, await FollowAsync(node, ct).ConfigureAwait(false));
            }
            catch (ClientException e)
            {
                if (e is WorkRefusedException { IsForGood: true }) without[_node] = $"{e.Message}.";
                else without.Remove(_node);
                if (without.Count == _nodes.Length) throw new NoWorkException(string.Join(" ", without.Values));

                // The next node at once; a wait only after the last of them.
                var next = (_node + 1) % _nodes.Length;
                var wait = next == 0 ? backoff.Next() : TimeSpan.Zero;
                Rest();
                Tell(new MinerEvent.Disconnected(node.Url, e.Message, wait));
                await Task.Delay(wait, Time, ct).ConfigureAwait(false);
                Volatile.Write(ref _node, next);
            }
        }
    }

    // Until the node fails, or an earlier one answers, whose number is returned.
    private async Task<int> FollowAsync(WorkNode node, CancellationToken ct)
    {
        using var subscription = await node.TrySubscribeAsync(ct).ConfigureAwait(false);
        Tell(new MinerEvent.Connected(node.Url, subscription is not null));
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var asking = AskAsync(node, subscription is null ? _options.PollInterval : _options.SafetyPollInterval, both.Token);
        var hearing = subscription is null ? asking : HearAsync(subscription, both.Token);
        var probing = ProbeEarlierAsync(_node, both.Token);
        var first = await Task.WhenAny(asking, hearing, probing).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(asking, hearing, probing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
        return await probing.ConfigureAwait(false);
    }

    // Ends with the number of a node that stands before this one and gives work again.
    private async Task<int> ProbeEarlierAsync(int current, CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(current == 0 ? Timeout.InfiniteTimeSpan : _options.PreferredProbeInterval, Time, ct)
                .ConfigureAwait(false);
            for (var earlier = 0; earlier < current; earlier++)
            {
                try
                {
                    await _nodes[earlier].GetWorkAsync(ct).ConfigureAwait(false);
                    return earlier;
                }
                catch (ClientException)
                {
                    // Still away.
                }
            }
        }
    }

    private async Task HearAsync(WorkSubscription subscription, CancellationToken ct)
    {
        while (true) TakeWork(await subscription.NextAsync(ct).ConfigureAwait(false));
    }

    private async Task AskAsync(WorkNode node, TimeSpan interval, CancellationToken ct)
    {
        while (true)
        {
            await WaitToAskAsync(interval, ct).ConfigureAwait(false);
            var version = Volatile.Read(ref _workVersion);
            var work = await node.GetWorkAsync(ct).ConfigureAwait(false);

            // Work that was pushed while the question was under way is newer than the answer.
            if (version == Volatile.Read(ref _workVersion)) TakeWork(work);
        }
    }

    private async Task WaitToAskAsync(TimeSpan interval, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var asked = _askNow.WaitAsync(either.Token);
        await Task.WhenAny(asked, Task.Delay(interval, Time, either.Token)).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        await asked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ct.ThrowIfCancellationRequested();
    }

    private void TakeWork(MiningWork work)
    {
        lock (_lock)
        {
            if (_work == work) return;
            _work = work;
            _workVersion++;
            _counters = _counters with { Works = _counters.Works + 1 };
            _session.SetJob(work.Job);
            _tell(new MinerEvent.NewWork(work));
        }
    }

    // With no node at hand a solution would come too late: rest until one answers.
    private void Rest()
    {
        lock (_lock)
        {
            _work = null;
            _session.SetJob(null);
        }
    }

    private void OnFound(FoundNonce solution)
    {
        lock (_lock)
        {
            _counters = _counters with { Found = _counters.Found + 1 };
            _tell(new MinerEvent.Found(solution));
        }

        _solutions.Writer.TryWrite(solution);
    }

    private async Task SubmitAllAsync(CancellationToken ct)
    {
        await foreach (var solution in _solutions.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var outcome = await SubmitAsync(solution, ct).ConfigureAwait(false);
            lock (_lock)
            {
                _counters = _counters.With(outcome);
                _tell(new MinerEvent.Submitted(solution, outcome));

                // The search rests since the solution. Refused, it goes on with the same work; accepted, new work comes.
                if (outcome is not SubmitOutcome.Accepted && _work?.Job == solution.Job) _session.SetJob(solution.Job);
            }

            if (_askNow.CurrentCount == 0) _askNow.Release();
        }
    }

    private async Task<SubmitOutcome> SubmitAsync(FoundNonce solution, CancellationToken ct)
    {
        var backoff = new Backoff();
        var startedAt = Time.GetTimestamp();
        while (true)
        {
            try
            {
                return await _nodes[Volatile.Read(ref _node)]
                    .SubmitAsync(solution.Job.SealHash, solution.Nonce, ct).ConfigureAwait(false);
            }
            catch (NodeUnreachableException e) when (Time.GetElapsedTime(startedAt) >= _options.SubmitTimeout)
            {
                return new SubmitOutcome.Lost(e.Message);
            }
            catch (NodeUnreachableException)
            {
                await Task.Delay(backoff.Next(), Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return new SubmitOutcome.Lost("The miner was stopped before a node answered.");
            }

            if (ct.IsCancellationRequested) return new SubmitOutcome.Lost("The miner was stopped before a node answered.");
        }
    }

    // Best effort: a node that does not care about the rate still gets its blocks.
    private async Task ReportRateAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(_options.HashrateInterval, Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ct.IsCancellationRequested) return;
            try
            {
                if (!await _nodes[Volatile.Read(ref _node)]
                    .TrySubmitHashrateAsync(_session.HashesPerSecond, _options.MinerId, ct).ConfigureAwait(false))
                    return;
            }
            catch (Exception e) when (e is ClientException or OperationCanceledException)
            {
                // Said again at the next interval.
            }
        }
    }

    private void Tell(MinerEvent happened)
    {
        lock (_lock) _tell(happened);
    }
}
