using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Chain.Tests;

/// <summary>
/// A node as far as a miner sees it: the work methods over HTTP, and pushed work over WebSocket on the same port.
/// </summary>
internal sealed class StubWorkNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<WebSocket, byte> _subscribers = new();
    private volatile string[] _work = [];

    // A socket is ended by the request that it belongs to: from outside, the request may be over already.
    private volatile CancellationTokenSource _down = new();

    private StubWorkNode(WebApplication app) => _app = app;

    /// <summary>What `eth_submitWork` answers: a result, or an error's message.</summary>
    public Func<string[], (bool? Result, string? Error)> OnSubmit { get; set; } = _ => (true, null);

    public bool OffersSubscription { get; init; } = true;

    /// <summary>What `eth_getWork` answers in place of work; null for work.</summary>
    public (int Code, string Message)? NoWork { get; set; }

    public string Url { get; private set; } = "";

    /// <summary>Whether it answers at all; off, it fails every request and has no subscribers.</summary>
    public bool IsUp { get; private set; } = true;

    public BlockingCollection<string> Methods { get; } = [];

    public BlockingCollection<string[]> Submits { get; } = [];

    public BlockingCollection<string[]> Hashrates { get; } = [];

    public static async Task<StubWorkNode> StartAsync(string[] work, bool offersSubscription = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var node = new StubWorkNode(app) { _work = work, OffersSubscription = offersSubscription };
        app.UseWebSockets();
        app.Run(node.ServeAsync);
        await app.StartAsync();
        node.Url = app.Urls.Single();
        return node;
    }

    /// <summary>Changes the work that is given, and pushes it to subscribers.</summary>
    public async Task SetWorkAsync(string[] work, bool push = true)
    {
        _work = work;
        if (!push) return;
        foreach (var socket in _subscribers.Keys)
        {
            await SendAsync(socket, new JsonObject
            {
                ["jsonrpc"] = "2.0",
                ["method"] = "eth_subscription",
                ["params"] = new JsonObject { ["subscription"] = "0x1", ["result"] = Array(work) },
            });
        }
    }

    public void SetUp(bool isUp)
    {
        IsUp = isUp;
        if (isUp) _down = new CancellationTokenSource();
        else _down.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _down.CancelAsync();
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (!IsUp)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        if (context.WebSockets.IsWebSocketRequest)
        {
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _down.Token);
            await ServeSocketAsync(await context.WebSockets.AcceptWebSocketAsync(), ends.Token);
            return;
        }

        var request = await JsonNode.ParseAsync(context.Request.Body);
        await context.Response.WriteAsync(Answer(request!).ToJsonString());
    }

    private async Task ServeSocketAsync(WebSocket socket, CancellationToken ct)
    {
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, ct) is { CloseStatus: null } part)
            {
                var answer = Answer(JsonNode.Parse(Encoding.UTF8.GetString(buffer, 0, part.Count))!);
                await SendAsync(socket, answer);
                if (answer["result"] is not null) _subscribers.TryAdd(socket, 0);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The miner went away.
        }

        _subscribers.TryRemove(socket, out _);
    }

    private JsonObject Answer(JsonNode request)
    {
        var method = request["method"]!.GetValue<string>();
        var parameters = request["params"]!.AsArray().Select(value => value!.GetValue<string>()).ToArray();
        var answer = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = request["id"]!.DeepClone() };
        switch (method)
        {
            case "eth_getWork" when NoWork is { } why:
                answer["error"] = new JsonObject { ["code"] = why.Code, ["message"] = why.Message };
                break;
            case "eth_getWork":
                answer["result"] = Array(_work);
                break;
            case "eth_submitWork":
                var (result, error) = OnSubmit(parameters);
                if (error is null) answer["result"] = result;
                else answer["error"] = new JsonObject { ["code"] = -32000, ["message"] = error };
                Submits.Add(parameters);
                break;
            case "eth_submitHashrate":
                Hashrates.Add(parameters);
                answer["result"] = true;
                break;
            case "eth_subscribe" when OffersSubscription && parameters is ["newWork"]:
                answer["result"] = "0x1";
                break;
            default:
                answer["error"] = new JsonObject { ["code"] = -32601, ["message"] = $"the method {method} does not exist" };
                break;
        }

        Methods.Add(method);
        return answer;
    }

    private static JsonArray Array(string[] values) => new(values.Select(value => (JsonNode)value).ToArray());

    private static Task SendAsync(WebSocket socket, JsonObject message) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, endOfMessage: true,
            CancellationToken.None);
}
