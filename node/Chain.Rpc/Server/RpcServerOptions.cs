using System.Net;

namespace Chain.Rpc;

/// <summary>Where and for whom JSON-RPC answers.</summary>
public sealed record RpcServerOptions
{
    /// <summary>The address to listen on. Anything but loopback opens the node to others.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>HTTP and WebSocket; 0 picks a free one.</summary>
    public int Port { get; init; } = 8545;

    /// <summary>A second port, always on loopback, on which admin_ answers too; 0 picks a free one, null opens none.</summary>
    public int? AdminPort { get; init; }

    /// <summary>Who sends `Authorization: Bearer` with this may use admin_ on any port; null lets nobody.</summary>
    public string? AdminToken { get; init; }

    /// <summary>
    /// Web pages (their origins: scheme, host, port) that may ask, beside those on this machine and browser extensions; "*" for
    /// all.
    /// </summary>
    public IReadOnlyList<string> CorsOrigins { get; init; } = [];

    /// <summary>Names under which this node may be called, beside localhost and addresses in digits; "*" for all.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    public RpcLimits Limits { get; init; } = new();
}
