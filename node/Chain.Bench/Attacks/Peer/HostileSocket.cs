using System.Net;
using System.Net.Sockets;
using Chain.Consensus;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Bench;

/// <summary>
/// A TCP connection to a node that goes as far into the handshake as its caller takes it: open, encrypted (auth and ack), greeted
/// (both hellos). A fresh identity each time.
/// </summary>
internal sealed class HostileSocket : IDisposable
{
    /// <summary>What a hostile peer calls itself.</summary>
    public const string ClientName = "hostile";

    private const int DeafBuffer = 16 * 1024;

    private readonly Socket _socket;
    private readonly PrivateKey _key;
    private readonly Enode _target;

    private HostileSocket(Socket socket, PrivateKey key, Enode target) => (_socket, _key, _target) = (socket, key, target);

    public NodeId Id => NodeId.Of(_key);

    public NetworkStream Stream => field ??= new NetworkStream(_socket, ownsSocket: false);

    /// <summary>Null before <see cref="EncryptAsync"/>.</summary>
    public FrameTransport? Transport { get; private set; }

    /// <summary>Null before <see cref="GreetAsync"/>.</summary>
    public MessageSpace? Space { get; private set; }

    /// <summary>Opens a TCP connection.</summary>
    /// <param name="from">The address to dial from; null leaves it to the system.</param>
    /// <param name="isDeaf">Leaves the system little room for what it does not read.</param>
    public static async Task<HostileSocket> OpenAsync(
        Enode target, IPAddress? from, bool isDeaf, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (isDeaf) socket.ReceiveBufferSize = DeafBuffer;
            if (from is not null) socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(target.Host, target.Port, cancellation);
            return new HostileSocket(socket, RandomKey.Draw(), target);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Auth and ack.</summary>
    public async Task EncryptAsync(CancellationToken cancellation) =>
        (Transport, _) = await RlpxConnector.DialAsync(Stream, _key, _target.Id, cancellation);

    /// <summary>Both hellos.</summary>
    public async Task GreetAsync(IReadOnlyList<Capability> capabilities, ConsensusCodec? rule, CancellationToken cancellation)
    {
        var ours = new Hello(Hello.SnappyVersion, ClientName, capabilities, 0, Id);
        var hello = await RlpxConnector.GreetAsync(Transport!, ours, _target.Id, cancellation);
        Space = MessageSpace.Agree(capabilities, hello.Capabilities, rule);
    }

    /// <summary>Whether an exception says that the node closed the connection, refused it, or broke the protocol.</summary>
    public static bool IsRefusal(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or PeerProtocolException or PeerRefusedException;

    /// <summary>Whether the node has closed the connection. Bytes that wait are left alone.</summary>
    public bool IsClosed()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        Transport?.Dispose();
    }
}
