using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Programs;

namespace Chain.Rpc.Client;

/// <summary>JSON-RPC 2.0 over HTTP. Whatever is not a JSON-RPC answer counts as no node.</summary>
public sealed class JsonRpcClient : IDisposable
{
    private const int DefaultMaxAnswerBytes = 16 * 1024 * 1024;
    private const int MaxExcerpt = 80;
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;
    private readonly string? _credentials;
    private long _lastId;

    /// <summary>A user name and password in the URL are sent as HTTP basic authentication and never shown.</summary>
    /// <param name="maxAnswerBytes">A longer answer counts as none.</param>
    public JsonRpcClient(
        Uri url, HttpMessageHandler handler, TimeSpan? timeout = null, int maxAnswerBytes = DefaultMaxAnswerBytes)
    {
        Url = new UriBuilder(url) { UserName = "", Password = "" }.Uri;
        if (url.UserInfo.Length > 0)
            _credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)));
        _http = new HttpClient(handler) { MaxResponseContentBufferSize = maxAnswerBytes, Timeout = timeout ?? DefaultTimeout };
    }

    /// <summary>Where the node is.</summary>
    public Uri Url { get; }

    /// <summary>Calls a method.</summary>
    /// <exception cref="NodeUnreachableException">Nobody answers, or not in JSON-RPC. The call may have arrived.</exception>
    public async Task<RpcReply> CallAsync(string method, JsonNode?[] parameters, CancellationToken cancel)
    {
        var id = Interlocked.Increment(ref _lastId);
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = id,
            ["method"] = method,
            ["params"] = new JsonArray(parameters),
        };
        using var message = new HttpRequestMessage(HttpMethod.Post, Url)
        {
            Content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        if (_credentials is not null) message.Headers.Authorization = new AuthenticationHeaderValue("Basic", _credentials);
        try
        {
            using var response = await _http.SendAsync(message, cancel).ConfigureAwait(false);

            // JSON is UTF-8 (RFC 8259), whatever charset the answer claims to be in.
            var body = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false));
            return Read(body, id) ?? throw NotJsonRpc(method, Describe(response, body));
        }
        catch (HttpRequestException e)
        {
            throw e.HttpRequestError switch
            {
                HttpRequestError.InvalidResponse => NotJsonRpc(method, $"does not answer in HTTP ({Excerpt(e.Message)})"),
                HttpRequestError.ResponseEnded => NotJsonRpc(method, "closes the connection without an answer"),
                HttpRequestError.ConfigurationLimitExceeded => NotJsonRpc(method, $"answers too much ({Excerpt(e.Message)})"),
                HttpRequestError.SecureConnectionError =>
                    NotJsonRpc(method, "does not speak the TLS of https (a node of ours has plain http)"),
                _ when e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
                    NoNode("the connection is refused"),
                _ => NoNode(Excerpt(e.Message)),
            };
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new NodeUnreachableException(
                $"No node answers at {Url}: asked for {method}, nothing came in time. A node there is paused or too busy "
                    + $"(`chain testnet status` says which); if it is none, name another with --rpc URL or CHAIN_RPC.",
                "nothing came in time");
        }
    }

    public void Dispose() => _http.Dispose();

    // Nodes answer errors with various HTTP statuses: the body decides.
    private static RpcReply? Read(string body, long id)
    {
        try
        {
            // A name that is there twice has no meaning.
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            var root = JsonDocument.Parse(body.TrimStart('\uFEFF'), options).RootElement;
            if (root.ValueKind != JsonValueKind.Object) return null;
            if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
            {
                var code = error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number
                    && number.TryGetInt32(out var parsed)
                    ? parsed
                    : 0;
                var hasMessage = error.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String;
                return new RpcReply.Error(code, hasMessage ? Printable.Field(text.GetString()) : "no message");
            }

            if (!root.TryGetProperty("id", out var answered) || answered.ValueKind != JsonValueKind.Number
                || !answered.TryGetInt64(out var answeredId) || answeredId != id)
                return null;
            return root.TryGetProperty("result", out var result) ? new RpcReply.Ok(result) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or a text with half a surrogate pair.
            return null;
        }
    }

    private static string Describe(HttpResponseMessage response, string body)
    {
        var said = $"answers HTTP {(int)response.StatusCode} {Excerpt(response.ReasonPhrase ?? "")}".TrimEnd();
        if (response.Headers.Location is { } elsewhere) return $"{said} and sends us on to {Excerpt(elsewhere.ToString())}";
        if (body.Length == 0) return $"{said} with nothing in it";
        return $"{said} with {Excerpt(response.Content.Headers.ContentType?.MediaType ?? "text")}: {Excerpt(body)}";
    }

    private static string Excerpt(string text) => Printable.Field(text.Trim(), MaxExcerpt).TrimEnd('.');

    private NodeUnreachableException NoNode(string reason) => new(
        $"No node at {Url}: {reason}. Start one with `chain testnet up`, or name another with --rpc URL or CHAIN_RPC.",
        reason);

    private NodeUnreachableException NotJsonRpc(string method, string answered) => new(
        $"What listens at {Url} is no JSON-RPC node: asked for {method}, it {answered}. Check --rpc or CHAIN_RPC: a node's "
            + $"JSON-RPC port is 8545 unless it was told another, and not its port for peers.",
        $"what listens there {answered}");
}
