using System.Buffers.Binary;

namespace Chain.Primitives;

/// <summary>
/// Writes RLP (yellow paper, appendix B) into one growing buffer. A list is opened with <see cref="StartList"/> and closed
/// with <see cref="EndList"/>; its length is filled in when it closes.
/// </summary>
public sealed class RlpWriter
{
    // Room kept for a list's header until its length is known: one code byte and up to four length bytes.
    private const int HeaderRoom = 5;

    private byte[] _buffer;
    private int _length;
    private int[] _open = new int[8];
    private int _depth;

    public RlpWriter(int capacity = 256) => _buffer = new byte[Math.Max(capacity, 16)];

    /// <summary>What has been written, borrowed until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan =>
        _depth == 0 ? _buffer.AsSpan(0, _length) : throw new InvalidOperationException($"{_depth} RLP lists are still open.");

    /// <summary>A copy of what has been written.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>The hash of what has been written.</summary>
    public Hash256 ToKeccak256() => Keccak256.Hash(WrittenSpan);

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => (_length, _depth) = (0, 0);

    /// <summary>Opens a list: what is written until <see cref="EndList"/> are its items.</summary>
    public void StartList()
    {
        if (_depth == _open.Length) Array.Resize(ref _open, _depth * 2);
        _open[_depth++] = _length;
        Reserve(HeaderRoom);
        _length += HeaderRoom;
    }

    /// <summary>Closes the list opened last.</summary>
    public void EndList()
    {
        if (_depth == 0) throw new InvalidOperationException("No RLP list is open.");
        var start = _open[--_depth];
        var payload = _buffer.AsSpan(start + HeaderRoom, _length - start - HeaderRoom);
        Span<byte> header = stackalloc byte[HeaderRoom];
        var headerLength = PutHeader(header, 0xc0, payload.Length);
        payload.CopyTo(_buffer.AsSpan(start + headerLength));
        header[..headerLength].CopyTo(_buffer.AsSpan(start));
        _length = start + headerLength + payload.Length;
    }

    /// <summary>A string of bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(HeaderRoom + bytes.Length);
        if (bytes.Length == 1 && bytes[0] < 0x80)
        {
            _buffer[_length++] = bytes[0];
            return;
        }

        _length += PutHeader(_buffer.AsSpan(_length), 0x80, bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Write(ReadOnlyMemory<byte> bytes) => Write(bytes.Span);

    public void Write(byte[] bytes) => Write(bytes.AsSpan());

    public void Write(Hash256 hash) => Write(hash.Bytes);

    public void Write(Address address) => Write(address.Bytes);

    /// <summary>The address, or an empty string for none.</summary>
    public void Write(Address? address)
    {
        if (address is { } present) Write(present.Bytes);
        else Write([]);
    }

    /// <summary>A number, big-endian without leading zeros.</summary>
    public void Write(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Write(bytes.TrimStart((byte)0));
    }

    /// <summary>A number that is not negative.</summary>
    public void Write(int value) => Write((ulong)value);

    /// <summary>1 or 0.</summary>
    public void Write(bool value) => Write(value ? 1UL : 0UL);

    /// <summary>A number, big-endian without leading zeros.</summary>
    public void Write(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[32];
        value.WriteBigEndian(bytes);
        Write(bytes.TrimStart((byte)0));
    }

    /// <summary>A text, as its UTF-8 bytes.</summary>
    public void Write(string utf8) => Write(System.Text.Encoding.UTF8.GetBytes(utf8));

    /// <summary>Bytes that are already RLP, as they are.</summary>
    public void WriteEncoded(ReadOnlySpan<byte> rlp)
    {
        Reserve(rlp.Length);
        rlp.CopyTo(_buffer.AsSpan(_length));
        _length += rlp.Length;
    }

    private static int PutHeader(Span<byte> destination, int code, int length)
    {
        if (length <= 55)
        {
            destination[0] = (byte)(code + length);
            return 1;
        }

        var lengthBytes = length < 1 << 8 ? 1 : length < 1 << 16 ? 2 : length < 1 << 24 ? 3 : 4;
        destination[0] = (byte)(code + 55 + lengthBytes);
        for (var i = 0; i < lengthBytes; i++) destination[1 + i] = unchecked((byte)(length >> (8 * (lengthBytes - 1 - i))));
        return 1 + lengthBytes;
    }

    private void Reserve(int more)
    {
        if (_buffer.Length - _length >= more) return;
        Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}
