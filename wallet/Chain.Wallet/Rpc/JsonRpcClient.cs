using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chain.Wallet;

/// <summary>JSON-RPC 2.0 over HTTP, one call at a time. Whatever is not a JSON-RPC answer counts as no node.</summary>
public sealed class JsonRpcClient : IDisposable
{
    private const int MaxAnswerBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly string? _credentials;
    private long _lastId;

    /// <summary>A user name and password in the URL are sent as HTTP basic authentication and never shown.</summary>
    public JsonRpcClient(Uri url, HttpMessageHandler handler)
    {
        Url = new UriBuilder(url) { UserName = "", Password = "" }.Uri;
        if (url.UserInfo.Length > 0) _credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)));
        _http = new HttpClient(handler) { MaxResponseContentBufferSize = MaxAnswerBytes, Timeout = CallTimeout };
    }

    /// <summary>Where the node is.</summary>
    public Uri Url { get; }

    /// <summary>Calls a method.</summary>
    /// <exception cref="WalletException"><see cref="ExitCode.NodeUnreachable"/>: nobody answers, or not in JSON-RPC.</exception>
    public async Task<RpcReply> CallAsync(string method, JsonArray parameters, CancellationToken cancel)
    {
        var id = ++_lastId;
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = id, ["method"] = method, ["params"] = parameters };
        using var message = new HttpRequestMessage(HttpMethod.Post, Url) { Content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json") };
        if (_credentials is not null) message.Headers.Authorization = new AuthenticationHeaderValue("Basic", _credentials);
        try
        {
            using var response = await _http.SendAsync(message, cancel).ConfigureAwait(false);
            var body = await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
            return Read(body, id) ?? throw NoNode(response.StatusCode == HttpStatusCode.OK
                ? "what answers there does not speak JSON-RPC"
                : $"what answers there says {(int)response.StatusCode} {response.ReasonPhrase}");
        }
        catch (HttpRequestException e)
        {
            throw NoNode(e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? "the connection is refused" : e.Message.TrimEnd('.'));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw NoNode($"no answer to {method} within {CallTimeout.TotalSeconds:0} seconds");
        }
    }

    public void Dispose() => _http.Dispose();

    // Nodes answer errors with various HTTP statuses: the body decides.
    private static RpcReply? Read(string body, long id)
    {
        try
        {
            var root = JsonDocument.Parse(body).RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
            {
                var code = error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var parsed) ? parsed : 0;
                return new RpcReply.Error(code, error.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "no message");
            }

            if (!root.TryGetProperty("id", out var answered) || answered.ValueKind != JsonValueKind.Number || !answered.TryGetInt64(out var answeredId) || answeredId != id) return null;
            return root.TryGetProperty("result", out var result) ? new RpcReply.Ok(result) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private WalletException NoNode(string reason) => new(
        ExitCode.NodeUnreachable,
        $"No node at {Url}: {reason}. Start one with `chain testnet up`, or name another with --rpc URL or CHAIN_RPC.");
}
