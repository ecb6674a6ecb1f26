using System.Text.Json.Nodes;
using Chain.Rpc.Client;

namespace Chain.Testnet;

/// <summary>Speaks JSON-RPC to one node of a network; what goes wrong is a <see cref="TestnetException"/>.</summary>
public sealed class NodeClient : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

    private readonly JsonRpcClient _rpc;

    public NodeClient(int port, TimeSpan? timeout = null)
        : this(new Uri($"http://127.0.0.1:{port}"), timeout)
    {
    }

    public NodeClient(Uri url, TimeSpan? timeout = null)
    {
        // A call goes where it was sent and nowhere else, whatever the answer says.
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(2),
        };
        _rpc = new JsonRpcClient(url, handler, timeout ?? TimeSpan.FromSeconds(5), MaxAnswerBytes);
    }

    public Uri Url => _rpc.Url;

    /// <summary>The answer to a call, to be read strictly.</summary>
    /// <exception cref="NoNodeException">The node does not answer.</exception>
    /// <exception cref="RefusedCallException">It answers with an error.</exception>
    public async Task<Answer> AskAsync(string method, JsonNode?[] parameters, CancellationToken cancellation = default)
    {
        try
        {
            return await _rpc.CallAsync(method, parameters, cancellation) switch
            {
                RpcReply.Error error => throw new RefusedCallException(
                    $"The node at {Url} refused {method}: {error.Message}", error.Code, error.Message),
                var reply => new Answer(method, ((RpcReply.Ok)reply).Result),
            };
        }
        catch (NodeUnreachableException e)
        {
            throw new NoNodeException($"The node at {Url} does not answer {method}: {e.Reason}", e);
        }
    }

    /// <summary>The answer to a call; null when the node does not answer it, and for an answer that is null.</summary>
    public async Task<Answer?> TryAskAsync(string method, JsonNode?[] parameters, CancellationToken cancellation = default)
    {
        try
        {
            return await AskAsync(method, parameters, cancellation) is { IsNull: false } answer ? answer : null;
        }
        catch (TestnetException)
        {
            return null;
        }
    }

    /// <summary>What a call without parameters answers; null when the node does not answer it, or not as specified.</summary>
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

    public void Dispose() => _rpc.Dispose();
}
