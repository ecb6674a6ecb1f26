using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Mining;

/// <summary>One node's work methods. Whatever keeps it from working is a <see cref="ClientException"/>.</summary>
internal sealed class WorkNode : IDisposable
{
    // Work is some 250 bytes, and so is every other answer.
    private const int MaxAnswerBytes = 1024 * 1024;

    private readonly JsonRpcClient _rpc;
    private readonly NodeUrl _url;

    public WorkNode(NodeUrl url)
    {
        _url = url;
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(3),
            UseProxy = false,
            AllowAutoRedirect = false,
        };
        _rpc = new JsonRpcClient(url.Http, handler, TimeSpan.FromSeconds(5), MaxAnswerBytes);
    }

    public NodeUrl Url => _url;

    public async Task<MiningWork> GetWorkAsync(CancellationToken ct)
    {
        const string Method = "eth_getWork";
        var reply = await _rpc.CallAsync(Method, [], ct).ConfigureAwait(false);
        if (reply is RpcReply.Error error)
            throw new WorkRefusedException($"{_url} gives no work: {error.Message} (code {error.Code})", error.IsMethodMissing);
        var answer = new Answer(Method, ((RpcReply.Ok)reply).Result);
        try
        {
            return MiningWork.Parse([.. answer.Items().Select(item => item.Text())]);
        }
        catch (FormatException)
        {
            throw answer.Malformed("work");
        }
    }

    /// <summary>Hands in a solution. `true` is acceptance; `false` and errors are told apart by their words, since Ethereum's
    /// method has no code for stale.</summary>
    public async Task<SubmitOutcome> SubmitAsync(Hash256 sealHash, ulong nonce, CancellationToken ct)
    {
        JsonNode?[] solution = [$"0x{nonce:x16}", sealHash.ToString(), Hash256.Zero.ToString()];
        return await _rpc.CallAsync("eth_submitWork", solution, ct).ConfigureAwait(false) switch
        {
            RpcReply.Ok { Result.ValueKind: JsonValueKind.True } => new SubmitOutcome.Accepted(),
            RpcReply.Error error when error.Says("duplicate") => new SubmitOutcome.Duplicate(),
            RpcReply.Error error when !error.Says("stale") => new SubmitOutcome.Rejected($"{error.Message} (code {error.Code})"),
            _ => new SubmitOutcome.Stale(),
        };
    }

    /// <summary>False when the node does not take rates.</summary>
    public async Task<bool> TrySubmitHashrateAsync(double hashesPerSecond, Hash256 minerId, CancellationToken ct)
    {
        JsonNode?[] rate = [Hex.Quantity((ulong)Math.Max(0, hashesPerSecond)), minerId.ToString()];
        return await _rpc.CallAsync("eth_submitHashrate", rate, ct).ConfigureAwait(false) is not RpcReply.Error
        {
            IsMethodMissing: true,
        };
    }

    /// <summary>Subscribes to new work; null when the node answers but has no WebSocket or no such subscription.</summary>
    public async Task<WorkSubscription?> TrySubscribeAsync(CancellationToken ct)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(10);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(10);
        try
        {
            await socket.ConnectAsync(_url.WebSocket, ct).ConfigureAwait(false);
            var subscription = new WorkSubscription(socket);
            if (await subscription.TryStartAsync(ct).ConfigureAwait(false)) return subscription;
        }
        catch (WebSocketException)
        {
            // No WebSocket there, or it closed on us: the caller polls, and finds out by that whether the node is gone.
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        socket.Dispose();
        return null;
    }

    public void Dispose() => _rpc.Dispose();
}
