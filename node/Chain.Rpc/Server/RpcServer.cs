using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Chain.Rpc;

/// <summary>
/// JSON-RPC over HTTP and WebSocket on one port. Kestrel alone, without a host, a container or middleware: it is up in tens of
/// milliseconds.
/// </summary>
public sealed class RpcServer : IAsyncDisposable
{
    private readonly KestrelServer _kestrel;
    private readonly RpcServices _services;
    private readonly HttpEndpoint _endpoint;

    private RpcServer(KestrelServer kestrel, RpcServices services, HttpEndpoint endpoint, int port, int? adminPort)
    {
        (_kestrel, _services, _endpoint) = (kestrel, services, endpoint);
        (Port, AdminPort) = (port, adminPort);
    }

    /// <summary>The port in use.</summary>
    public int Port { get; }

    public int? AdminPort { get; }

    /// <exception cref="IOException">A port is taken, or the address is not of this machine; the message says which and what to
    /// do.</exception>
    public static async Task<RpcServer> StartAsync(INodeAccess node, RpcServerOptions options, ILoggerFactory loggers,
        TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        var services = new RpcServices(node, options.Limits, time ?? TimeProvider.System);
        var dispatcher = new RpcDispatcher(services, loggers.CreateLogger<RpcDispatcher>());
        var kestrelOptions = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        ApplyLimits(kestrelOptions.Limits, options.Limits);
        ListenOptions? main = null;
        ListenOptions? admin = null;
        if (IPAddress.IsLoopback(options.Address) && options.Port != 0)
            kestrelOptions.ListenLocalhost(options.Port, listen => main = Http1(listen));
        else kestrelOptions.Listen(options.Address, options.Port, listen => main = Http1(listen));
        if (options.AdminPort is { } adminPort)
            kestrelOptions.Listen(IPAddress.Loopback, adminPort, listen => admin = Http1(listen));
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers);
        var kestrel = new KestrelServer(Options.Create(kestrelOptions), transport, loggers);
        var endpoint = new HttpEndpoint(services, dispatcher, new AccessPolicy(options), () => admin?.IPEndPoint?.Port);
        services.Hub.Start();
        try
        {
            await kestrel.StartAsync(endpoint, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            kestrel.Dispose();
            await services.Hub.StopAsync();
            throw new IOException($"JSON-RPC cannot listen on {options.Address}, port "
                + $"{options.Port}{(options.AdminPort is { } p ? $" (admin port {p})" : "")}: {e.Message} Choose another port, "
                    + $"or stop what uses it.", e);
        }

        return new RpcServer(kestrel, services, endpoint, main?.IPEndPoint?.Port ?? options.Port, admin?.IPEndPoint?.Port);
    }

    /// <summary>Ends: WebSockets are closed, calls under way get a moment to finish.</summary>
    public async ValueTask DisposeAsync()
    {
        _endpoint.CloseSockets();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _kestrel.StopAsync(patience.Token);
        _kestrel.Dispose();
        await _services.Hub.StopAsync();
        _services.Hub.Dispose();
    }

    private static ListenOptions Http1(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        return listen;
    }

    private static void ApplyLimits(KestrelServerLimits kestrel, RpcLimits limits)
    {
        // The body is counted while it is read, so that the answer can say what the limit is.
        kestrel.MaxRequestBodySize = null;
        kestrel.MaxConcurrentConnections = limits.Connections;
        kestrel.MaxConcurrentUpgradedConnections = limits.WebSockets;
        kestrel.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.KeepAliveTimeout = TimeSpan.FromSeconds(120);
    }
}
