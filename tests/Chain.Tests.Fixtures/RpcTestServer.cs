using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Chain.Rpc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chain.Tests;

/// <summary>A node behind a real server on free ports, and a client of it.</summary>
internal sealed class RpcTestServer : IAsyncDisposable
{
    private readonly RpcServer _server;

    private RpcTestServer(TestNode node, RpcServer server)
    {
        (Node, _server) = (node, server);
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}/") };
    }

    public TestNode Node { get; }

    public HttpClient Client { get; }

    public int Port => _server.Port;

    public Uri AdminUri => new($"http://127.0.0.1:{_server.AdminPort}/");

    public static async Task<RpcTestServer> StartAsync(TestNode? node = null,
        Func<RpcServerOptions, RpcServerOptions>? configure = null)
    {
        node ??= new TestNode();
        var options = new RpcServerOptions { Port = 0, AdminPort = 0 };
        return new RpcTestServer(node,
            await RpcServer.StartAsync(node, configure?.Invoke(options) ?? options, NullLoggerFactory.Instance));
    }

    /// <summary>The whole answer to a body.</summary>
    public async Task<JsonElement> PostAsync(string body, Uri? uri = null)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Client.PostAsync(uri ?? Client.BaseAddress, content);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    /// <summary>The result of a call whose arguments are JSON text; fails on an error.</summary>
    public async Task<JsonElement> CallAsync(string method, string arguments = "")
    {
        var answer = await PostAsync(Request(method, arguments));
        Assert.True(answer.TryGetProperty("result", out var result), $"{method}({arguments}) answered {answer}");
        return result;
    }

    /// <summary>The result as text: the string itself, or JSON.</summary>
    public async Task<string> TextAsync(string method, string arguments = "") => (await CallAsync(method, arguments)).ToString();

    /// <summary>Code and message of the error that a call gives; fails on a result.</summary>
    public async Task<(int Code, string Message)> ErrorAsync(string method, string arguments = "", Uri? uri = null) =>
        ErrorOf(await PostAsync(Request(method, arguments), uri));

    public static (int Code, string Message) ErrorOf(JsonElement answer)
    {
        Assert.True(answer.TryGetProperty("error", out var error), $"An error was expected, not {answer}");
        return (error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()!);
    }

    public static string Request(string method, string arguments = "", string id = "1") =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":[{{arguments}}]}""";

    public Task<RpcTestSocket> ConnectAsync() => RpcTestSocket.ConnectAsync(new Uri($"ws://127.0.0.1:{Port}/"));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }
}

/// <summary>A WebSocket client that tells answers from notifications.</summary>
internal sealed class RpcTestSocket(ClientWebSocket socket) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly Queue<JsonElement> _notifications = [];

    public ClientWebSocket Socket => socket;

    public static async Task<RpcTestSocket> ConnectAsync(Uri uri)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(uri, CancellationToken.None);
        return new RpcTestSocket(socket);
    }

    public Task SendAsync(string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    public async Task<JsonElement> CallAsync(string method, string arguments = "")
    {
        await SendAsync(RpcTestServer.Request(method, arguments));
        while (true)
        {
            var message = await ReceiveAsync();
            if (!message.TryGetProperty("method", out _)) return message;
            _notifications.Enqueue(message);
        }
    }

    public async Task<string> SubscribeAsync(string arguments) =>
        (await CallAsync("eth_subscribe", arguments)).GetProperty("result").GetString()!;

    /// <summary>The result that the next notification carries.</summary>
    public async Task<JsonElement> NextAsync(string? subscription = null)
    {
        var message = _notifications.TryDequeue(out var queued) ? queued : await ReceiveAsync();
        Assert.Equal("eth_subscription", message.GetProperty("method").GetString());
        var parameters = message.GetProperty("params");
        if (subscription is not null) Assert.Equal(subscription, parameters.GetProperty("subscription").GetString());
        return parameters.GetProperty("result");
    }

    public async Task<JsonElement> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        using var text = new MemoryStream();
        var buffer = new byte[8192];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, patience.Token);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            text.Write(buffer, 0, received.Count);
            if (received.EndOfMessage) return JsonDocument.Parse(text.ToArray()).RootElement;
        }
    }

    public void Dispose() => socket.Dispose();
}
