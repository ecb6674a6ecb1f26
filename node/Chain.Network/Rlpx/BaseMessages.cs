using Chain.Node;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>The base protocol's messages beside the hello (devp2p, RLPx, "p2p Capability").</summary>
public static class BaseMessages
{
    public const int HelloId = 0x00;
    public const int DisconnectId = 0x01;
    public const int PingId = 0x02;
    public const int PongId = 0x03;

    /// <summary>The most bytes that one of them may have, unpacked.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>An empty list: ping and pong.</summary>
    public static readonly byte[] Empty = [0xc0];

    public static byte[] Disconnect(DisconnectReason reason)
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.Write((ulong)reason);
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <summary>
    /// The reason a peer gave. Others write it as [reason] or bare, compressed or not, and some write nothing: whatever
    /// cannot be read is <see cref="DisconnectReason.Requested"/>, since the connection ends either way.
    /// </summary>
    public static DisconnectReason ReadDisconnect(ReadOnlySpan<byte> payload)
    {
        if (TryRead(payload, out var reason)) return reason;
        return SnappyPayload.ClaimedLength(payload) is > 0 and < 64 && SnappyPayload.Decompress(payload) is { } plain
            && TryRead(plain, out reason)
            ? reason
            : DisconnectReason.Requested;
    }

    private static bool TryRead(ReadOnlySpan<byte> payload, out DisconnectReason reason)
    {
        reason = DisconnectReason.Requested;
        try
        {
            var outer = new RlpReader(payload);
            var rlp = outer.NextIsList ? outer.ReadList() : outer;
            if (rlp.IsAtEnd) return outer.IsAtEnd && payload.Length == 1;
            var bytes = rlp.ReadBytes();
            if (bytes.Length > 1 || !rlp.IsAtEnd) return false;
            reason = bytes.IsEmpty ? DisconnectReason.Requested : (DisconnectReason)bytes[0];
            return true;
        }
        catch (RlpException)
        {
            return false;
        }
    }
}
