using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// Reads what <see cref="ChainFileWriter"/> writes, strictly, one block at a time. Memory is bounded by the largest block, and
/// grows with bytes that are there, never with a length that the file merely claims.
/// </summary>
public sealed class ChainFileReader(Stream stream)
{
    /// <summary>The longest block or sidecar that is read, in bytes.</summary>
    public const int MaxItemBytes = 64 << 20;

    private const int FirstBufferBytes = 64 << 10;

    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _next = -1;
    private bool _started;

    /// <summary>Bytes read so far.</summary>
    public long Offset { get; private set; }

    public long BlocksRead { get; private set; }

    /// <summary>The next block; null at the end of the file.</summary>
    /// <exception cref="ChainFileException">The file ends within a block, or holds something else.</exception>
    public Block? Read()
    {
        if (!_started) _next = stream.ReadByte();
        _started = true;
        if (_next < 0) return null;
        var start = Offset;
        if (_next < 0xc0)
            throw new ChainFileException(BlocksRead, start, $"a block is an RLP list; the byte 0x{_next:x2} begins none.");
        try
        {
            var rlp = new RlpReader(ReadItem());
            var block = Block.Read(ref rlp);
            if (_next is >= 0 and < 0xc0)
            {
                var sidecar = new RlpReader(ReadItem()).ReadBytes();
                if (sidecar.IsEmpty) throw new RlpException("A sidecar must not be empty.");
                block = block with { Sidecar = sidecar.ToArray() };
            }

            BlocksRead++;
            return block;
        }
        catch (RlpException problem)
        {
            throw new ChainFileException(BlocksRead, start, problem.Message, problem);
        }
    }

    // The item that begins with _next, whole; afterwards _next is the byte behind it.
    private ReadOnlySpan<byte> ReadItem()
    {
        var start = Offset;
        _buffer[0] = (byte)_next;
        var length = _next switch
        {
            < 0x80 => 1,
            <= 0xb7 => 1 + _next - 0x80,
            < 0xc0 => ReadLong(lengthBytes: _next - 0xb7),
            <= 0xf7 => 1 + _next - 0xc0,
            _ => ReadLong(lengthBytes: _next - 0xf7),
        };
        var have = _next switch
        {
            <= 0xb7 or >= 0xc0 and <= 0xf7 => 1,
            < 0xc0 => 1 + _next - 0xb7,
            _ => 1 + _next - 0xf7,
        };
        while (have < length)
        {
            if (have == _buffer.Length) Array.Resize(ref _buffer, Math.Min(length, _buffer.Length * 2));
            var read = stream.Read(_buffer, have, Math.Min(length, _buffer.Length) - have);
            if (read == 0)
                throw new ChainFileException(BlocksRead, start,
                    $"the file ends within an item of {length} bytes, of which {have} are there.");
            have += read;
        }

        Offset += length;
        _next = stream.ReadByte();
        return _buffer.AsSpan(0, length);
    }

    private int ReadLong(int lengthBytes)
    {
        if (stream.ReadAtLeast(_buffer.AsSpan(1, lengthBytes), lengthBytes, throwOnEndOfStream: false) < lengthBytes)
            throw new ChainFileException(BlocksRead, Offset, "the file ends within the length of an item.");
        ulong length = 0;
        for (var i = 1; i <= lengthBytes; i++) length = (length << 8) | _buffer[i];
        return length <= MaxItemBytes
            ? 1 + lengthBytes + (int)length
            : throw new ChainFileException(BlocksRead, Offset,
                $"an item claims {length} bytes; the most that is read is {MaxItemBytes}.");
    }
}
