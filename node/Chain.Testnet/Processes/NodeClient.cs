using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>Speaks JSON-RPC to one node.</summary>
public sealed class NodeClient : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    private readonly HttpClient _http;

    public NodeClient(int port, TimeSpan? timeout = null)
        : this(new Uri($"http://127.0.0.1:{port}"), timeout)
    {
    }

    public NodeClient(Uri url, TimeSpan? timeout = null)
    {
        Url = url;

        // A call goes where it was sent and nowhere else, whatever the answer says.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(2) };
        _http = new HttpClient(handler)
        {
            MaxResponseContentBufferSize = MaxAnswerBytes,
            BaseAddress = url,
            Timeout = timeout ?? TimeSpan.FromSeconds(5),
        };
    }

    public Uri Url { get; }

    /// <exception cref="NoNodeException">The node does not answer.</exception>
    /// <exception cref="RefusedCallException">It answers with an error.</exception>
    public async Task<JsonNode?> CallAsync(string method, JsonNode?[] parameters, CancellationToken cancellation = default)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) };
        try
        {
            using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
            using var response = await _http.PostAsync((Uri?)null, content, cancellation);
            var body = await response.Content.ReadAsStringAsync(cancellation);
            if (JsonNode.Parse(body) is not JsonObject answer) throw new JsonException("What it says is not a JSON-RPC answer.");
            if (answer["error"] is JsonObject error) throw Refused(method, error);
            return answer["result"];
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or InvalidOperationException
                                  || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new NoNodeException($"The node at {Url} does not answer {method}: {Printable.Field(e.Message)}", e);
        }
    }

    /// <summary>Like <see cref="CallAsync"/>, null when the node does not answer.</summary>
    public async Task<JsonNode?> TryCallAsync(string method, JsonNode?[] parameters, CancellationToken cancellation = default)
    {
        try
        {
            return await CallAsync(method, parameters, cancellation);
        }
        catch (TestnetException)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private RefusedCallException Refused(string method, JsonObject error)
    {
        var code = error["code"] is JsonValue number && number.TryGetValue(out int parsed) ? parsed : 0;
        var message = error["message"] is JsonValue text && text.TryGetValue(out string? words) ? words : "no message";
        var reason = Printable.Field(message);
        return new RefusedCallException($"The node at {Url} refused {method}: {reason}", code, reason);
    }
}
