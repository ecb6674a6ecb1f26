using System.Buffers.Binary;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>Brings a fresh stream to the point where messages flow: auth and ack, then both hellos.</summary>
public static class RlpxConnector
{
    private const int MaxHelloFrame = 8 * 1024;

    /// <summary>As the side that dialled. Throws as <see cref="AcceptAsync"/> does.</summary>
    public static async Task<(FrameTransport Transport, NodeId Remote)> DialAsync(Stream stream, PrivateKey nodeKey,
        NodeId remote, CancellationToken stopping)
    {
        var keys = HandshakeKeys.Draw(nodeKey);
        var auth = RlpxHandshake.CreateAuth(keys, remote)
            ?? throw new PeerProtocolException(DisconnectReason.NullIdentity, "The node id dialled is no public key.");
        await stream.WriteAsync(auth, stopping).ConfigureAwait(false);
        var ack = await ReadMessageAsync(stream, nodeKey, RlpxHandshake.PlainAckSize,
            static (key, bytes) => RlpxHandshake.ReadAck(key, bytes), stopping).ConfigureAwait(false);
        var session = RlpxHandshake.Finish(keys, remote, ack.Read, auth, ack.Bytes)
            ?? throw new PeerProtocolException(DisconnectReason.BreachOfProtocol, "Its ephemeral key is no public key.");
        return (new FrameTransport(stream, new FrameCodec(session)), remote);
    }

    /// <summary>As the side that was dialled. Nothing is computed for a peer before its first message is whole.</summary>
    /// <param name="authenticated">Called when that message turns out sound.</param>
    /// <exception cref="PeerProtocolException">The peer does not follow the handshake.</exception>
    /// <exception cref="EndOfStreamException">It closed the connection.</exception>
    public static async Task<(FrameTransport Transport, NodeId Remote)> AcceptAsync(Stream stream, PrivateKey nodeKey,
        Action? authenticated, CancellationToken stopping)
    {
        var auth = await ReadMessageAsync(stream, nodeKey, RlpxHandshake.PlainAuthSize,
            static (key, bytes) => RlpxHandshake.ReadAuth(key, bytes), stopping).ConfigureAwait(false);
        authenticated?.Invoke();
        var keys = HandshakeKeys.Draw(nodeKey);
        var ack = RlpxHandshake.CreateAck(keys, auth.Read)
            ?? throw new PeerProtocolException(DisconnectReason.NullIdentity, "Its node id is no public key.");
        await stream.WriteAsync(ack, stopping).ConfigureAwait(false);
        var session = RlpxHandshake.Finish(keys, auth.Read, auth.Bytes, ack)
            ?? throw new PeerProtocolException(DisconnectReason.BreachOfProtocol, "Its ephemeral key is no public key.");
        return (new FrameTransport(stream, new FrameCodec(session)), auth.Read.Initiator);
    }

    /// <summary>Says hello and hears the peer's.</summary>
    /// <exception cref="PeerProtocolException">It said something else, is someone else, or speaks an older base
    /// protocol.</exception>
    /// <exception cref="PeerRefusedException">It said goodbye instead.</exception>
    public static async Task<Hello> GreetAsync(FrameTransport transport, Hello ours, NodeId remote, CancellationToken stopping)
    {
        transport.Append(BaseMessages.HelloId, ours.Encode());
        await transport.FlushAsync(stopping).ConfigureAwait(false);
        var frame = await transport.ReadAsync(MaxHelloFrame, stopping).ConfigureAwait(false);
        if (frame.Number == BaseMessages.DisconnectId)
            throw new PeerRefusedException(BaseMessages.ReadDisconnect(frame.Payload.Span));
        if (frame.Number != BaseMessages.HelloId)
            throw new PeerProtocolException(DisconnectReason.BreachOfProtocol,
                $"Its first message is 0x{frame.Number:x2}, not a hello.");
        var theirs = Hello.Decode(frame.Payload.Span);
        if (theirs.Id != remote)
            throw new PeerProtocolException(DisconnectReason.UnexpectedIdentity,
                "Its hello names another node id than its handshake proved.");
        if (theirs.Version < Hello.SnappyVersion)
            throw new PeerProtocolException(DisconnectReason.IncompatibleVersion,
                $"It speaks base protocol {theirs.Version}; this node needs {Hello.SnappyVersion}.");
        return theirs;
    }

    // First as many bytes as the plain format has, which are too few for EIP-8; then, if they are not that, as many as they
    // announce.
    private static async Task<(T Read, byte[] Bytes)> ReadMessageAsync<T>(Stream stream, PrivateKey nodeKey, int plainSize,
        Func<PrivateKey, byte[], T?> read, CancellationToken stopping)
        where T : class
    {
        var bytes = new byte[plainSize];
        await stream.ReadExactlyAsync(bytes, stopping).ConfigureAwait(false);
        if (bytes[0] == 0x04 && read(nodeKey, bytes) is { } plain) return (plain, bytes);
        var size = 2 + BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (size <= plainSize || size > RlpxHandshake.MaxSize)
            throw new PeerProtocolException(DisconnectReason.BreachOfProtocol,
                $"A handshake message of {size} bytes is not from {plainSize + 1} to {RlpxHandshake.MaxSize}.");
        Array.Resize(ref bytes, size);
        await stream.ReadExactlyAsync(bytes.AsMemory(plainSize), stopping).ConfigureAwait(false);
        return read(nodeKey, bytes) is { } message
            ? (message, bytes)
            : throw new PeerProtocolException(DisconnectReason.BreachOfProtocol,
                "Its handshake message cannot be opened with this node's key.");
    }
}

/// <summary>The peer said goodbye during the handshake.</summary>
public sealed class PeerRefusedException(DisconnectReason reason) : Exception($"The peer refused: {reason}.")
{
    public DisconnectReason Reason { get; } = reason;
}
