using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Rpc.Client;

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
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(2),
        };
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
        var result = await SendAsync(method, parameters, cancellation);
        return result.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            JsonValueKind.Object => JsonObject.Create(result),
            JsonValueKind.Array => JsonArray.Create(result),
            _ => JsonValue.Create(result),
        };
    }

    /// <summary>The answer to a call, to be read strictly.</summary>
    /// <inheritdoc cref="CallAsync"/>
    public async Task<Answer> AskAsync(string method, JsonNode?[] parameters, CancellationToken cancellation = default) =>
        new(method, await SendAsync(method, parameters, cancellation));

    /// <summary>The answer to a call without parameters; null when the node does not answer it, or not as specified.</summary>
    public async Task<T?> TryAskAsync<T>(string method, Func<Answer, T> read, CancellationToken cancellation = default)
        where T : class
    {
        try
        {
            return read(await AskAsync(method, [], cancellation));
        }
        catch (Exception e) when (e is TestnetException or UnexpectedAnswerException)
        {
            return null;
        }
    }

    private async Task<JsonElement> SendAsync(string method, JsonNode?[] parameters, CancellationToken cancellation)
    {
        var request = new JsonObject
        {
            ["jsonrpc"] = "2.0",
            ["id"] = 1,
            ["method"] = method,
            ["params"] = new JsonArray(parameters),
        };
        try
        {
            using var content = new StringContent(request.ToJsonString(), Encoding.UTF8,
                MediaTypeHeaderValue.Parse("application/json"));
            using var response = await _http.PostAsync((Uri?)null, content, cancellation);

            // In UTF-8, whatever charset it claims to be in; a name that is there twice has no meaning.
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            var answer = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false }).RootElement;
            if (answer.ValueKind != JsonValueKind.Object) throw new JsonException("What it says is not a JSON-RPC answer.");
            if (answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object)
                throw Refused(method, error);
            return answer.TryGetProperty("result", out var result) ? result
                : throw new JsonException("What it says has neither a result nor an error.");
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

    private RefusedCallException Refused(string method, JsonElement error)
    {
        var code = error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt32(out var parsed) ? parsed : 0;
        var hasMessage = error.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String;
        var reason = hasMessage ? Printable.Field(text.GetString()) : "no message";
        return new RefusedCallException($"The node at {Url} refused {method}: {reason}", code, reason);
    }
}
