using System.Security.Cryptography;

namespace Chain.Network;

/// <summary>
/// Frames of one connection (devp2p, RLPx, "Framing"): header (16) ‖ MAC (16) ‖ body padded to 16 ‖ MAC (16). Bytes only, no
/// streams. After a refusal the connection cannot go on.
/// </summary>
public sealed class FrameCodec(RlpxSession session) : IDisposable
{
    /// <summary>An encrypted header with its MAC.</summary>
    public const int HeaderSize = 32;

    /// <summary>The largest body that the three bytes of a frame's length can say.</summary>
    public const int MaxBodySize = 0xffffff;

    /// <summary>How many bytes of stream a body of this length takes.</summary>
    public static int SizeOnStream(int bodySize) => Padded(bodySize) + FrameMac.Size;

    /// <summary>How many bytes of stream a whole frame takes.</summary>
    public static int WholeSize(int bodySize) => HeaderSize + SizeOnStream(bodySize);

    public void Dispose() => session.Dispose();

    /// <summary>Writes a frame with this body.</summary>
    /// <param name="frame">Exactly <see cref="WholeSize"/> bytes.</param>
    public void Encode(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest, Span<byte> frame)
    {
        var size = head.Length + rest.Length;
        if (size > MaxBodySize)
            throw new ArgumentException($"A frame holds at most {MaxBodySize} bytes, not {size}.", nameof(rest));
        var header = frame[..16];
        header.Clear();
        header[0] = (byte)(size >> 16);
        header[1] = (byte)(size >> 8);
        header[2] = (byte)size;
        header[3] = 0xc2;
        header[4] = 0x80;
        header[5] = 0x80;
        session.Egress.Apply(header);
        session.EgressMac.Header(header, frame[16..HeaderSize]);
        var body = frame.Slice(HeaderSize, Padded(size));
        head.CopyTo(body);
        rest.CopyTo(body[head.Length..]);
        body[size..].Clear();
        session.Egress.Apply(body);
        session.EgressMac.Body(body, frame[(HeaderSize + body.Length)..]);
    }

    /// <summary>Opens a header in place and gives the length of the body that follows; null when its MAC is wrong.</summary>
    public int? DecodeHeader(Span<byte> header)
    {
        Span<byte> mac = stackalloc byte[FrameMac.Size];
        session.IngressMac.Header(header[..16], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, header[16..HeaderSize])) return null;
        session.Ingress.Apply(header[..16]);
        return (header[0] << 16) | (header[1] << 8) | header[2];
    }

    /// <summary>Opens a body in place (as long as <see cref="SizeOnStream"/> says); false when its MAC is wrong.</summary>
    public bool TryDecodeBody(Span<byte> body)
    {
        Span<byte> mac = stackalloc byte[FrameMac.Size];
        session.IngressMac.Body(body[..^FrameMac.Size], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, body[^FrameMac.Size..])) return false;
        session.Ingress.Apply(body[..^FrameMac.Size]);
        return true;
    }

    private static int Padded(int size) => (size + 15) & ~15;
}
