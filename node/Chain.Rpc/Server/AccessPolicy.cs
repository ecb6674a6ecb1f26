using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Chain.Rpc;

/// <summary>
/// Which requests are heard at all. The Host header must be an address in digits, `localhost` or a configured name: a page that
/// had its own name rebound to loopback sends that name. The Origin header, where a browser sends one, must be of this machine,
/// of a browser extension, or configured.
/// </summary>
internal sealed class AccessPolicy(RpcServerOptions options)
{
    private readonly byte[]? _token = options.AdminToken is { Length: > 0 } token ? Encoding.UTF8.GetBytes(token) : null;

    public bool IsHostAllowed(string host)
    {
        var name = HostName(host);
        return name.Length > 0 && (IsLocalName(name) || IPAddress.TryParse(name, out _) || Contains(options.HostNames, name));
    }

    public bool IsOriginAllowed(string origin)
    {
        if (Contains(options.CorsOrigins, origin)) return true;
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri)) return false;
        if (uri.Scheme is "chrome-extension" or "moz-extension" or "safari-web-extension") return true;
        if (uri.Scheme is not ("http" or "https")) return false;
        var host = uri.Host.Trim('[', ']');
        return IsLocalName(host) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Whether an Authorization header carries the admin token; compared in constant time.</summary>
    public bool IsAdminToken(string? authorization)
    {
        const string scheme = "Bearer ";
        if (_token is null || authorization is null || !authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        return CryptographicOperations.FixedTimeEquals(_token, Encoding.UTF8.GetBytes(authorization[scheme.Length..].Trim()));
    }

    private static bool Contains(IReadOnlyList<string> list, string item) =>
        list.Contains("*") || list.Contains(item, StringComparer.OrdinalIgnoreCase);

    private static bool IsLocalName(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>Without port and brackets.</summary>
    private static string HostName(string host)
    {
        if (host.StartsWith('[')) return host.IndexOf(']') is > 0 and var end ? host[1..end] : "";
        var colon = host.IndexOf(':');
        return colon < 0 ? host : host[..colon];
    }
}
