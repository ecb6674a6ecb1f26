using System.Text;
using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>How an answer ends on the wire.</summary>
internal enum ReplyEnd
{
    /// <summary>The connection closes when all is said.</summary>
    Whole,

    /// <summary>The connection closes in the middle of the answer.</summary>
    Cut,

    /// <summary>Nothing more comes until the caller goes.</summary>
    Silent,

    /// <summary>The body goes on for as long as the caller reads.</summary>
    Endless,
}

/// <summary>The bytes of an HTTP answer, sound or not.</summary>
internal sealed record Reply(byte[] Bytes, ReplyEnd End)
{
    /// <summary>Accepts the call and says nothing.</summary>
    public static Reply Silence { get; } = new([], ReplyEnd.Silent);

    /// <summary>Accepts the call and hangs up.</summary>
    public static Reply HangUp { get; } = new([], ReplyEnd.Cut);

    /// <summary>Begins a JSON answer that has no end.</summary>
    public static Reply Endless { get; } = new(
        Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"result\":\""),
        ReplyEnd.Endless);

    public static Reply Json(JsonNode document) => Http("200 OK", document.ToJsonString());

    /// <param name="status">Code and phrase.</param>
    /// <param name="body">In UTF-8.</param>
    /// <param name="type">The content type; null for none.</param>
    /// <param name="headers">More header lines.</param>
    public static Reply Http(string status, string body, string? type = "application/json", params string[] headers)
    {
        var content = Encoding.UTF8.GetBytes(body);
        var lines = new List<string> { $"HTTP/1.1 {status}", $"Content-Length: {content.Length}", "Connection: close" };
        if (type is not null) lines.Add($"Content-Type: {type}");
        lines.AddRange(headers);
        return new Reply([.. Encoding.UTF8.GetBytes(string.Join("\r\n", lines) + "\r\n\r\n"), .. content], ReplyEnd.Whole);
    }
}

/// <summary>One JSON-RPC call as the lying node got it.</summary>
/// <param name="Count">How often this method was called before.</param>
/// <param name="HonestAsync">What an honest node answers; a transaction is accepted by it.</param>
internal sealed record LyingCall(string Method, JsonArray Parameters, JsonNode Id, int Count, Func<Task<Reply>> HonestAsync)
{
    public Reply Result(JsonNode? result) => Answer("result", result);

    public Reply Error(int code, string message) => Answer("error", new JsonObject { ["code"] = code, ["message"] = message });

    private Reply Answer(string name, JsonNode? value) =>
        Reply.Json(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = Id.DeepClone(), [name] = value });
}
