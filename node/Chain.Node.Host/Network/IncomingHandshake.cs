using System.Net;
using System.Net.Sockets;

namespace Chain.Node.Host.Network;

/// <summary>How far an incoming handshake has come; one that has shown less gives way first.</summary>
internal enum HandshakeStage
{
    /// <summary>Nothing proven: its first message is not whole yet.</summary>
    Connected,

    /// <summary>It knows this node's key and has one of its own.</summary>
    Authenticated,
}

/// <summary>An incoming connection from its acceptance to the end of its handshake; it may have to give way to a newer one.</summary>
internal sealed class IncomingHandshake(IPAddress address) : IDisposable
{
    private readonly CancellationTokenSource _giveWay = new();

    /// <summary>What counts as one source of connections.</summary>
    public IPAddress Source { get; } = SourceOf(address);

    /// <summary>Guarded by the registry.</summary>
    public HandshakeStage Stage { get; set; }

    /// <summary>Cancelled when it has to give way.</summary>
    public CancellationToken GaveWay => _giveWay.Token;

    public void GiveWay()
    {
        try
        {
            _giveWay.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at the same moment.
        }
    }

    public void Dispose() => _giveWay.Dispose();

    // Whoever has one IPv6 address has 2^64 of them.
    private static IPAddress SourceOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address)) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }
}
