namespace Chain.Mining;

/// <summary>Where a node answers: HTTP and WebSocket on one host, port and path, whichever of the two was given.</summary>
public sealed record NodeUrl(Uri Http, Uri WebSocket)
{
    /// <summary>Reads http, https, ws or wss URLs.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static NodeUrl Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0) throw NotAUrl(text);
        var secure = uri.Scheme switch
        {
            "http" or "ws" => false,
            "https" or "wss" => true,
            _ => throw NotAUrl(text),
        };
        return new NodeUrl(With(uri, secure ? "https" : "http"), With(uri, secure ? "wss" : "ws"));
    }

    public override string ToString() => Http.ToString();

    private static Uri With(Uri uri, string scheme) => new UriBuilder(uri) { Scheme = scheme, Port = uri.Port }.Uri;

    private static FormatException NotAUrl(string text) =>
        new($"'{text}' is not a node's URL: give http://HOST:PORT (or https, ws, wss), for example http://127.0.0.1:8545.");
}
