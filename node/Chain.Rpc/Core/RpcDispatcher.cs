using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;
using Chain.Node;
using Microsoft.Extensions.Logging;

namespace Chain.Rpc;

/// <summary>From the bytes of a request, single or batch, to the bytes of its answer (JSON-RPC 2.0).</summary>
internal sealed partial class RpcDispatcher
{
    private readonly RpcServices _services;
    private readonly ILogger _log;
    private readonly JsonDocumentOptions _jsonOptions;

    public RpcDispatcher(RpcServices services, ILogger log)
    {
        _services = services;
        _log = log;
        _jsonOptions = new JsonDocumentOptions { MaxDepth = services.Limits.JsonDepth };
        BlockMethods.AddTo(Methods);
        StateMethods.AddTo(Methods);
        CallMethods.AddTo(Methods);
        FeeMethods.AddTo(Methods);
        PoolMethods.AddTo(Methods);
        NodeMethods.AddTo(Methods);
        MiningMethods.AddTo(Methods);
        LogMethods.AddTo(Methods);
        SubscribeMethods.AddTo(Methods);
        ChainMethods.AddTo(Methods);
        StatusMethods.AddTo(Methods);
        services.Node.Api.AddMethods(Methods);
        AdminMethods.AddTo(Methods);
    }

    public RpcMethodTable Methods { get; } = new();

    /// <summary>Answers a request. Nothing is written for notifications (calls without an id).</summary>
    /// <returns>What to do once the answer is on its way; null for nothing.</returns>
    public async ValueTask<Action?> AnswerAsync(ReadOnlyMemory<byte> request, RpcCaller caller, ResponseBuffer answer,
        CancellationToken cancellation)
    {
        JsonDocument document;
        if (!Utf8.IsValid(request.Span))
        {
            WriteError(answer, default, new RpcError(RpcError.ParseError, "parse error: the request is not UTF-8"));
            return null;
        }

        try
        {
            document = JsonDocument.Parse(request, _jsonOptions);
        }
        catch (JsonException e)
        {
            WriteError(answer, default, new RpcError(RpcError.ParseError, $"parse error: {e.Message}"));
            return null;
        }

        using (document)
        {
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? await AnswerBatchAsync(document.RootElement, caller, answer, cancellation)
                : await AnswerOneAsync(document.RootElement, caller, answer, cancellation);
        }
    }

    private async ValueTask<Action?> AnswerBatchAsync(JsonElement batch, RpcCaller caller, ResponseBuffer answer,
        CancellationToken cancellation)
    {
        var count = batch.GetArrayLength();
        if (count == 0 || count > _services.Limits.BatchItems)
        {
            var why = count == 0
                ? "empty batch"
                : $"batch too large: {count} requests, the limit is {_services.Limits.BatchItems}";
            WriteError(answer, default, new RpcError(RpcError.InvalidRequest, why));
            return null;
        }

        Action? afterwards = null;
        var underWay = new Queue<(Task<Action?> Task, ResponseBuffer Buffer, JsonElement Request)>();
        answer.Append("["u8);
        foreach (var request in batch.EnumerateArray())
        {
            // Calls that wait for the node's inbox overlap; whatever else comes sees what was sent before it.
            if (underWay.Count > 0 && !Overlaps(request)) await DrainAsync();
            var buffer = new ResponseBuffer();
            underWay.Enqueue((AnswerOneAsync(request, caller, buffer, cancellation).AsTask(), buffer, request));
            if (!Overlaps(request)) await DrainAsync();
        }

        await DrainAsync();
        if (answer.Length == 1) answer.Truncate(0);
        else answer.Append("]"u8);
        return afterwards;

        async ValueTask DrainAsync()
        {
            while (underWay.TryDequeue(out var item))
            {
                afterwards += await item.Task;
                using var buffer = item.Buffer;
                if (buffer.Length == 0) continue;
                if (answer.Length > 1) answer.Append(","u8);
                if (answer.Length + buffer.Length <= _services.Limits.ResponseBytes) answer.Append(buffer.Written.Span);
                else
                    WriteError(answer, IdOf(item.Request),
                        new RpcError(RpcError.ResponseTooLarge,
                            $"response too large: a batch's answers may have {_services.Limits.ResponseBytes} bytes together"));
            }
        }
    }

    private bool Overlaps(JsonElement request) => MethodOf(request) is { } name && Methods.Find(name) is { Overlaps: true };

    private async ValueTask<Action?> AnswerOneAsync(JsonElement request, RpcCaller caller, ResponseBuffer answer,
        CancellationToken cancellation)
    {
        var id = IdOf(request);
        if (CheckEnvelope(request, out var name, out var arguments) is { } invalid)
        {
            WriteError(answer, id, invalid);
            return null;
        }

        var isNotification = id.ValueKind == JsonValueKind.Undefined;
        if (Methods.Find(name) is not { } method || (method.IsAdmin && !caller.IsAdmin))
        {
            if (!isNotification) WriteError(answer, id, Unknown(name));
            return null;
        }

        var start = answer.Length;
        WriteHead(answer, id, "result"u8);
        var (error, afterwards) = await InvokeAsync(method, arguments, caller, answer, cancellation);
        method.Count(failed: error is not null);
        if (error is null)
        {
            answer.Append("}"u8);
        }
        else
        {
            answer.Truncate(start);
            WriteError(answer, id, error);
        }

        if (isNotification) answer.Truncate(start);
        return afterwards;
    }

