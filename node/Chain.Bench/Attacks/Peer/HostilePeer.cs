using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Chain.Consensus;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Bench;

/// <summary>What a hostile peer claims of its chain in its greeting.</summary>
/// <param name="Head">Its head; the number is told under eth/69 alone.</param>
/// <param name="TotalDifficulty">Told under eth/68 alone.</param>
public sealed record HostileClaim(BlockRef Head, UInt256 TotalDifficulty);

/// <summary>How a hostile peer dials.</summary>
/// <param name="Target">The node.</param>
/// <param name="Genesis">The genesis block that it names.</param>
public sealed record HostileOptions(Enode Target, Block Genesis, ulong ChainId)
{
    /// <summary>Null claims genesis.</summary>
    public HostileClaim? Claim { get; init; }

    /// <summary>Offers no more than this version of eth.</summary>
    public int EthVersion { get; init; } = 68;

    /// <summary>The consensus rule's messages, which it offers to speak; null for none.</summary>
    public ConsensusCodec? Rule { get; init; }

    /// <summary>What it says to requests; by default nothing.</summary>
    public AnswerRule Answer { get; init; } = Answers.Never;

    /// <summary>The address that it dials from; null leaves it to the system.</summary>
    public IPAddress? From { get; init; }

    /// <summary>Whether it takes nothing more off its connection once it is greeted, not even a goodbye.</summary>
    public bool IsDeaf { get; init; }
}

/// <summary>How a hostile peer's connection ended.</summary>
/// <param name="Reason">What the node said; <see cref="DisconnectReason.NetworkError"/> when it closed without a word.</param>
/// <param name="After">From the greeting on.</param>
public sealed record HostileEnding(DisconnectReason Reason, TimeSpan After);

/// <summary>
/// A peer that follows a script: shakes hands and greets as the protocol asks, then sends whatever it is told to, answers
/// requests by a rule, and counts what it hears. It uses the node's own wire code, but nothing that would keep it from lying.
/// </summary>
public sealed class HostilePeer : IAsyncDisposable
{
    private static readonly TimeSpan GreetingLimit = TimeSpan.FromSeconds(10);

    private readonly HostileSocket _socket;
    private readonly HostileOptions _options;
    private readonly WireCodec _codec;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, long> _received = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<WireMessage>> _questions = new();
    private readonly TaskCompletionSource<WireMessage.Status> _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private Task _reading = Task.CompletedTask;
    private HostileEnding? _ending;
    private DisconnectReason? _goodbye;
    private long _lastQuestion;
    private long _bytesSent;
    private bool _disposed;

    private HostilePeer(HostileSocket socket, HostileOptions options) =>
        (_socket, _options, _codec) = (socket, options, new WireCodec(options.Rule));

    /// <summary>Its identity: 128 hex digits, as `admin_peers` names it.</summary>
    public string NodeId => _socket.Id.ToString();

    public int EthVersion => _socket.Space!.EthVersion!.Value;

    /// <summary>The node's greeting.</summary>
    public WireMessage.Status NodeStatus => _greeted.Task.Result;

    /// <summary>How many messages of each kind came, by the spec's name.</summary>
    public IReadOnlyDictionary<string, long> Received => _received;

    /// <summary>Bytes of messages sent, before compression.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>How the node ended the connection; null while it is open, or when this side closed it.</summary>
    public HostileEnding? Ending => Volatile.Read(ref _ending);

    public bool IsConnected => !_reading.IsCompleted;

    /// <summary>Dials a node, shakes hands, waits for its greeting and greets.</summary>
    /// <exception cref="IOException">The node closed the connection, refused it, or did not greet in time.</exception>
    public static async Task<HostilePeer> DialAsync(HostileOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(GreetingLimit);
        HostilePeer? peer = null;
        HostileSocket? socket = null;
        try
        {
            socket = await HostileSocket.OpenAsync(options.Target, options.From, options.IsDeaf, patience.Token);
            await socket.EncryptAsync(patience.Token);
            await socket.GreetAsync(Capabilities(options), options.Rule, patience.Token);
            if (socket.Space!.EthVersion is null) throw new IOException("The node shares no version of eth.");
            peer = new HostilePeer(socket, options);
            peer._reading = Task.Run(peer.ReadAllAsync, CancellationToken.None);
            await peer._greeted.Task.WaitAsync(patience.Token);
            await peer.SendAsync(peer.Greeting(), patience.Token);
            return peer;
        }
        catch (Exception e)
        {
            if (peer is not null) await peer.DisposeAsync();
            else socket?.Dispose();
            if (cancellation.IsCancellationRequested || !(HostileSocket.IsRefusal(e) || e is OperationCanceledException)) throw;
            throw new IOException($"The node on port {options.Target.Port} did not let a peer in: {e.Message}", e);
        }
    }

    /// <summary>Sends a message; false once the connection is gone.</summary>
    public Task<bool> SendAsync(WireMessage message, CancellationToken cancellation)
    {
        var rlp = new RlpWriter(1024);
        var code = _codec.Encode(message, EthVersion, rlp);
        return SendAsync(code, rlp.ToArray(), cancellation);
    }

    /// <summary>Sends bytes under a message's number, whatever they are; false once the connection is gone.</summary>
    public async Task<bool> SendAsync(WireCode code, byte[] payload, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(payload);
        var number = _socket.Space!.NumberOf(code)
            ?? throw new InvalidOperationException($"The connection does not carry {_codec.Describe(code)}.");
        return await WriteAsync(number, SnappyPayload.Compress(payload), payload.Length, cancellation);
    }

