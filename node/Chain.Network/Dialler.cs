using System.Threading.Channels;
using Chain.Node;

namespace Chain.Network;

/// <summary>Where an address to dial comes from; a smaller one is tried first.</summary>
internal enum DialKind
{
    Static,
    Bootnode,
    Learned,
}

/// <summary>
/// Decides whom to dial and when: static peers always, with a wait that doubles with every failure; bootnodes and learned
/// addresses as long as connections are wanted.
/// </summary>
internal sealed class Dialler : IDisposable
{
    private const int MaxDialsAtOnce = 16;
    private const int ForgetLearnedAfter = 4;
    private const int EagerWaitMs = 30;
    private const int EagerForMs = 5_000;
    private const int LastingMs = 5_000;
    private const int PatientAfterLeaves = 2;
    private const int IdleMs = 1_000;

    private readonly PeerHubOptions _options;
    private readonly MonotonicClock _clock;
    private readonly NodeId _self;
    private readonly Func<NodeId, bool> _isConnected;
    private readonly Func<int> _dialledConnections;
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, Target> _targets = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
    });
    private readonly ITimer _timer;
    private long _eagerUntilMs;
    private bool _isRetired;
    private long _order;

    public Dialler(NodeId self, PeerHubOptions options, MonotonicClock clock, Func<NodeId, bool> isConnected,
        Func<int> dialledConnections)
    {
        (_self, _options, _clock, _isConnected, _dialledConnections) = (self, options, clock, isConnected, dialledConnections);
        _timer = clock.Time.CreateTimer(static wake => ((Dialler)wake!).Wake(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    public IReadOnlyList<StaticPeerInfo> StaticPeers
    {
        get
        {
            lock (_gate)
            {
                return [.. _targets.Values.Where(target => target.Kind == DialKind.Static).OrderBy(target => target.Order)
                    .Select(target =>
                        new StaticPeerInfo(target.Enode, _isConnected(target.Enode.Id), target.Failures, target.LastError))];
            }
        }
    }

    /// <summary>Adds an address; one that is known already is kept at the better of both kinds.</summary>
    public void Add(Enode enode, DialKind kind)
    {
        lock (_gate)
        {
            if (enode.Id == _self) return;
            if (_targets.TryGetValue(enode.Id, out var known))
            {
                if (kind > known.Kind || (kind == known.Kind && (kind == DialKind.Learned || enode == known.Enode))) return;
                known.Enode = enode;
                known.Kind = kind;
                known.NextAtMs = _clock.NowMs;
            }
            else
            {
                if (kind == DialKind.Learned
                    && _targets.Values.Count(target => target.Kind == DialKind.Learned) >= _options.MaxLearnedAddresses)
                    return;
                _targets.Add(enode.Id, new Target(enode, kind, _order++) { NextAtMs = _clock.NowMs });
            }
        }

        Wake();
    }

    /// <summary>Stops dialling a static peer.</summary>
    public bool RemoveStatic(NodeId node)
    {
        lock (_gate) return _targets.TryGetValue(node, out var target) && target.Kind == DialKind.Static && _targets.Remove(node);
    }

    public bool IsStatic(NodeId node)
    {
        lock (_gate) return _targets.TryGetValue(node, out var target) && target.Kind == DialKind.Static;
    }

    /// <summary>Looks again at who should be dialled.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>
    /// A partition ended or a link changed: everyone is worth another try, at once and for a while without patience.
    /// </summary>
    public void TryAllAgain()
    {
        lock (_gate)
        {
            var now = _clock.NowMs;
            _eagerUntilMs = now + EagerForMs;
            foreach (var target in _targets.Values)
            {
                target.NextAtMs = now;
                target.Failures = 0;
            }
        }

        Wake();
    }

    /// <summary>Dials nobody any more.</summary>
    public void Retire()
    {
        lock (_gate) _isRetired = true;
    }

    /// <summary>An attempt at this address, or a connection with it, ended.</summary>
    /// <param name="lastedMs">How long the connection was up; null when it never was.</param>
    /// <returns>Failures in a row.</returns>
    public int Ended(NodeId node, DisconnectReason reason, string why, long? lastedMs)
    {
        var failures = 0;
        lock (_gate)
        {
            if (_targets.TryGetValue(node, out var target))
            {
                target.Busy = false;
                target.LastError = why;
                target.Failures = lastedMs >= LastingMs ? 0 : target.Failures + 1;
                if (lastedMs is not null && reason != DisconnectReason.NetworkError)
                    target.Leaves = lastedMs >= LastingMs ? 0 : target.Leaves + 1;
                target.NextAtMs = _clock.NowMs + WaitMs(target, reason);
                failures = target.Failures;
                if (target.Kind == DialKind.Learned && (failures >= ForgetLearnedAfter || IsHopeless(reason)))
                    _targets.Remove(node);
            }
        }

        Wake();
        return failures;
    }

    /// <summary>An attempt led to a connection.</summary>
    public void Succeeded(NodeId node)
    {
        lock (_gate)
        {
            if (!_targets.TryGetValue(node, out var target)) return;
            target.Busy = false;
            target.LastError = null;
        }
    }

    /// <summary>Starts attempts until stopped. The dial itself must not throw.</summary>
    public async Task RunAsync(Func<Enode, bool, Task> dial, CancellationToken stopping)
    {
        while (true)
        {
            foreach (var (enode, isStatic) in TakeDue()) _ = dial(enode, isStatic);
            await _wake.Reader.ReadAsync(stopping).ConfigureAwait(false);
        }
    }

    public void Dispose() => _timer.Dispose();

    // Chooses who is dialled now, and sets the timer for who comes next.
    private List<(Enode Enode, bool IsStatic)> TakeDue()
    {
        var due = new List<(Enode, bool)>();
        lock (_gate)
        {
            if (_isRetired) return due;
            var now = _clock.NowMs;
            var nextAt = now + IdleMs;
            var busy = _targets.Values.Count(target => target.Busy);
            var wanted = _options.TargetDialled - _dialledConnections() - _targets.Values.Count(target =>
                target.Busy && target.Kind != DialKind.Static);
            foreach (var target in _targets.Values.Where(target => !target.Busy).OrderBy(target => target.Kind)
                .ThenBy(target => target.Failures).ThenBy(target => target.Order))
            {
                if (target.Kind != DialKind.Static && wanted <= 0) break;
                if (_isConnected(target.Enode.Id) || _options.Faults?.IsCut(target.Enode.Id) == true) continue;
                if (target.NextAtMs > now || busy >= MaxDialsAtOnce)
                {
                    nextAt = Math.Min(nextAt, Math.Max(target.NextAtMs, now + 1));
                    continue;
                }

                target.Busy = true;
                busy++;
                if (target.Kind != DialKind.Static) wanted--;
                due.Add((target.Enode, target.Kind == DialKind.Static));
            }

            _timer.Change(TimeSpan.FromMilliseconds(nextAt - now), Timeout.InfiniteTimeSpan);
        }

        return due;
    }

    // Impatience is for links that come back, not for a peer that is there and says goodbye each time.
    private long WaitMs(Target target, DisconnectReason reason)
    {
        if (_clock.NowMs < _eagerUntilMs && !IsHopeless(reason) && target.Leaves < PatientAfterLeaves) return EagerWaitMs;
        var longest = (long)_options.MaxBackoff.TotalMilliseconds;
        if (IsHopeless(reason)) return 4 * longest;
        if (reason == DisconnectReason.TooManyPeers) return longest;
        return Math.Min(longest, (long)_options.MinBackoff.TotalMilliseconds << Math.Clamp(target.Failures - 1, 0, 20));
    }

    // Trying again soon cannot help: the peer is of another network, speaks another protocol, or is not who it was said to be.
    private static bool IsHopeless(DisconnectReason reason) => reason
        is DisconnectReason.SubprotocolReason or DisconnectReason.UselessPeer or DisconnectReason.IncompatibleVersion
        or DisconnectReason.BreachOfProtocol or DisconnectReason.ConnectedToSelf or DisconnectReason.UnexpectedIdentity
            or DisconnectReason.NullIdentity;

    private sealed class Target(Enode enode, DialKind kind, long order)
    {
        public Enode Enode { get; set; } = enode;

        public DialKind Kind { get; set; } = kind;

        public long Order { get; } = order;

        public bool Busy { get; set; }

        public int Failures { get; set; }

        /// <summary>Connections in a row that ended with a goodbye soon after they were made.</summary>
        public int Leaves { get; set; }

        public long NextAtMs { get; set; }

        public string? LastError { get; set; }
    }
}
