using System.Diagnostics;
using System.Text.Json;
using Chain.Node;

namespace Chain.Rpc;

/// <summary>
/// One call in progress. A method writes exactly one JSON value to <see cref="Out"/> and returns null, or returns an error;
/// what it wrote before an error is thrown away.
/// </summary>
public sealed class RpcCall : IDisposable
{
    internal RpcCall(RpcServices services) => Services = services;

    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private IChainReaderLease? _lease;

    internal RpcServices Services { get; }

    public required RpcArgs Args { get; init; }

    public required Utf8JsonWriter Out { get; init; }

    /// <summary>Who asks: the WebSocket to which subscriptions belong, whether it may control the node.</summary>
    public required RpcCaller Caller { get; init; }

    public required CancellationToken Cancellation { get; init; }

    public INodeAccess Node => Services.Node;

    /// <summary>The picture of the moment at which the call began: all of its answer is about this one.</summary>
    public ChainView View => field ??= Services.Node.View;

    public IChainReader Reader => _lease ??= Node.OpenReader();

    public RpcLimits Limits => Services.Limits;

    /// <summary>Whether the call has used up its time; whoever loops asks now and then.</summary>
    public bool IsLate => Cancellation.IsCancellationRequested || Stopwatch.GetElapsedTime(_startedAt) > Limits.CallTimeout;

    public RpcError TimedOut => RpcError.TimedOut(Limits.CallTimeout);

    /// <summary>To be done once the answer is on its way: a subscription must not speak before its id is known.</summary>
    public Action? AfterReply { get; set; }

    public void Dispose() => _lease?.Dispose();
}

/// <summary>Where a request came from.</summary>
/// <param name="Socket">Null over HTTP.</param>
public sealed record RpcCaller(ISubscriber? Socket, bool IsAdmin)
{
    public static readonly RpcCaller Http = new(null, false);
    public static readonly RpcCaller HttpAdmin = new(null, true);
}

/// <summary>One who gets notifications: a WebSocket connection.</summary>
public interface ISubscriber
{
    /// <summary>Queues a message; a subscriber whose queue is full is disconnected instead.</summary>
    void Send(ReadOnlyMemory<byte> message);

    /// <summary>Ends the connection because something would be missing from what it hears.</summary>
    void Drop(string why);
}

/// <summary>What a caller can ask for at most.</summary>
public sealed record RpcLimits
{
    public int BodyBytes { get; init; } = 5 * 1024 * 1024;

    public int BatchItems { get; init; } = 1000;

    public int ResponseBytes { get; init; } = 25_000_000;

    /// <summary>Nested arrays and objects in a request.</summary>
    public int JsonDepth { get; init; } = 32;

    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Logs in one answer.</summary>
    public int LogResults { get; init; } = 10_000;

    public int Filters { get; init; } = 4096;

    /// <summary>A filter that nobody asks about for this long is forgotten.</summary>
    public TimeSpan FilterLifetime { get; init; } = TimeSpan.FromMinutes(5);

    public int SubscriptionsPerConnection { get; init; } = 256;

    public int Connections { get; init; } = 2048;

    public int WebSockets { get; init; } = 512;

    /// <summary>Requests of one WebSocket under way at once; beyond them it is not read.</summary>
    public int RequestsPerSocket { get; init; } = 64;

    /// <summary>Bytes waiting to be sent to one WebSocket; beyond them it is disconnected.</summary>
    public int SocketQueueBytes { get; init; } = 32_000_000;

    /// <summary>Storage keys in one eth_getProof.</summary>
    public int ProofKeys { get; init; } = 1024;

    /// <summary>Entries in one page of the chain_ methods.</summary>
    public int PageItems { get; init; } = 1000;
}