    /// <summary>Asks the node something, as an honest peer would; null when no answer comes.</summary>
    /// <param name="ask">The request under the id that it is given.</param>
    public async Task<WireMessage?> AskAsync(Func<ulong, WireMessage> ask, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(ask);
        var id = (ulong)Interlocked.Increment(ref _lastQuestion);
        var answer = _questions[id] = new TaskCompletionSource<WireMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            if (!await SendAsync(ask(id), cancellation)) return null;
            return await answer.Task.WaitAsync(TimeSpan.FromSeconds(4), cancellation);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _questions.TryRemove(id, out _);
        }
    }

    /// <summary>Asks the node for the header of this height; null when it does not have it, or does not answer.</summary>
    public async Task<SealedHeader?> AskHeaderAsync(ulong number, CancellationToken cancellation) =>
        await AskAsync(id => new WireMessage.GetBlockHeaders(id, null, number, 1, 0, Reverse: false), cancellation)
            is WireMessage.BlockHeaders { Headers: [var header] } ? header : null;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await _stop.CancelAsync();
        _socket.Dispose();
        await _reading;
        _writing.Dispose();
        _stop.Dispose();
    }

    private static List<Capability> Capabilities(HostileOptions options)
    {
        List<Capability> offered = [new(MessageSpace.Eth, options.EthVersion)];
        if (options.Rule is { } rule) offered.Add(new Capability(rule.Capability, rule.Version));
        return offered;
    }

    private WireMessage.Status Greeting()
    {
        var genesis = _options.Genesis;
        var (head, weight) = _options.Claim
            ?? new HostileClaim(new BlockRef(0, genesis.Hash), genesis.Header.Header.Difficulty);
        var fork = new ForkSchedule(genesis.Hash).At(0);
        return new WireMessage.Status(EthVersion, _options.ChainId, weight, head.Hash, head.Number, genesis.Hash, fork, 0);
    }

    private async Task<bool> WriteAsync(int number, byte[] payload, int plainLength, CancellationToken cancellation)
    {
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
            await _writing.WaitAsync(either.Token);
            try
            {
                _socket.Transport!.Append(number, payload);
                await _socket.Transport.FlushAsync(either.Token);
            }
            finally
            {
                _writing.Release();
            }

            Interlocked.Add(ref _bytesSent, plainLength);
            return true;
        }
        catch (Exception e) when (IsEnd(e))
        {
            _lost.TrySetResult();
            return false;
        }
    }

    private bool IsEnd(Exception e) =>
        HostileSocket.IsRefusal(e) || (e is OperationCanceledException && _stop.IsCancellationRequested);

    private bool IsDeafNow => _options.IsDeaf && _greeted.Task.IsCompleted;

    private async Task ReadAllAsync()
    {
        var reason = DisconnectReason.NetworkError;
        try
        {
            while (_goodbye is null && !IsDeafNow)
                await HandleAsync(await _socket.Transport!.ReadAsync(FrameCodec.MaxBodySize, _stop.Token));
            reason = _goodbye ?? reason;
            if (IsDeafNow) await _lost.Task.WaitAsync(_stop.Token);
        }
        catch (Exception e) when (HostileSocket.IsRefusal(e) || e is OperationCanceledException)
        {
            // The connection is over.
        }

        if (!_stop.IsCancellationRequested) Volatile.Write(ref _ending, new HostileEnding(reason, _since.Elapsed));
        _greeted.TrySetException(new IOException($"The node ended the connection before its greeting: {reason}."));
    }

    private async ValueTask HandleAsync(ReceivedFrame frame)
    {
        switch (frame.Number)
        {
            case BaseMessages.DisconnectId:
                _goodbye = BaseMessages.ReadDisconnect(frame.Payload.Span);
                return;
            case BaseMessages.PingId:
                await WriteAsync(BaseMessages.PongId, SnappyPayload.Compress(BaseMessages.Empty), 0, _stop.Token);
                return;
            case < MessageSpace.FirstId:
                return;
        }

        if (_socket.Space!.Resolve(frame.Number) is not { } kind) return;
        if (SnappyPayload.Decompress(frame.Payload.Span) is not { } plain) return;
        var code = new WireCode(kind.Name == MessageSpace.Eth ? WireCapability.Eth : WireCapability.Consensus, kind.Id);
        _received.AddOrUpdate(_codec.NameOf(code), 1, static (_, count) => count + 1);
        if (_codec.Decode(code, EthVersion, plain).IsOk(out var message, out _)) Take(message);
    }

    private void Take(WireMessage message)
    {
        switch (message)
        {
            case WireMessage.Status status:
                _greeted.TrySetResult(status);
                break;
            case WireMessage.BlockHeaders { RequestId: var id }:
                Answered(id, message);
                break;
            case WireMessage.BlockBodies { RequestId: var id }:
                Answered(id, message);
                break;
            case WireMessage.Sidecars { RequestId: var id }:
                Answered(id, message);
                break;
            default:
                if (_options.Answer != Answers.Never && Answers.EmptyAnswer(message) is not null) _ = AnswerAsync(message);
                break;
        }
    }

    private void Answered(ulong id, WireMessage answer)
    {
        if (_questions.TryGetValue(id, out var question)) question.TrySetResult(answer);
    }

    private async Task AnswerAsync(WireMessage request)
    {
        try
        {
            if (await _options.Answer(request, _stop.Token) is { } answer) await SendAsync(answer, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The peer is gone, and its answer with it.
        }
    }
}
