using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chain.Testnet;

/// <summary>Speaks JSON-RPC to one node.</summary>
public sealed class NodeClient : IDisposable
{
    private readonly HttpClient _http;

    public NodeClient(int port, TimeSpan? timeout = null)
        : this(new Uri($"http://127.0.0.1:{port}"), timeout)
    {
    }

    public NodeClient(Uri url, TimeSpan? timeout = null)
    {
        Url = url;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            BaseAddress = url,
            Timeout = timeout ?? TimeSpan.FromSeconds(5),
        };
    }

    public Uri Url { get; }

    /// <exception cref="NoNodeException">The node does not answer.</exception>
    /// <exception cref="RefusedCallException">It answers with an error.</exception>
    public async Task<JsonNode?> CallAsync(string method, JsonArray parameters, CancellationToken cancellation = default)
    {
        var request = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 1, ["method"] = method, ["params"] = parameters };
        try
        {
            using var content = new StringContent(request.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
            using var response = await _http.PostAsync((Uri?)null, content, cancellation);
            var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellation));
            if (answer?["error"] is { } error) throw new RefusedCallException($"The node at {Url} refused {method}: {error["message"]}", (int)error["code"]!, (string)error["message"]!);
            return answer?["result"];
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new NoNodeException($"The node at {Url} does not answer {method}: {e.Message}", e);
        }
    }

    /// <summary>Like <see cref="CallAsync"/>, null when the node does not answer.</summary>
    public async Task<JsonNode?> TryCallAsync(string method, JsonArray parameters, CancellationToken cancellation = default)
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
}