    private async ValueTask<(RpcError? Error, Action? Afterwards)> InvokeAsync(RpcMethod method, JsonElement arguments,
        RpcCaller caller, ResponseBuffer answer, CancellationToken cancellation)
    {
        var args = new RpcArgs(arguments);
        if (args.Count > method.MaxArgs)
            return (new RpcError(RpcError.InvalidParams, $"too many arguments, want at most {method.MaxArgs}"), null);
        try
        {
            using var json = new Utf8JsonWriter(answer, RpcJson.WriterOptions);
            using var call = new RpcCall(_services)
            {
                Args = args,
                Out = json,
                Caller = caller,
                Cancellation = cancellation,
            };
            var pending = method.Handler(call);
            var error = pending.IsCompleted
                ? await pending
                : await pending.AsTask().WaitAsync(_services.Limits.CallTimeout, cancellation);
            json.Flush();
            if (answer.Length > _services.Limits.ResponseBytes)
                error = new RpcError(RpcError.ResponseTooLarge,
                    $"response too large: {answer.Length} bytes, the limit is {_services.Limits.ResponseBytes}; ask for less "
                        + $"at once");
            return (error, call.AfterReply);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return (RpcError.TimedOut(_services.Limits.CallTimeout), null);
        }
        catch (NodeUnavailableException e)
        {
            return (new RpcError(RpcError.Unavailable, e.Message), null);
        }
        catch (StoreException e)
        {
            _services.Node.Report(e, method.Name);
            return (new RpcError(RpcError.Unavailable, $"stored data cannot be read: {e.Message}"), null);
        }
        catch (Exception e)
        {
            // A bug of ours: the caller learns that, the log learns which, the node goes on.
            LogFailure(e, method.Name);
            return (new RpcError(RpcError.InternalError, $"internal error: {method.Name} failed; the node's log says why"), null);
        }
    }

    private RpcError Unknown(string name)
    {
        var shown = name.Length > 80 ? name[..77] + "..." : name;
        var hint = name.StartsWith("admin_", StringComparison.Ordinal)
            ? ": admin_ methods answer on the admin port, or with the admin token"
            : name.StartsWith("chain_", StringComparison.Ordinal)
            ? $": this chain's rule is {_services.Node.Rules.Name}"
            : "";
        return new RpcError(RpcError.MethodNotFound, $"the method {shown} does not exist/is not available{hint}");
    }

    private static RpcError? CheckEnvelope(JsonElement request, out string method, out JsonElement arguments)
    {
        (method, arguments) = ("", default);
        if (request.ValueKind != JsonValueKind.Object)
            return new RpcError(RpcError.InvalidRequest, "invalid request: an object was expected");
        try
        {
            if (!request.TryGetProperty("jsonrpc"u8, out var version) || !version.ValueEqualsText("2.0"))
                return new RpcError(RpcError.InvalidRequest, "invalid request: \"jsonrpc\" must be \"2.0\"");
            if (request.TryGetProperty("id"u8, out var id)
                && id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null))
                return new RpcError(RpcError.InvalidRequest, "invalid request: an id is a string, a number or null");
            if (MethodOf(request) is not { Length: > 0 } name)
                return new RpcError(RpcError.InvalidRequest, "invalid request: \"method\" must be a string");
            method = name;
            if (request.TryGetProperty("params"u8, out arguments)
                && arguments.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
                return new RpcError(RpcError.InvalidParams, "non-array args: pass the arguments as an array");
            return null;
        }
        catch (InvalidOperationException)
        {
            return new RpcError(RpcError.InvalidRequest, "invalid request: a string in it is not valid UTF-8");
        }
    }

    private static string? MethodOf(JsonElement request)
    {
        try
        {
            return request.ValueKind == JsonValueKind.Object && request.TryGetProperty("method"u8, out var method)
                ? ArgParsers.TextOf(method)
                : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The id to answer with; undefined where there is none or where it is of a kind that cannot be one.</summary>
    private static JsonElement IdOf(JsonElement request)
    {
        try
        {
            return request.ValueKind == JsonValueKind.Object && request.TryGetProperty("id"u8, out var id)
                && id.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null
                ? id
                : default;
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    private static void WriteHead(ResponseBuffer answer, JsonElement id, ReadOnlySpan<byte> field)
    {
        answer.Append("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        answer.Append(id.ValueKind == JsonValueKind.Undefined ? "null"u8 : JsonMarshal.GetRawUtf8Value(id));
        answer.Append(",\""u8);
        answer.Append(field);
        answer.Append("\":"u8);
    }

    public static void WriteError(ResponseBuffer answer, JsonElement id, RpcError error)
    {
        WriteHead(answer, id, "error"u8);
        using (var json = new Utf8JsonWriter(answer, RpcJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteNumber("code"u8, error.Code);
            json.WriteString("message"u8, error.Message);
            if (error.Data is { } data) json.WriteString("data"u8, data);
            json.WriteEndObject();
        }

        answer.Append("}"u8);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "rpc_failed method={Method}")]
    private partial void LogFailure(Exception e, string method);
}
