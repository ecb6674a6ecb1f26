using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Chain.Rpc;

/// <summary>What each HTTP request goes through: host and origin, then path and method, then JSON-RPC.</summary>
internal sealed class HttpEndpoint(RpcServices services, RpcDispatcher dispatcher, AccessPolicy policy,
    Func<int?> adminPort) : IHttpApplication<HttpContext>
{
    private readonly ConcurrentDictionary<RpcSocket, byte> _sockets = [];

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public void CloseSockets()
    {
        foreach (var socket in _sockets.Keys) socket.Drop("the node is stopping");
    }

    public Task ProcessRequestAsync(HttpContext context)
    {
        var request = context.Request;
        if (!policy.IsHostAllowed(request.Headers.Host.ToString()))
            return Refuse(context, StatusCodes.Status403Forbidden,
                $"invalid host specified: \"{Shorten(request.Headers.Host.ToString())}\" is not a name of this node; call it "
                    + $"by its address or localhost, or allow the name when it is started");
        var origin = request.Headers.Origin.ToString();
        var onAdminPort = adminPort() is { } port && context.Connection.LocalPort == port;

        // No web page has business with the admin port.
        var originAllowed = origin.Length == 0 || (!onAdminPort && policy.IsOriginAllowed(origin));
        if (originAllowed && origin.Length > 0) AllowOrigin(context.Response.Headers, origin);
        if (HttpMethods.IsOptions(request.Method)) return Preflight(context, originAllowed);
        if (!originAllowed)
            return Refuse(context, StatusCodes.Status403Forbidden,
                $"origin not allowed: {Shorten(origin)}; allow it when the node is started");
        var isAdmin = onAdminPort || policy.IsAdminToken(request.Headers.Authorization);
        if (HttpMethods.IsPost(request.Method)) return PostAsync(context, isAdmin);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return NotAllowed(context);
        return request.Path.Value switch
        {
            "/health" => HealthPage.WriteAsync(context, services),
            "/metrics" => MetricsPage.WriteAsync(context, services, dispatcher.Methods, _sockets.Count),
            _ when WebSocketHandshake.IsAsked(request) => SocketAsync(context, isAdmin),
            _ => NotAllowed(context),
        };
    }

    private static Task NotAllowed(HttpContext context)
    {
        context.Response.Headers.Allow = "POST, OPTIONS";
        return Refuse(context, StatusCodes.Status405MethodNotAllowed,
            "this is a JSON-RPC endpoint: POST a request, or connect by WebSocket; /health and /metrics answer to GET");
    }

    private static void AllowOrigin(IHeaderDictionary headers, string origin)
    {
        headers.AccessControlAllowOrigin = origin;
        headers.Vary = "Origin";
    }

    private static Task Preflight(HttpContext context, bool originAllowed)
    {
        var headers = context.Response.Headers;
        context.Response.StatusCode = originAllowed ? StatusCodes.Status204NoContent : StatusCodes.Status403Forbidden;
        if (!originAllowed) return Task.CompletedTask;
        headers.AccessControlAllowMethods = "POST, GET";
        headers.AccessControlAllowHeaders = "Content-Type, Authorization";
        headers.AccessControlMaxAge = "600";
        if (context.Request.Headers.ContainsKey("Access-Control-Request-Private-Network"))
            headers["Access-Control-Allow-Private-Network"] = "true";
        return Task.CompletedTask;
    }

    private async Task PostAsync(HttpContext context, bool isAdmin)
    {
        if (!IsJson(context.Request.ContentType))
        {
            await Refuse(context, StatusCodes.Status415UnsupportedMediaType,
                "invalid content type, only application/json is supported");
            return;
        }

        var reader = context.Request.BodyReader;
        var body = await ReadBodyAsync(reader, context.Request.ContentLength);
        if (body is not { } sequence)
        {
            context.Response.Headers.Connection = "close";
            await AnswerAsync(context, StatusCodes.Status413PayloadTooLarge,
                new RpcError(RpcError.InvalidRequest, $"request body too large: the limit is {services.Limits.BodyBytes} bytes"));
            return;
        }

        using var answer = new ResponseBuffer();
        var rented = sequence.IsSingleSegment ? null : ArrayPool<byte>.Shared.Rent((int)sequence.Length);
        if (rented is not null) sequence.CopyTo(rented);
        var memory = rented is null ? sequence.First : rented.AsMemory(0, (int)sequence.Length);
        var afterwards =
            await dispatcher.AnswerAsync(memory, isAdmin ? RpcCaller.HttpAdmin : RpcCaller.Http, answer, context.RequestAborted);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        reader.AdvanceTo(sequence.End);
        await WriteAsync(context, StatusCodes.Status200OK, "application/json", answer.Written);
        afterwards?.Invoke();
    }

    /// <summary>The body whole, still owned by the reader; null when it is larger than the limit.</summary>
    private async ValueTask<ReadOnlySequence<byte>?> ReadBodyAsync(PipeReader reader, long? announced)
    {
        if (announced > services.Limits.BodyBytes) return null;
        while (true)
        {
            var result = await reader.ReadAsync();
            if (result.Buffer.Length > services.Limits.BodyBytes) return null;
            if (result.IsCompleted) return result.Buffer;
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private async Task SocketAsync(HttpContext context, bool isAdmin)
    {
        if (await WebSocketHandshake.AcceptAsync(context) is not { } webSocket)
        {
            await Refuse(context, StatusCodes.Status400BadRequest, "not a WebSocket handshake of version 13 (RFC 6455)");
            return;
        }

        using (webSocket)
        {
            using var socket = new RpcSocket(webSocket, services, dispatcher, isAdmin);
            _sockets.TryAdd(socket, 0);
            try
            {
                await socket.RunAsync();
            }
            finally
            {
                _sockets.TryRemove(socket, out _);
            }
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Value?.ToLowerInvariant() is "application/json" or "application/json-rpc" or "application/jsonrequest";

    private static Task Refuse(HttpContext context, int status, string why) =>
        WriteAsync(context, status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(why + "\n"));

    private static async Task AnswerAsync(HttpContext context, int status, RpcError error)
    {
        using var answer = new ResponseBuffer();
        RpcDispatcher.WriteError(answer, default, error);
        await WriteAsync(context, status, "application/json", answer.Written);
    }

    public static async Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.BodyWriter.WriteAsync(body);
    }

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..77] + "...";
}
