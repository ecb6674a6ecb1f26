using Chain.Node;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>What both sides know after the handshake (devp2p, RLPx, "Initial Handshake"), ready to carry frames.</summary>
public sealed class RlpxSession : IDisposable
{
    private static readonly byte[] ZeroCounter = new byte[16];

    private RlpxSession(NodeId remote, byte[] aesSecret, byte[] macSecret, FrameMac egressMac, FrameMac ingressMac)
    {
        Remote = remote;
        AesSecret = aesSecret;
        MacSecret = macSecret;
        EgressMac = egressMac;
        IngressMac = ingressMac;
        Egress = new AesCtr(aesSecret, ZeroCounter);
        Ingress = new AesCtr(aesSecret, ZeroCounter);
    }

    /// <summary>The peer, proven by the handshake.</summary>
    public NodeId Remote { get; }

    public byte[] AesSecret { get; }

    public byte[] MacSecret { get; }

    public AesCtr Egress { get; }

    public AesCtr Ingress { get; }

    public FrameMac EgressMac { get; }

    public FrameMac IngressMac { get; }

    /// <summary>Derives the secrets. Initiator and recipient name the roles in the handshake, not who is remote.</summary>
    /// <param name="ephemeralShared">The x of the product of both ephemeral keys.</param>
    public static RlpxSession Derive(NodeId remote, bool isInitiator, ReadOnlySpan<byte> ephemeralShared,
        ReadOnlySpan<byte> initiatorNonce, ReadOnlySpan<byte> recipientNonce, ReadOnlySpan<byte> auth, ReadOnlySpan<byte> ack)
    {
        var shared = HashOf(ephemeralShared, HashOf(recipientNonce, initiatorNonce).Bytes);
        var aes = HashOf(ephemeralShared, shared.Bytes);
        var mac = HashOf(ephemeralShared, aes.Bytes).Bytes.ToArray();
        var ofAuth = StartMac(mac, recipientNonce, auth);
        var ofAck = StartMac(mac, initiatorNonce, ack);
        return isInitiator
            ? new RlpxSession(remote, aes.Bytes.ToArray(), mac, ofAuth, ofAck)
            : new RlpxSession(remote, aes.Bytes.ToArray(), mac, ofAck, ofAuth);
    }

    public void Dispose()
    {
        Egress.Dispose();
        Ingress.Dispose();
        EgressMac.Dispose();
        IngressMac.Dispose();
    }

    private static FrameMac StartMac(byte[] macSecret, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> handshakeMessage)
    {
        Span<byte> start = stackalloc byte[32];
        for (var i = 0; i < 32; i++) start[i] = (byte)(macSecret[i] ^ nonce[i]);
        var mac = new FrameMac(macSecret);
        mac.Update(start);
        mac.Update(handshakeMessage);
        return mac;
    }

    private static Hash256 HashOf(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> both = stackalloc byte[64];
        first.CopyTo(both);
        second.CopyTo(both[32..]);
        return Keccak256.Hash(both);
    }
}
