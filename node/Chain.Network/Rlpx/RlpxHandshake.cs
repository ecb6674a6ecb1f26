using System.Buffers.Binary;
using System.Security.Cryptography;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>
/// The messages auth and ack (devp2p, RLPx, "Initial Handshake"): bytes in, bytes out. They are written in the format of
/// EIP-8; the plain format before it is read too, and an auth in it gets an ack in it.
/// </summary>
internal static class RlpxHandshake
{
    /// <summary>The whole length of an auth in the format before EIP-8; one of EIP-8 is longer.</summary>
    public const int PlainAuthSize = 194 + Ecies.Overhead;

    /// <summary>The whole length of an ack in the format before EIP-8; one of EIP-8 is longer.</summary>
    public const int PlainAckSize = 97 + Ecies.Overhead;

    /// <summary>The longest message that is read, the two bytes of its size not counted.</summary>
    public const int MaxSize = 4096;

    private const int Version = 4;
    private const int NonceSize = 32;

    /// <summary>What a recipient learns from an auth.</summary>
    internal sealed record Auth(NodeId Initiator, byte[] Nonce, byte[] EphemeralKey, bool IsPlain);

    /// <summary>What an initiator learns from an ack.</summary>
    internal sealed record Ack(byte[] EphemeralKey, byte[] Nonce);

    /// <summary>The initiator's message; null when the recipient's id is no point of the curve.</summary>
    public static byte[]? CreateAuth(HandshakeKeys keys, NodeId recipient)
    {
        var token = new byte[32];
        var recipientKey = recipient.ToArray();
        if (!keys.Static.TryAgree(recipientKey, token)) return null;
        for (var i = 0; i < token.Length; i++) token[i] ^= keys.Nonce[i];
        var rlp = new RlpWriter(512);
        rlp.StartList();
        rlp.Write(keys.Ephemeral.Sign(new Hash256(token)).ToArray());
        rlp.Write(keys.Static.PublicKey);
        rlp.Write(keys.Nonce);
        rlp.Write(Version);
        rlp.EndList();
        return Seal(recipientKey, rlp.WrittenSpan);
    }

    /// <summary>Reads an auth sent to this key, whole, in either format; null when it is none.</summary>
    public static Auth? ReadAuth(PrivateKey self, ReadOnlySpan<byte> message)
    {
        if (message.Length == PlainAuthSize && Ecies.TryDecrypt(self, message, [], out var plain))
            return ToAuth(self, plain.AsSpan(0, Signature.Size), plain.AsSpan(97, NodeId.Size), plain.AsSpan(161, NonceSize),
                isPlain: true);
        if (!TryOpen(self, message, out var body)) return null;
        try
        {
            var rlp = new RlpReader(body).ReadList();
            var signature = rlp.ReadBytes(Signature.Size);
            var initiator = rlp.ReadBytes(NodeId.Size);
            return ToAuth(self, signature, initiator, rlp.ReadBytes(NonceSize), isPlain: false);
        }
        catch (RlpException)
        {
            return null;
        }
    }

    /// <summary>
    /// The recipient's answer, in the format of the auth; null when the initiator's id is no point of the curve.
    /// </summary>
    public static byte[]? CreateAck(HandshakeKeys keys, Auth auth)
    {
        if (auth.IsPlain)
        {
            var plain = new byte[97];
            keys.Ephemeral.PublicKey.CopyTo(plain);
            keys.Nonce.CopyTo(plain.AsSpan(NodeId.Size));
            var message = new byte[PlainAckSize];
            return Ecies.TryEncrypt(auth.Initiator.ToArray(), RandomKey.Draw(), RandomNumberGenerator.GetBytes(16), plain, [],
                message)
                ? message
                : null;
        }

        var rlp = new RlpWriter(512);
        rlp.StartList();
        rlp.Write(keys.Ephemeral.PublicKey);
        rlp.Write(keys.Nonce);
        rlp.Write(Version);
        rlp.EndList();
        return Seal(auth.Initiator.ToArray(), rlp.WrittenSpan);
    }

