using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>What a node may answer to a signed transaction, whether it took it or not.</summary>
internal static class SendLies
{
    private const string Hash = "0x5555555555555555555555555555555555555555555555555555555555555555";

    private static readonly SortedDictionary<string, Func<LyingCall, Reply>> All = new(StringComparer.Ordinal)
    {
        ["nonce too low"] = call => call.Error(-32000, "nonce too low"),
        ["nonce too low, with figures"] = call => call.Error(-32000, "nonce too low: next nonce 7, tx nonce 0"),
        ["replacement underpriced"] = call => call.Error(-32000, "replacement transaction underpriced"),
        ["already known"] = call => call.Error(-32000, "already known"),
        ["insufficient funds"] = call => call.Error(-32000, "insufficient funds for gas * price + value"),
        ["internal error"] = call => call.Error(-32603, "Internal error"),
        ["no such method"] = call => call.Error(-32601, "the method eth_sendRawTransaction does not exist/is not available"),
        ["another hash"] = call => call.Result(Hash),
        ["null"] = call => call.Result(null),
        ["no hash"] = call => call.Result("0x12"),
        ["HTTP 502"] = _ => Reply.Http("502 Bad Gateway", "<html>Bad Gateway</html>", "text/html"),
        ["HTTP 200 with a page"] = _ => Reply.Http("200 OK", "<html>Welcome</html>", "text/html"),
        ["hangs up"] = _ => Reply.HangUp,
        ["redirect"] = _ => Reply.Http("307 Temporary Redirect", "", null, "Location: http://127.0.0.1:1/"),
        ["wrong id"] = call => Reply.Json(new JsonObject { ["jsonrpc"] = "2.0", ["id"] = 4_000_000_000, ["result"] = Hash }),
        ["wrong content type"] = _ => Reply.Http("200 OK", "{}", "image/png; charset=klingon"),
        ["not what it is packed as"] = _ => Reply.Http("200 OK", "{}", "application/json", "Content-Encoding: gzip"),
        ["a charset that is not read"] = _ => Reply.Http("200 OK", "{}", "application/json; charset=utf-7"),
        ["deeply nested"] = _ => Reply.Http("200 OK", new string('[', 100_000)),
        ["half a surrogate pair"] = call =>
            Reply.Http("200 OK",
                $$$"""{"jsonrpc":"2.0","id":{{{call.Id.ToJsonString()}}},"error":{"code":-1,"message":"\ud800"}}"""),
        ["silence"] = _ => Reply.Silence,
        ["an answer without end"] = _ => Reply.Endless,
    };

    /// <summary>The names of those that are answered at once.</summary>
    public static TheoryData<string> Quick => [.. All.Keys.Except(SlowNames)];

    /// <summary>The names of those that only a time-out ends.</summary>
    public static TheoryData<string> Slow => [.. SlowNames];

    private static string[] SlowNames => ["silence", "an answer without end"];

    public static Func<LyingCall, Reply> Find(string name) => All[name];
}
