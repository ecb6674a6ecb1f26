using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Chain.Primitives;

namespace Chain.Mining;

/// <summary>One node's work methods. Every failure to talk is a <see cref="NodeUnreachableException"/>, every refusal by the
/// node a <see cref="RpcFaultException"/>.</summary>
internal sealed class WorkNode(NodeUrl url, HttpClient http)
{
    public NodeUrl Url => url;

    public async Task<MiningWork> GetWorkAsync(CancellationToken ct)
    {
        var result = await CallAsync("eth_getWork", [], ct).ConfigureAwait(false);
        try
        {
            return MiningWork.Parse(result.Deserialize(RpcJson.Default.IReadOnlyListString));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new NodeUnreachableException($"{url} gave work that makes no sense: {Printable.Field(e.Message)}", e);
        }
    }

    /// <summary>Hands in a solution. `true` is acceptance; `false` and errors are told apart by their words, since Ethereum's
    /// method has no code for stale.</summary>
    public async Task<SubmitOutcome> SubmitAsync(Hash256 sealHash, ulong nonce, CancellationToken ct)
    {
        try
        {
            var result = await CallAsync("eth_submitWork", [$"0x{nonce:x16}", sealHash.ToString(), Hash256.Zero.ToString()], ct)
                .ConfigureAwait(false);
            return result.ValueKind == JsonValueKind.True ? new SubmitOutcome.Accepted() : new SubmitOutcome.Stale();
        }
        catch (RpcFaultException e) when (e.Message.Contains("stale", StringComparison.OrdinalIgnoreCase))
        {
            return new SubmitOutcome.Stale();
        }
        catch (RpcFaultException e) when (e.Message.Contains("duplicate", StringComparison.OrdinalIgnoreCase))
        {
            return new SubmitOutcome.Duplicate();
        }
        catch (RpcFaultException e)
        {
            return new SubmitOutcome.Rejected(e.Message);
        }
    }

    public Task SubmitHashrateAsync(double hashesPerSecond, Hash256 minerId, CancellationToken ct) =>
        CallAsync("eth_submitHashrate", [Hex.Quantity((ulong)Math.Max(0, hashesPerSecond)), minerId.ToString()], ct);

    /// <summary>Subscribes to new work; null when the node answers but has no WebSocket or no such subscription.</summary>
    public async Task<WorkSubscription?> TrySubscribeAsync(CancellationToken ct)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(10);
        socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(10);
        try
        {
            await socket.ConnectAsync(url.WebSocket, ct).ConfigureAwait(false);
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

    private async Task<JsonElement> CallAsync(string method, IReadOnlyList<string> parameters, CancellationToken ct)
    {
        RpcResponse? response;
        try
        {
            using var reply =
                await http.PostAsJsonAsync(url.Http, new RpcRequest(method, parameters), RpcJson.Default.RpcRequest, ct)
                .ConfigureAwait(false);
            response = await reply.Content.ReadFromJsonAsync(RpcJson.Default.RpcResponse, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or InvalidOperationException
                                  || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            var why = e is OperationCanceledException ? "no answer in time." : Printable.Field(e.Message).TrimEnd('.') + ".";
            var hint = e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                ? " Start a node with `chain testnet up`, or name another with --rpc."
                : "";
            throw new NodeUnreachableException($"{url} did not answer {method}: {why}{hint}", e);
        }

        if (response?.Error is { } fault) throw new RpcFaultException(fault.Code, Printable.Field(fault.Message ?? "no message"));
        return response?.Result
            ?? throw new NodeUnreachableException($"{url} answered {method} with neither a result nor an error.");
    }
}
