using System.Net;
using System.Net.Sockets;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>A peer that shakes hands as it should, or as far as it likes, and then does what it is told.</summary>
internal sealed class EvilPeer : IDisposable
{
    /// <summary>Where its messages of eth begin: chain/1 comes first by name and keeps eight numbers.</summary>
    public const int Eth = 0x18;

    private static readonly Capability[] Speaks = [new("eth", 68), new("chain", 1)];

    private readonly TcpClient _client = new();
    private FrameTransport? _transport;

    public static async Task<EvilPeer> ConnectAsync(TestHub hub, Func<Hello, Hello>? change = null, int key = 20)
    {
        var evil = new EvilPeer();
        try
        {
            var self = TestHub.KeyOf(key);
            await evil._client.ConnectAsync(IPAddress.Loopback, hub.Hub.Self.Port);
            (evil._transport, _) =
                await RlpxConnector.DialAsync(evil._client.GetStream(), self, hub.Hub.Id, CancellationToken.None);
            var hello = new Hello(5, "evil", Speaks, 0, NodeId.Of(self));
            await RlpxConnector.GreetAsync(evil._transport, change?.Invoke(hello) ?? hello, hub.Hub.Id, CancellationToken.None);
            if (change is null) await TestHub.UntilAsync(() => hub.Hub.Peers.Any(peer => peer.Id == NodeId.Of(self)));
            return evil;
        }
        catch
        {
            evil.Dispose();
            throw;
        }
    }

    /// <summary>A connection that has proven a key and then says nothing.</summary>
    public static async Task<EvilPeer> AuthenticateAsync(TestHub hub, int key)
    {
        var evil = new EvilPeer();
        await evil._client.ConnectAsync(IPAddress.Loopback, hub.Hub.Self.Port);
        (evil._transport, _) =
            await RlpxConnector.DialAsync(evil._client.GetStream(), TestHub.KeyOf(key), hub.Hub.Id, CancellationToken.None);
        return evil;
    }

    public Task SendAsync(WireMessage message)
    {
        var rlp = new RlpWriter();
        var code = TestWire.Codec.Encode(message, 68, rlp);
        return SendAsync(Eth + code.Id, SnappyPayload.Compress(rlp.WrittenSpan));
    }

    public async Task SendAsync(int number, byte[] payload)
    {
        _transport!.Append(number, payload);
        await _transport.FlushAsync(CancellationToken.None);
    }

    /// <summary>Passes over what the hub sends until a message with this number.</summary>
    public async Task ReadAsync(int number)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while ((await _transport!.ReadAsync(FrameCodec.MaxBodySize, limit.Token)).Number != number) continue;
    }

    public async Task SendRawAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes);

    /// <summary>The reason of the hub's goodbye; whatever it says before is passed over.</summary>
    public async Task<DisconnectReason> GoodbyeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var frame = await _transport!.ReadAsync(FrameCodec.MaxBodySize, limit.Token);
            if (frame.Number == BaseMessages.DisconnectId) return BaseMessages.ReadDisconnect(frame.Payload.Span);
        }
    }

    /// <summary>Sends small messages as fast as they are taken, until it has said enough or the connection ends.</summary>
    public async Task TalkAsync(CancellationToken enough)
    {
        try
        {
            while (!enough.IsCancellationRequested)
            {
                await SendAsync(BaseMessages.PongId, SnappyPayload.Compress(BaseMessages.Empty));
                await Task.Yield();
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // It has ended.
        }
    }

    /// <summary>Ends the connection without a goodbye, so that whatever is written to it from now on fails.</summary>
    public void Reset()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    public void Dispose()
    {
        _client.Dispose();
        _transport?.Dispose();
    }
}