    /// <summary>Reads an ack sent to this key, whole, in either format; null when it is none.</summary>
    public static Ack? ReadAck(PrivateKey self, ReadOnlySpan<byte> message)
    {
        if (message.Length == PlainAckSize && Ecies.TryDecrypt(self, message, [], out var plain))
            return new Ack(plain[..NodeId.Size], plain[NodeId.Size..(NodeId.Size + NonceSize)]);
        if (!TryOpen(self, message, out var body)) return null;
        try
        {
            var rlp = new RlpReader(body).ReadList();
            var ephemeral = rlp.ReadBytes(NodeId.Size).ToArray();
            return new Ack(ephemeral, rlp.ReadBytes(NonceSize).ToArray());
        }
        catch (RlpException)
        {
            return null;
        }
    }

    /// <summary>The initiator's secrets; null when the recipient's ephemeral key is no point of the curve.</summary>
    public static RlpxSession? Finish(HandshakeKeys initiator, NodeId recipient, Ack received, ReadOnlySpan<byte> auth,
        ReadOnlySpan<byte> ack)
    {
        Span<byte> shared = stackalloc byte[32];
        return initiator.Ephemeral.TryAgree(received.EphemeralKey, shared)
            ? RlpxSession.Derive(recipient, isInitiator: true, shared, initiator.Nonce, received.Nonce, auth, ack)
            : null;
    }

    /// <summary>The recipient's secrets; null when the initiator's ephemeral key is no point of the curve.</summary>
    public static RlpxSession? Finish(HandshakeKeys recipient, Auth received, ReadOnlySpan<byte> auth, ReadOnlySpan<byte> ack)
    {
        Span<byte> shared = stackalloc byte[32];
        return recipient.Ephemeral.TryAgree(received.EphemeralKey, shared)
            ? RlpxSession.Derive(received.Initiator, isInitiator: false, shared, received.Nonce, recipient.Nonce, auth, ack)
            : null;
    }

    // The signature is by the ephemeral key over the static shared secret xor the nonce: recovering it gives that key.
    private static Auth? ToAuth(PrivateKey self, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> initiator,
        ReadOnlySpan<byte> nonce, bool isPlain)
    {
        Span<byte> token = stackalloc byte[32];
        if (!self.TryAgree(initiator, token)) return null;
        for (var i = 0; i < token.Length; i++) token[i] ^= nonce[i];
        var ephemeral = new byte[NodeId.Size];
        return Secp256k1.Provider.TryRecover(token, signature, ephemeral)
            ? new Auth(NodeId.FromBytes(initiator), nonce.ToArray(), ephemeral, isPlain)
            : null;
    }

    // EIP-8: size ‖ ECIES(body ‖ 100 to 300 random bytes), the size authenticated.
    private static byte[]? Seal(ReadOnlySpan<byte> recipient, ReadOnlySpan<byte> body)
    {
        var padded = new byte[body.Length + RandomNumberGenerator.GetInt32(100, 301)];
        RandomNumberGenerator.Fill(padded);
        body.CopyTo(padded);
        var message = new byte[2 + padded.Length + Ecies.Overhead];
        BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)(message.Length - 2));
        return Ecies.TryEncrypt(recipient, RandomKey.Draw(), RandomNumberGenerator.GetBytes(16), padded, message.AsSpan(0, 2),
            message.AsSpan(2))
            ? message
            : null;
    }

    private static bool TryOpen(PrivateKey self, ReadOnlySpan<byte> message, out byte[] body)
    {
        body = [];
        return message.Length > 2
            && BinaryPrimitives.ReadUInt16BigEndian(message) == message.Length - 2
            && Ecies.TryDecrypt(self, message[2..], message[..2], out body);
    }
}
