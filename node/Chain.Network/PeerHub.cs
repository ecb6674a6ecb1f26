using System.Net;
using System.Net.Sockets;
using Chain.Node;
using Chain.Primitives;
using Microsoft.Extensions.Logging;

namespace Chain.Network;

/// <summary>
/// A node's connections with its peers over RLPx: listens, dials, shakes hands, and carries messages both ways. Everything
/// a peer does goes to one handler; nothing a peer does throws out of here.
/// </summary>
public sealed class PeerHub : IConnectionOwner, IAsyncDisposable
{
    // How long stopping waits for goodbyes to be written, which takes long only where a peer takes no bytes, and then to be
    // heard; of real time, whatever clock the hub was given.
    private static readonly TimeSpan Speech = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(500);

    private const long ClocksUnknown = long.MinValue;

    private readonly PrivateKey _nodeKey;
    private readonly PeerHubServices _services;
    private readonly PeerRegistry _registry;
    private readonly Dialler _dialler;
    private readonly List<Capability> _capabilities;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];
    private TcpListener? _listener;
    private Enode? _enode;
    private long _lastPeer;
    private OutgoingMessage? _lastOutgoing;
    private long _clocksAheadMs = ClocksUnknown;
    private volatile bool _isRetired;

    public PeerHub(PeerHubOptions options, PrivateKey nodeKey, PeerEventHandler handler, TransactionRecovery recovery,
        TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _nodeKey = nodeKey;
        Id = NodeId.Of(nodeKey);
        _services = new PeerHubServices(options, new MonotonicClock(time), handler, recovery, LargeBuffers.OfProcess(), logger);
        _registry = new PeerRegistry(Id, options);
        _dialler = new Dialler(Id, options, _services.Clock, node => _registry.Find(node) is { Ending: null },
            () => _registry.All.Count(peer => peer.Outbound && !peer.IsStatic));
        _capabilities = [.. options.EthVersions.Select(version => new Capability(MessageSpace.Eth, version)),
            new Capability(MessageSpace.Addresses, 1)];
        if (options.Codec.Rule is { } rule) _capabilities.Add(new Capability(rule.Capability, rule.Version));
        foreach (var enode in options.StaticPeers) _dialler.Add(enode, DialKind.Static);
        foreach (var enode in options.Bootnodes) _dialler.Add(enode, DialKind.Bootnode);
        if (options.Faults is { } faults) faults.Changed += FollowFaults;
    }

    /// <summary>This node's id.</summary>
    public NodeId Id { get; }

    /// <summary>Where this node is reached; known once it is started.</summary>
    public Enode Self => _enode ?? throw new InvalidOperationException("The hub is not started.");

    /// <summary>The connections as they stand, oldest first.</summary>
    public IReadOnlyList<PeerInfo> Peers => [.. _registry.All.Select(peer => peer.Info)];

    public int PeerCount => _registry.Count;

    /// <summary>
    /// The peers' clocks minus ours in milliseconds, the median, or the last one known when all are gone; null before any peer
    /// has told its time.
    /// </summary>
    public long? ClockOffsetMs
    {
        get
        {
            RememberClocks();
            return Volatile.Read(ref _clocksAheadMs) is var ahead && ahead == ClocksUnknown
                ? null
                : PeerClock.Offset(ahead, _services.Clock, _services.UnixMs);
        }
    }

    /// <summary>The peers that this node was told to keep.</summary>
    public IReadOnlyList<StaticPeerInfo> StaticPeers => _dialler.StaticPeers;

    /// <summary>Listens and begins to dial.</summary>
    /// <exception cref="IOException">The address is taken or not this machine's; the message says which and what to
    /// do.</exception>
    public Task StartAsync()
    {
        var options = _services.Options;
        _listener = new TcpListener(options.Listen);
        try
        {
            _listener.Start(backlog: 128);
        }
        catch (SocketException e)
        {
            throw new IOException($"Peers cannot be listened for on {options.Listen.Address}, port {options.Listen.Port}: "
                + $"{e.Message}. Choose another --p2p-port, or stop what uses it.", e);
        }

        var bound = (IPEndPoint)_listener.LocalEndpoint;
        _enode = new Enode(Id,
            options.ExternalHost ?? (bound.Address.Equals(IPAddress.Any) ? "127.0.0.1" : bound.Address.ToString()), bound.Port);
        _services.Logger.Listening(_enode);
        Run(() => AcceptAllAsync(_listener));
        Run(() => _dialler.RunAsync((enode, isStatic) => Run(() => DialAsync(enode, isStatic)), _stop.Token));
        Run(TickAllAsync);
        return Task.CompletedTask;
    }

    /// <summary>Queues a message for a peer; nothing happens when it is gone.</summary>
    public void Send(PeerId peer, WireMessage message)
    {
        if (_registry.Find(peer) is not { } connection) return;
        // A message that goes to many peers one after the other is encoded once for all of them.
        var outgoing = _lastOutgoing;
        if (outgoing is null || !ReferenceEquals(outgoing.Message, message) || outgoing.EthVersion != connection.EthVersion)
            _lastOutgoing = outgoing = new OutgoingMessage(message, connection.EthVersion, _services.Options.Codec);
        connection.Send(outgoing);
    }

    /// <summary>Ends a connection with a goodbye; nothing happens when it is gone.</summary>
    public void Disconnect(PeerId peer, DisconnectReason reason, string why) => _registry.Find(peer)?.Close(reason, why);

    /// <summary>A peer has brought something new that the core found sound; nothing happens when it is gone.</summary>
    public void Credit(PeerId peer)
    {
        if (_registry.Find(peer) is not { } connection) return;
        connection.Credit();
        if (_registry.TakePlace(connection) is { } gone) gone.Connection.Close(gone.Reason, gone.Why);
    }

    /// <summary>Says goodbye to all peers, and neither dials nor lets anybody in from now on.</summary>
    public void Retire(DisconnectReason reason, string why)
    {
        _isRetired = true;
        _dialler.Retire();
        foreach (var connection in _registry.All) connection.Close(reason, why);
    }

    /// <summary>Connects with a peer and stays so.</summary>
    public void AddPeer(Enode enode) => _dialler.Add(enode, DialKind.Static);

    /// <summary>Stops keeping a static peer and ends its connection; false when it was none.</summary>
    public bool RemovePeer(NodeId node)
    {
        var was = _dialler.RemoveStatic(node);
        if (was) _registry.Find(node)?.Close(DisconnectReason.Requested, "It was removed from the static peers.");
        return was;
    }

    /// <summary>Says goodbye to all and stops. No event comes after.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_services.Options.Faults is { } faults) faults.Changed -= FollowFaults;
        _listener?.Stop();
        var connections = _registry.All;
        foreach (var connection in connections) connection.Close(DisconnectReason.ClientQuitting, "This node stops.");
        await Task.WhenAny(Task.WhenAll(connections.Select(connection => connection.Written)), Task.Delay(Speech))
            .ConfigureAwait(false);
        await Task.WhenAny(Task.WhenAll(connections.Select(connection => connection.Gone)), Task.Delay(Farewell))
            .ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        Task[] running;
        lock (_gate) running = [.. _running];
        await Task.WhenAll(running).ConfigureAwait(false);
        _dialler.Dispose();
        _services.Trial.Dispose();
        _listener?.Dispose();
        _stop.Dispose();
    }

    private Task Run(Func<Task> work)
    {
        var task = Task.Run(async () =>
        {
            try
            {
                await work().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The hub stops.
            }
            catch (Exception e)
            {
                _services.Logger.LoopFailed(e);
            }
        });
        lock (_gate) _running.Add(task);
        _ = task.ContinueWith(
            done =>
            {
                lock (_gate) _running.Remove(done);
            },
            TaskScheduler.Default);
        return task;
    }

    private async Task AcceptAllAsync(TcpListener listener)
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                if (_stop.IsCancellationRequested || !listener.Server.IsBound) return;
                _services.Logger.AcceptFailed(e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _services.Clock.Time, _stop.Token).ConfigureAwait(false);
                continue;
            }

            if (_isRetired || Admit(socket) is not { } handshake) socket.Dispose();
            else _ = Run(() => ServeIncomingAsync(socket, handshake));
        }
    }

    // Within the loop that accepts: sockets that nobody counts yet must not pile up behind busy threads.
    private IncomingHandshake? Admit(Socket socket)
    {
        IPEndPoint? remote;
        try
        {
            remote = socket.RemoteEndPoint as IPEndPoint;
        }
        catch (SocketException)
        {
            // It is gone already.
            return null;
        }

        if (remote is null) return null;
        var handshake = new IncomingHandshake(remote.Address);
        if (_registry.AdmitIncoming(handshake) is not { } refused) return handshake;
        _services.Logger.IncomingRefused(remote, refused);
        handshake.Dispose();
        return null;
    }

    private async Task ServeIncomingAsync(Socket socket, IncomingHandshake handshake)
    {
        using (handshake)
        {
            try
            {
                var connection = await ShakeHandsAsync(socket, dialled: null, isStatic: false, handshake).ConfigureAwait(false);
                if (connection.Connection is { } up)
                {
                    await using var giveWay = handshake.GaveWay.Register(
                        () => up.Close(DisconnectReason.TooManyPeers, "It gave way to a newcomer."));
                    await ServeAsync(up).ConfigureAwait(false);
                }
            }
            finally
            {
                _registry.IncomingGone(handshake);
            }
        }
    }

    private async Task DialAsync(Enode enode, bool isStatic)
    {
        var failure = new PeerEnding(DisconnectReason.NetworkError, false, "This node stops.");
        try
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                using var limit = LimitedTo(_services.Options.DialTimeout, CancellationToken.None, out var timeout);
                using (timeout) await socket.ConnectAsync(enode.Host, enode.Port, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
            {
                socket.Dispose();
                failure = new PeerEnding(DisconnectReason.NetworkError, false,
                    e is SocketException ? e.Message : "No answer in time.");
                return;
            }

            var (connection, ending) = await ShakeHandsAsync(socket, enode, isStatic, incoming: null).ConfigureAwait(false);
            if (connection is null)
            {
                failure = ending;
                return;
            }

            _dialler.Succeeded(enode.Id);
            failure = null;
            await ServeAsync(connection).ConfigureAwait(false);
        }
        finally
        {
            if (failure is not null)
                _services.Logger.DialFailed(enode, _dialler.Ended(enode.Id, failure.Reason, failure.Why, lastedMs: null),
                    failure.Why);
        }
    }

    // Up to the point where the connection is in the registry; else the socket is closed, and it is said why.
    private async Task<(PeerConnection? Connection, PeerEnding Ending)> ShakeHandsAsync(Socket socket, Enode? dialled,
        bool isStatic, IncomingHandshake? incoming)
    {
        var gaveWay = incoming?.GaveWay ?? CancellationToken.None;
        FrameTransport? transport = null;
        PeerConnection? connection = null;
        var remote = dialled?.ToString() ?? socket.RemoteEndPoint?.ToString() ?? "";
        PeerEnding ending;
        try
        {
            socket.NoDelay = true;
            using var limit = LimitedTo(_services.Options.HandshakeTimeout, gaveWay, out var timeout);
            using (timeout)
            {
                var stream = new NetworkStream(socket, ownsSocket: false);
                (transport, var id) = dialled is null
                    ? await AcceptAsync(stream, incoming!, limit.Token).ConfigureAwait(false)
                    : await RlpxConnector.DialAsync(stream, _nodeKey, dialled.Id, limit.Token).ConfigureAwait(false);
                if (_services.Options.Faults?.IsCut(id) == true) throw new IOException("A fault cuts the link.");
                var ours = new Hello(Hello.SnappyVersion, _services.Options.ClientName, _capabilities, Self.Port, Id);
                var theirs = await RlpxConnector.GreetAsync(transport, ours, id, limit.Token).ConfigureAwait(false);
                if (incoming is not null) _registry.Advance(incoming, HandshakeStage.Greeted);
                var space = MessageSpace.Agree(_capabilities, theirs.Capabilities, _services.Options.Codec.Rule);
                if (space.EthVersion is null)
                {
                    ending = new PeerEnding(DisconnectReason.UselessPeer, false,
                        $"It speaks none of {string.Join(", ", _capabilities)}.");
                }
                else
                {
                    connection = new PeerConnection(new PeerId(Interlocked.Increment(ref _lastPeer)), socket, transport, theirs,
                        space, dialled, isStatic || _dialler.IsStatic(id), _services, this, incoming);
                    (var refused, var gone) = _registry.Add(connection);
                    gone?.Connection.Close(gone.Reason, gone.Why);
                    // A fault set since it was looked at has not seen this connection.
                    if (refused is null && _services.Options.Faults?.IsCut(id) == true)
                        connection.Abort(DisconnectReason.NetworkError, "A fault cuts the link.");
                    if (refused is null) return (connection, new PeerEnding(DisconnectReason.Requested, false, ""));
                    ending = refused;
                }

                await SayGoodbyeAsync(transport, ending.Reason, gaveWay).ConfigureAwait(false);
            }
        }
        catch (PeerProtocolException e)
        {
            ending = new PeerEnding(e.Reason, false, e.Message);
            if (transport is not null) await SayGoodbyeAsync(transport, e.Reason, gaveWay).ConfigureAwait(false);
        }
        catch (PeerRefusedException e)
        {
            ending = new PeerEnding(e.Reason, true, e.Message);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            ending = new PeerEnding(DisconnectReason.NetworkError, true,
                gaveWay.IsCancellationRequested
                ? "It gave way to a newer handshake."
                : e is OperationCanceledException
                ? "The handshake took too long."
                : e.Message);
        }
        _services.Logger.HandshakeFailed(remote, ending.Why);
        transport?.Dispose();
        connection?.Dispose();
        socket.Dispose();
        return (null, ending);
    }

    // The first message has a shorter limit of its own: whoever dials sends it at once.
    private async Task<(FrameTransport Transport, NodeId Remote)> AcceptAsync(NetworkStream stream, IncomingHandshake incoming,
        CancellationToken stopping)
    {
        using var limit = LimitedTo(_services.Options.AuthTimeout, stopping, out var timeout);
        using (timeout)
        {
            var authenticated = () => _registry.Advance(incoming, HandshakeStage.Authenticated);
            return await RlpxConnector.AcceptAsync(stream, _nodeKey, authenticated, limit.Token).ConfigureAwait(false);
        }
    }

    // Waits for the peer to close, so that the goodbye is not lost in a reset.
    private async Task SayGoodbyeAsync(FrameTransport transport, DisconnectReason reason, CancellationToken gaveWay)
    {
        using var limit = LimitedTo(_services.Options.GoodbyeTimeout, gaveWay, out var timeout);
        using (timeout)
        {
            try
            {
                transport.Append(BaseMessages.DisconnectId, SnappyPayload.Compress(BaseMessages.Disconnect(reason)));
                await transport.FlushAsync(limit.Token).ConfigureAwait(false);
                await transport.DrainAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException
                or ObjectDisposedException)
            {
                // It is gone already, or does not listen.
            }
        }
    }

    private async Task ServeAsync(PeerConnection connection)
    {
        var node = connection.Id.ToShortString();
        _services.Logger.PeerConnected(node, connection.Name, connection.Remote, connection.EthVersion, connection.Outbound);
        try
        {
            await connection.RunAsync(_stop.Token).ConfigureAwait(false);
        }
        finally
        {
            RememberClocks();
            _registry.Remove(connection);
            var ending = connection.Ending ?? new PeerEnding(DisconnectReason.NetworkError, true, "The connection was lost.");

            // First, because it holds memory, and whoever is told may take its time.
            connection.Dispose();
            await connection.TellEndAsync(ending, _stop.Token).ConfigureAwait(false);
            _services.Logger.PeerDisconnected(node, ending.Reason, ending.Why, ending.ByRemote);
            if (_registry.Find(connection.Id) is null)
                _dialler.Ended(connection.Id, ending.Reason, ending.Why, _services.Clock.NowMs - connection.StartedMs);
        }
    }

    private async Task TickAllAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _services.Clock.Time);
        while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
        {
            foreach (var connection in _registry.All) connection.Tick();
            RememberClocks();
        }
    }

    private void RememberClocks()
    {
        // All offsets at one moment, so that only the clocks differ.
        var ourLead = _services.UnixMs() - _services.Clock.NowMs;
        var offsets = _registry.All.Select(peer => peer.Clock.AheadOfMonotonicMs).OfType<long>().Select(ahead => ahead - ourLead);
        if (PeerClock.Median(offsets) is { } median) Volatile.Write(ref _clocksAheadMs, median + ourLead);
    }

    private void FollowFaults()
    {
        foreach (var connection in _registry.All)
        {
            if (_services.Options.Faults!.IsCut(connection.Id))
                connection.Abort(DisconnectReason.NetworkError, "A fault cuts the link.");
        }

        _dialler.TryAllAgain();
    }

    void IConnectionOwner.StatusArrived(PeerConnection peer)
    {
        if (peer.Incoming is { } incoming) _registry.Advance(incoming, HandshakeStage.OnTrial);
    }

    IReadOnlyList<PeerAddress> IConnectionOwner.AddressesFor(PeerConnection asker) =>
        [.. _registry.All.Where(peer => peer.Id != asker.Id && peer.ListensAt is not null).Select(peer => peer.ListensAt!)];

    void IConnectionOwner.Learn(PeerConnection source, IReadOnlyList<PeerAddress> addresses)
    {
        foreach (var address in addresses)
        {
            // An address that means this machine or its own network is believed only from there.
            if (AddressScope.Of(address.Address) >= AddressScope.Of(source.Remote.Address))
                _dialler.Add(address.ToEnode(), DialKind.Learned);
        }
    }

    private CancellationTokenSource LimitedTo(TimeSpan limit, CancellationToken other, out CancellationTokenSource timeout)
    {
        timeout = new CancellationTokenSource(limit, _services.Clock.Time);
        return CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token, other);
    }
}
