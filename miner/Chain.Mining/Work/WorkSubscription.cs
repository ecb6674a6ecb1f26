using System.Net.WebSockets;
using System.Text.Json;
using Chain.Programs;
using Chain.Rpc.Client;

namespace Chain.Mining;

/// <summary>A WebSocket on which a node pushes new work: `eth_subscribe ["newWork"]`, each notification's result being what
/// `eth_getWork` answers.</summary>
internal sealed class WorkSubscription(ClientWebSocket socket) : IDisposable
{
    // Work is some 250 bytes; more than this is no node's notification.
    private const int MaxMessageBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[MaxMessageBytes];
    private string? _id;

    /// <summary>Asks for the subscription; false when the node refuses.</summary>
    public async Task<bool> TryStartAsync(CancellationToken ct)
    {
        var request =
            JsonSerializer.SerializeToUtf8Bytes(new RpcRequest("eth_subscribe", ["newWork"]), RpcJson.Default.RpcRequest);
        await socket.SendAsync(request, WebSocketMessageType.Text, endOfMessage: true, ct).ConfigureAwait(false);
        RpcResponse? answer;
        do answer = await ReceiveAsync(ct).ConfigureAwait(false);
        while (answer is { Method: not null });
        _id = answer?.Result is { ValueKind: JsonValueKind.String } id ? id.GetString() : null;
        return _id is not null;
    }

    /// <summary>The next work that is pushed.</summary>
    /// <exception cref="NodeUnreachableException">The connection ended or carries nonsense.</exception>
    public async Task<MiningWork> NextAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                var message = await ReceiveAsync(ct).ConfigureAwait(false)
                              ?? throw Ended("the node closed it");
                if (message.Params is { } notice && notice.Subscription == _id) return MiningWork.Parse(notice.Result);
            }
        }
        catch (Exception e) when (e is WebSocketException or FormatException or JsonException)
        {
            throw Ended(Printable.Field(e.Message));
        }
    }

    public void Dispose() => socket.Dispose();

    private static NodeUnreachableException Ended(string reason) => new($"The work subscription ended: {reason}", reason);

    private async Task<RpcResponse?> ReceiveAsync(CancellationToken ct)
    {
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            if (length == _buffer.Length) throw new JsonException($"a message of more than {MaxMessageBytes} bytes");
            part = await socket.ReceiveAsync(_buffer.AsMemory(length), ct).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            length += part.Count;
        }
        while (!part.EndOfMessage);
        return JsonSerializer.Deserialize(_buffer.AsSpan(0, length), RpcJson.Default.RpcResponse);
    }
}
