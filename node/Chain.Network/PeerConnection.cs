using System.Net;
using System.Net.Sockets;
using Chain.Node;
using Microsoft.Extensions.Logging;

namespace Chain.Network;

/// <summary>
/// One connection after its handshake: a loop that reads and one that writes. Whatever goes wrong in them ends this
/// connection and nothing else.
/// </summary>
internal sealed class PeerConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly FrameTransport _transport;
    private readonly MessageSpace _space;
    private readonly PeerHubOptions _options;
    private readonly MonotonicClock _clock;
    private readonly IConnectionOwner _owner;
    private readonly PeerEventHandler _deliver;
    private readonly ILogger _logger;
    private readonly PeerClock _peerClock;
    private readonly Func<long> _unixMs;
    private readonly SendQueue _queue;
    private readonly TrialPace _trial;
    private readonly ReceiveShare _received;
    private readonly IncomingMessages _incoming;
    private readonly CancellationTokenSource _stop;
    private readonly Lock _sendGate = new();

    // Held from the ending to the last frame: whoever sees the ending must not close the queue before the goodbye is in it.
    private readonly Lock _endGate = new();
    private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PeerEnding? _ending;
    private long _lastDueMs;
    private long _lastFrameMs;
    private long _lastDeliveryMs;
    private volatile bool _hasStatus;
    private volatile bool _isLost;
    private volatile bool _hasPlace;
    private long _lastPingMs;
    private long _pingSentAt;
    private long _lastClockMs;
    private long _writingSinceMs = long.MaxValue;
    private long _messagesIn;
    private long _messagesOut;
    private int _latencyMicroseconds = -1;

    public PeerConnection(PeerId peer, Socket socket, FrameTransport transport, Hello hello, MessageSpace space, Enode? dialled,
        bool isStatic, PeerHubServices services, IConnectionOwner owner, IncomingHandshake? incoming)
    {
        (_owner, Incoming) = (owner, incoming);
        (Peer, Id, Name, Outbound, IsStatic) = (peer, hello.Id, hello.ClientName, dialled is not null, isStatic);
        IsNamed = isStatic || services.IsTrusted(Id);
        (_socket, _transport, _space) = (socket, transport, space);
        (_options, _clock, _deliver, _logger) = (services.Options, services.Clock, services.Deliver, services.Logger);
        (_unixMs, _peerClock) = (services.UnixMs, new PeerClock(services.Clock, services.UnixMs));
        Remote = Unmapped((IPEndPoint)socket.RemoteEndPoint!);
        Local = Unmapped((IPEndPoint)socket.LocalEndPoint!);
        Address = dialled ?? (hello.ListenPort > 0 ? new PeerAddress(Id, Remote.Address, hello.ListenPort).ToEnode() : null);
        ListensAt = hello.ListenPort > 0 || dialled is not null
            ? new PeerAddress(Id, Remote.Address, dialled?.Port ?? hello.ListenPort)
            : null;
        EthVersion = space.EthVersion ?? throw new ArgumentException("A connection needs an eth version.", nameof(space));
        _queue = new SendQueue(_options.MaxQueuedMessages, _options.MaxQueuedBytes, services.Queued);
        _trial = services.Trial;
        _received = services.Received.Open(
            () => Abort(DisconnectReason.UselessPeer, "Its unread messages take the most memory, and there is no more."));
        _incoming = new IncomingMessages(peer, EthVersion, services);
        _stop = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _clock.Time);
        _lastFrameMs = _clock.NowMs;
        StartedMs = _lastFrameMs;
        _lastDeliveryMs = _lastFrameMs;
    }

    public PeerId Peer { get; }

    public NodeId Id { get; }

    public string Name { get; }

    public int EthVersion { get; }

    public bool Outbound { get; }

    public bool IsStatic { get; }

    /// <summary>Whether a person named it, as a static or a trusted peer: it gets a place on top of all others.</summary>
    public bool IsNamed { get; }

    /// <summary>Whether no newcomer can take its place.</summary>
    public bool IsProtected => Outbound || IsNamed;

    public IPEndPoint Remote { get; }

    public IPEndPoint Local { get; }

    /// <summary>Where the peer says it listens, or where it was dialled.</summary>
    public Enode? Address { get; }

    /// <summary>The same with an IP address, to be told to others.</summary>
    public PeerAddress? ListensAt { get; }

    public long StartedMs { get; }

    /// <summary>What decides whether it keeps its place.</summary>
    public PlaceHolder Place => new(Peer, IsProtected, _clock.NowMs - Volatile.Read(ref _lastDeliveryMs));

    /// <summary>Its way to a place; null when it has one without earning it.</summary>
    public IncomingHandshake? Incoming { get; }

    /// <summary>Whether it has a place among the peers; otherwise it is on trial. Set by the registry.</summary>
    public bool HasPlace
    {
        get => _hasPlace;
        set => _hasPlace = value;
    }

    /// <summary>What is known of the peer's clock.</summary>
    public PeerClock Clock => _peerClock;

    /// <summary>Completes when nothing more is written: all that was to be said is said, or nobody takes it.</summary>
    public Task Written => _written.Task;

    /// <summary>Completes when it is over and everyone has been told.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Why it ended; null while it goes on.</summary>
    public PeerEnding? Ending => Volatile.Read(ref _ending);

    public PeerLink Link => new(EthVersion, Outbound, _space.HasRule, Name);

    public PeerInfo Info => new(
        Peer, Id, Address, Name, _space.Shared, Remote, Local, Outbound, IsStatic,
        Volatile.Read(ref _latencyMicroseconds) is var latency && latency < 0 ? null : latency / 1000.0,
        _transport.BytesIn, _transport.BytesOut, Interlocked.Read(ref _messagesIn), Interlocked.Read(ref _messagesOut));

    /// <summary>Runs until the connection is gone; throws nothing.</summary>
    public async Task RunAsync(CancellationToken hubStopping)
    {
        using var hubStops = hubStopping.Register(static connection =>
            ((PeerConnection)connection!).Abort(DisconnectReason.ClientQuitting, "This node stops."), this);
        var writing = Task.CompletedTask;
        try
        {
            await _deliver(new PeerEvent.Connected(Peer, Link, Info), _stop.Token).ConfigureAwait(false);
            writing = WriteAllAsync();
            Ping();
            AskTime();
            await ReadAllAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            End(e);
        }

        lock (_endGate) _queue.Close(null);
        try
        {
            if (Ending is { ByRemote: false }) await LingerAsync().ConfigureAwait(false);
            else await _stop.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(false);
            _socket.Close();
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The hub stops: nobody listens any more.
        }
        catch (Exception e)
        {
            _logger.PeerFailed(e, Id.ToShortString());
        }

        _written.TrySetResult();
    }

    /// <summary>Tells that it is over, once it has run and nobody finds it any more; throws nothing.</summary>
    public async Task TellEndAsync(PeerEnding ending, CancellationToken hubStopping)
    {
        try
        {
            var over = new PeerEvent.Disconnected(Peer, ending.Reason, ending.ByRemote, ending.Why);
            await _deliver(over, hubStopping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The hub stops: nobody listens any more.
        }

        _gone.TrySetResult();
    }

    /// <summary>Queues a message. A peer that takes them too slowly loses its connection.</summary>
    public void Send(OutgoingMessage message)
    {
        if (_space.NumberOf(message.Code) is not { } number) return;
        _incoming.NoteQuestion(message.Message);
        Enqueue(number, null, message, mayBeLost: message.Message is not WireMessage.Status);
    }

    /// <summary>The peer has brought something new that the core found sound.</summary>
    public void Credit() => Volatile.Write(ref _lastDeliveryMs, _clock.NowMs);

    /// <summary>Ends the connection with a goodbye.</summary>
    public void Close(DisconnectReason reason, string why)
    {
        var goodbye = SnappyPayload.Compress(BaseMessages.Disconnect(reason));
        bool hasTime;
        lock (_endGate)
        {
            if (Interlocked.CompareExchange(ref _ending, new PeerEnding(reason, false, why), null) is not null) return;
            hasTime = _queue.Close(new QueuedFrame(BaseMessages.DisconnectId, goodbye, null, 0));
        }

        StopAfter(hasTime ? _options.GoodbyeTimeout : TimeSpan.Zero);
    }

    /// <summary>Ends the connection at once and without a word.</summary>
    public void Abort(DisconnectReason reason, string why)
    {
        Interlocked.CompareExchange(ref _ending, new PeerEnding(reason, false, why), null);
        _queue.Close(null);
        StopAfter(TimeSpan.Zero);
    }

    /// <summary>
    /// Called about every second: pings, asks for addresses and the time from time to time, and ends what has fallen silent.
    /// </summary>
    public void Tick()
    {
        var now = _clock.NowMs;
        if (now - Volatile.Read(ref _lastFrameMs) > _options.PingTimeout.TotalMilliseconds)
            Close(DisconnectReason.PingTimeout, $"Nothing came from it for {_options.PingTimeout.TotalSeconds:0} s.");
        else if (!_hasStatus && now - StartedMs > _options.StatusTimeout.TotalMilliseconds)
            Close(DisconnectReason.UselessPeer, $"It sent no status within {_options.StatusTimeout.TotalSeconds:0} s.");
        else if (now - Volatile.Read(ref _writingSinceMs) > _options.WriteTimeout.TotalMilliseconds)
            Abort(DisconnectReason.NetworkError, $"It took no bytes for {_options.WriteTimeout.TotalSeconds:0} s.");
        else if (now - Volatile.Read(ref _lastPingMs) > _options.PingInterval.TotalMilliseconds) Ping();
        if (Ending is null && now - Volatile.Read(ref _lastClockMs) >= _options.ClockInterval.TotalMilliseconds) AskTime();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _socket.Dispose();
        _transport.Dispose();
        _received.Dispose();
        _queue.Dispose();
    }

    private static IPEndPoint Unmapped(IPEndPoint end) =>
        end.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(end.Address.MapToIPv4(), end.Port) : end;

    private void Ping()
    {
        Volatile.Write(ref _lastPingMs, _clock.NowMs);
        Volatile.Write(ref _pingSentAt, _clock.Time.GetTimestamp());
        Enqueue(BaseMessages.PingId, SnappyPayload.Compress(BaseMessages.Empty), null, mayBeLost: false);
        SendOwn(AddressMessages.GetPeersId, AddressMessages.GetPeers());
    }

    private void AskTime()
    {
        if (!_space.HasAddresses || !_peerClock.Ask()) return;
        Volatile.Write(ref _lastClockMs, _clock.NowMs);
        SendOwn(TimeMessages.GetTimeId, TimeMessages.GetTime());
    }

    private void StopAfter(TimeSpan wait)
    {
        try
        {
            if (wait == TimeSpan.Zero) _stop.Cancel();
            else _stop.CancelAfter(wait);
        }
        catch (ObjectDisposedException)
        {
            // It is over already.
        }
    }

    /// <summary>Sends a message of chain/1, where the peer speaks it.</summary>
    private void SendOwn(int id, byte[] payload)
    {
        if (_space.NumberOf(MessageSpace.Addresses, id) is { } number)
            Enqueue(number, SnappyPayload.Compress(payload), null, mayBeLost: false);
    }

    private void Enqueue(int number, byte[]? payload, OutgoingMessage? message, bool mayBeLost)
    {
        var (copies, delayMs) = _options.Faults?.Roll(Id, mayBeLost) ?? (1, 0);
        var taken = true;
        lock (_sendGate)
        {
            // A delay that shrinks must not let a later message overtake an earlier one.
            if (delayMs > 0 || _lastDueMs > 0) _lastDueMs = Math.Max(_clock.NowMs + delayMs, _lastDueMs);
            for (var i = 0; i < copies; i++) taken &= _queue.TryAdd(new QueuedFrame(number, payload, message, _lastDueMs));
        }

        // A connection that is ending takes nothing more; its goodbye must still go out.
        if (!taken && Ending is null) Abort(DisconnectReason.UselessPeer, "It takes messages too slowly: its queue is full.");
    }

    private async Task WriteAllAsync()
    {
        try
        {
            while (await _queue.WaitAsync(_stop.Token).ConfigureAwait(false))
            {
                while (_queue.TryTake(out var frame))
                {
                    await AppendAsync(frame).ConfigureAwait(false);
                    Interlocked.Increment(ref _messagesOut);
                    if (_transport.WantsFlush) await FlushAsync().ConfigureAwait(false);
                }

                await FlushAsync().ConfigureAwait(false);
            }

            // What this side had to say is said; the peer closes when it has read the goodbye.
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException && Ending is null)
        {
            // The peer has closed. What it said before that, such as why, may not be read yet: the reader comes to the end.
            _isLost = true;
            _queue.Close(null);
            StopAfter(_options.GoodbyeTimeout);
        }
        catch (Exception e)
        {
            End(e);
            StopAfter(TimeSpan.Zero);
        }
        finally
        {
            _written.TrySetResult();
        }
    }

    // On its own, so that nothing holds the message while a peer that reads slowly takes the transport's copy.
    private async ValueTask AppendAsync(QueuedFrame frame)
    {
        var early = frame.DueMs - _clock.NowMs;
        if (frame.DueMs > 0 && early > 0)
        {
            await FlushAsync().ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromMilliseconds(early), _clock.Time, _stop.Token).ConfigureAwait(false);
        }

        if (frame.EstimatedBytes >= TrialPace.Heavy && !HasPlace)
        {
            await FlushAsync().ConfigureAwait(false);
            await _trial.WaitAsync(frame.EstimatedBytes, _stop.Token).ConfigureAwait(false);
        }

        if (Encode(frame) is { } payload) _transport.Append(frame.Number, payload);
    }

    private byte[]? Encode(QueuedFrame frame)
    {
        if (frame.Payload is { } payload) return payload;
        try
        {
            return frame.Message!.Payload;
        }
        catch (InvalidOperationException e)
        {
            _logger.EncodingFailed(e, Id.ToShortString());
            return null;
        }
    }

    private async ValueTask FlushAsync()
    {
        Volatile.Write(ref _writingSinceMs, _clock.NowMs);
        await _transport.FlushAsync(_stop.Token).ConfigureAwait(false);
        _queue.OnWritten();
        Volatile.Write(ref _writingSinceMs, long.MaxValue);
    }

    private async Task ReadAllAsync()
    {
        var rate = new RateLimit(_options.MessagesPerSecond, _options.MessageBurst, _clock);
        while (Ending is null)
        {
            var frame = await _transport.ReadAsync(FrameCodec.MaxBodySize, _received, _stop.Token).ConfigureAwait(false);
            Volatile.Write(ref _lastFrameMs, _clock.NowMs);
            Interlocked.Increment(ref _messagesIn);
            if (rate.Take() is var waitMs and > 0)
                await Task.Delay(TimeSpan.FromMilliseconds(waitMs), _clock.Time, _stop.Token).ConfigureAwait(false);
            await HandleAsync(frame).ConfigureAwait(false);
        }
    }

    // Closing with bytes unread would reset the connection, and the goodbye might be lost with it.
    private async Task LingerAsync()
    {
        try
        {
            await _transport.DrainAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer closed, or took too long to.
        }
    }

    private ValueTask HandleAsync(ReceivedFrame frame)
    {
        if (frame.Number < MessageSpace.FirstId)
        {
            HandleBase(frame);
            return ValueTask.CompletedTask;
        }

        if (_space.Resolve(frame.Number) is not { } kind)
            return MalformedAsync($"Message number 0x{frame.Number:x2} belongs to no agreed capability.");
        if (kind.Name == MessageSpace.Addresses)
            return OwnMessages.Handle(this, _owner, kind.Id, frame.Payload.Span, _unixMs, SendOwn) is { } malformed
                ? MalformedAsync(malformed) : ValueTask.CompletedTask;
        var code = new WireCode(kind.Name == MessageSpace.Eth ? WireCapability.Eth : WireCapability.Consensus, kind.Id);
        return HandleWireAsync(code, frame.Payload);
    }

    private async ValueTask HandleWireAsync(WireCode code, ReadOnlyMemory<byte> payload)
    {
        if (await _incoming.ReadAsync(code, payload, _stop.Token).ConfigureAwait(false) is not { } found) return;
        if (!_hasStatus && found is PeerEvent.Received { Message: WireMessage.Status })
        {
            _hasStatus = true;
            _owner.StatusArrived(this);
        }

        await DeliverAsync(found).ConfigureAwait(false);
    }

    private async ValueTask MalformedAsync(string why) =>
        await DeliverAsync(await _incoming.RefuseAsync(why, _stop.Token).ConfigureAwait(false)).ConfigureAwait(false);

    private async ValueTask DeliverAsync(PeerEvent found)
    {
        try
        {
            await _deliver(found, _stop.Token).ConfigureAwait(false);
        }
        catch
        {
            found.Lease?.Dispose();
            throw;
        }
    }

    private void HandleBase(ReceivedFrame frame)
    {
        switch (frame.Number)
        {
            case BaseMessages.DisconnectId:
                var reason = BaseMessages.ReadDisconnect(frame.Payload.Span);
                Interlocked.CompareExchange(ref _ending, new PeerEnding(reason, true, "The peer said goodbye."), null);
                break;
            case BaseMessages.PingId:
                Enqueue(BaseMessages.PongId, SnappyPayload.Compress(BaseMessages.Empty), null, mayBeLost: false);
                break;
            case BaseMessages.PongId:
                var roundTrip = _clock.Time.GetElapsedTime(Volatile.Read(ref _pingSentAt));
                Volatile.Write(ref _latencyMicroseconds, (int)Math.Min(roundTrip.TotalMicroseconds, int.MaxValue));
                break;
            default:
                throw new PeerProtocolException(DisconnectReason.BreachOfProtocol,
                    $"Base protocol message 0x{frame.Number:x2} has no place here.");
        }
    }

    private void End(Exception e)
    {
        switch (e)
        {
            case PeerProtocolException protocol:
                Close(protocol.Reason, protocol.Message);
                break;
            case IOException or SocketException or ObjectDisposedException:
            case OperationCanceledException when _isLost:
                Interlocked.CompareExchange(ref _ending,
                    new PeerEnding(DisconnectReason.NetworkError, true, "The connection was lost."), null);
                break;
            case OperationCanceledException:
                Interlocked.CompareExchange(ref _ending,
                    new PeerEnding(DisconnectReason.Requested, false, "The connection was stopped."), null);
                break;
            default:
                _logger.PeerFailed(e, Id.ToShortString());
                Close(DisconnectReason.Requested, "A bug in this node.");
                break;
        }
    }
}
