using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace Chain.Rpc;

/// <summary>
/// One WebSocket: requests are answered as they are ready, notifications in between. What is to be sent waits in one bounded
/// queue; whoever does not read it is disconnected.
/// </summary>
internal sealed class RpcSocket : ISubscriber, IDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly WebSocket _socket;
    private readonly RpcServices _services;
    private readonly RpcDispatcher _dispatcher;
    private readonly RpcCaller _caller;
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing =
        Channel.CreateUnbounded<ReadOnlyMemory<byte>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _slots;
    private long _queuedBytes;
    private string? _dropReason;

    public RpcSocket(WebSocket socket, RpcServices services, RpcDispatcher dispatcher, bool isAdmin)
    {
        (_socket, _services, _dispatcher) = (socket, services, dispatcher);
        _caller = new RpcCaller(this, isAdmin);
        _slots = new SemaphoreSlim(services.Limits.RequestsPerSocket);
    }

    public void Send(ReadOnlyMemory<byte> message)
    {
        if (Interlocked.Add(ref _queuedBytes, message.Length) > _services.Limits.SocketQueueBytes)
            Drop("too slow: more was to be sent than the limit lets wait");
        else _outgoing.Writer.TryWrite(message);
    }

    public void Drop(string why)
    {
        Interlocked.CompareExchange(ref _dropReason, why, null);
        try
        {
            _closing.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile.
        }
    }

    /// <summary>
    /// After <see cref="RunAsync"/>. Requests under way end by themselves and write to a queue that nobody reads.
    /// </summary>
    public void Dispose()
    {
        _slots.Dispose();
        _closing.Dispose();
    }

    /// <summary>Serves until either side ends it.</summary>
    public async Task RunAsync()
    {
        var sending = SendAllAsync();
        var closeStatus = WebSocketCloseStatus.NormalClosure;
        try
        {
            closeStatus = await ReceiveAllAsync();
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            closeStatus = WebSocketCloseStatus.PolicyViolation;
        }

        _services.Hub.RemoveAll(this);
        _outgoing.Writer.TryComplete();
        await _closing.CancelAsync();
        await sending;
        await CloseAsync(closeStatus);
    }

    private async Task<WebSocketCloseStatus> ReceiveAllAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            buffer.ResetWrittenCount();
            ValueWebSocketReceiveResult received;
            do
            {
                received = await _socket.ReceiveAsync(buffer.GetMemory(4096), _closing.Token);
                buffer.Advance(received.Count);
                if (buffer.WrittenCount > _services.Limits.BodyBytes) return WebSocketCloseStatus.MessageTooBig;
            }
            while (!received.EndOfMessage);

            if (received.MessageType == WebSocketMessageType.Close) return WebSocketCloseStatus.NormalClosure;
            await _slots.WaitAsync(_closing.Token);
            _ = AnswerAsync(buffer.WrittenSpan.ToArray());
        }
    }

    /// <summary>Never throws: nobody waits for it.</summary>
    private async Task AnswerAsync(byte[] request)
    {
        try
        {
            using var answer = new ResponseBuffer();
            var afterwards = await _dispatcher.AnswerAsync(request, _caller, answer, _closing.Token);
            if (answer.Length > 0) Send(answer.Written.ToArray());
            afterwards?.Invoke();
            _slots.Release();
        }
        catch (ObjectDisposedException)
        {
            // The connection ended first.
        }
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(_closing.Token))
            {
                await _socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, _closing.Token);
                Interlocked.Add(ref _queuedBytes, -message.Length);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException
            or InvalidOperationException)
        {
            Drop("the connection broke");
        }
    }

    private async Task CloseAsync(WebSocketCloseStatus status)
    {
        if (_socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        using var patience = new CancellationTokenSource(CloseTimeout);
        try
        {
            await _socket.CloseOutputAsync(status, _dropReason, patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException
            or InvalidOperationException)
        {
            _socket.Abort();
        }
    }
}
