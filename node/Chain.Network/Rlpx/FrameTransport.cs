using System.Buffers.Binary;
using Chain.Node;

namespace Chain.Network;

/// <summary>A frame's message: its number on this connection and its bytes, borrowed until the next read.</summary>
public readonly record struct ReceivedFrame(int Number, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Frames over a stream. One reader and one writer at a time. The read buffer grows with what has arrived, never with what
/// a length merely claims.
/// </summary>
public sealed class FrameTransport(Stream stream, FrameCodec codec) : IDisposable
{
    private const int UsualBuffer = 32 * 1024;
    private const int FlushAt = 64 * 1024;

    // Each step leaves a buffer behind for the garbage collector: few steps, and yet a length that is only claimed gains little.
    private const int Growth = 4;

    private byte[] _in = new byte[UsualBuffer];
    private int _inStart;
    private int _inEnd;
    private byte[] _out = new byte[UsualBuffer];
    private int _outLength;
    private long _bytesIn;
    private long _bytesOut;

    public long BytesIn => Interlocked.Read(ref _bytesIn);

    public long BytesOut => Interlocked.Read(ref _bytesOut);

    /// <summary>Whether so much is buffered that it should be flushed.</summary>
    public bool WantsFlush => _outLength >= FlushAt;

    /// <summary>Reads the next frame.</summary>
    /// <exception cref="PeerProtocolException">A wrong MAC, a body beyond the limit, or no message number.</exception>
    /// <exception cref="EndOfStreamException">The peer closed the connection.</exception>
    public ValueTask<ReceivedFrame> ReadAsync(int maxBody, CancellationToken stopping) => ReadAsync(maxBody, null, stopping);

    /// <summary>The same; <paramref name="share"/> hears how long the read buffer is whenever that changes.</summary>
    internal async ValueTask<ReceivedFrame> ReadAsync(int maxBody, ReceiveShare? share, CancellationToken stopping)
    {
        if (_inStart == _inEnd) Rewind(share);
        await FillAsync(FrameCodec.HeaderSize, share, stopping).ConfigureAwait(false);
        var size = codec.DecodeHeader(_in.AsSpan(_inStart, FrameCodec.HeaderSize))
            ?? throw new PeerProtocolException(DisconnectReason.BreachOfProtocol, "A frame header's MAC is wrong.");
        if (size > maxBody)
            throw new PeerProtocolException(DisconnectReason.BreachOfProtocol,
                $"A frame of {size} bytes is over the limit of {maxBody}.");
        if (size == 0) throw new PeerProtocolException(DisconnectReason.BreachOfProtocol, "A frame is empty.");
        _inStart += FrameCodec.HeaderSize;
        var whole = FrameCodec.SizeOnStream(size);
        await FillAsync(whole, share, stopping).ConfigureAwait(false);
        if (!codec.TryDecodeBody(_in.AsSpan(_inStart, whole)))
            throw new PeerProtocolException(DisconnectReason.BreachOfProtocol, "A frame body's MAC is wrong.");
        var body = _in.AsMemory(_inStart, size);
        _inStart += whole;
        var (number, length) = ReadNumber(body.Span);
        return new ReceivedFrame(number, body[length..]);
    }

    /// <summary>Reads and forgets until the peer closes.</summary>
    public async ValueTask DrainAsync(CancellationToken stopping)
    {
        while (await stream.ReadAsync(_in, stopping).ConfigureAwait(false) > 0)
        {
        }
    }

    /// <summary>Puts a frame into the write buffer.</summary>
    public void Append(int number, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[2];
        if (number is > 0 and < 0x80)
        {
            head[0] = (byte)number;
            head = head[..1];
        }
        else if (number == 0)
        {
            head[0] = 0x80;
            head = head[..1];
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(head, (ushort)(0x8100 | number));
        }

        var size = FrameCodec.WholeSize(head.Length + payload.Length);
        if (_out.Length - _outLength < size) Array.Resize(ref _out, Math.Max(_out.Length * 2, _outLength + size));
        codec.Encode(head, payload, _out.AsSpan(_outLength, size));
        _outLength += size;
    }

    /// <summary>Writes what is buffered.</summary>
    public async ValueTask FlushAsync(CancellationToken stopping)
    {
        if (_outLength == 0) return;
        await stream.WriteAsync(_out.AsMemory(0, _outLength), stopping).ConfigureAwait(false);
        Interlocked.Add(ref _bytesOut, _outLength);
        _outLength = 0;
        if (_out.Length > 16 * UsualBuffer) _out = new byte[UsualBuffer];
    }

    /// <summary>Lets go of the buffers too, which may be large.</summary>
    public void Dispose()
    {
        codec.Dispose();
        (_in, _out) = ([], []);
        (_inStart, _inEnd, _outLength) = (0, 0, 0);
    }

    private static (int Number, int Length) ReadNumber(ReadOnlySpan<byte> body) => body[0] switch
    {
        0x80 => (0, 1),
        > 0 and < 0x80 => (body[0], 1),
        0x81 when body.Length > 1 && body[1] >= 0x80 => (body[1], 2),
        _ => throw new PeerProtocolException(DisconnectReason.BreachOfProtocol, "A frame does not begin with a message number."),
    };

    private void Rewind(ReceiveShare? share)
    {
        (_inStart, _inEnd) = (0, 0);
        if (_in.Length <= 16 * UsualBuffer) return;
        _in = new byte[UsualBuffer];
        share?.Resize(_in.Length);
    }

    private async ValueTask FillAsync(int count, ReceiveShare? share, CancellationToken stopping)
    {
        while (_inEnd - _inStart < count)
        {
            if (_inStart > 0 && _inEnd == _in.Length)
            {
                _in.AsSpan(_inStart, _inEnd - _inStart).CopyTo(_in);
                (_inStart, _inEnd) = (0, _inEnd - _inStart);
            }

            if (_inEnd == _in.Length)
            {
                Array.Resize(ref _in, Math.Min(_in.Length * Growth, Math.Max(_in.Length, count) + UsualBuffer));
                share?.Resize(_in.Length);
            }

            var read = await stream.ReadAsync(_in.AsMemory(_inEnd), stopping).ConfigureAwait(false);
            if (read == 0) throw new EndOfStreamException("The peer closed the connection.");
            _inEnd += read;
            Interlocked.Add(ref _bytesIn, read);
        }
    }
}
