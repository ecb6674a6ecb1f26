namespace Chain.Primitives;

/// <summary>
/// Reads RLP (yellow paper, appendix B) strictly, borrowing the bytes: long forms of short lengths, wrapped single
/// bytes, leading zeros in numbers and bytes left over are refused with <see cref="RlpException"/>. Allocates nothing
/// in proportion to a length that the input merely claims.
/// </summary>
public ref struct RlpReader
{
    private ReadOnlySpan<byte> _rest;

    public RlpReader(ReadOnlySpan<byte> input) => _rest = input;

    /// <summary>Whether all items have been read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>The bytes not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Whether the next item is a list.</summary>
    public readonly bool NextIsList => !_rest.IsEmpty && _rest[0] >= 0xc0;

    /// <summary>Refuses bytes left over.</summary>
    public readonly void ExpectEnd()
    {
        if (!_rest.IsEmpty) throw new RlpException($"{_rest.Length} bytes left over after the last RLP item.");
    }

    /// <summary>Enters a list: a reader over its items. This reader moves behind the list.</summary>
    public RlpReader ReadList()
    {
        var (isList, header, length) = ReadHeader();
        if (!isList) throw new RlpException("An RLP list was expected, a string was found.");
        return new RlpReader(Take(header, length));
    }

    /// <summary>A string's bytes, borrowed from the input.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        var (isList, header, length) = ReadHeader();
        if (isList) throw new RlpException("An RLP string was expected, a list was found.");
        return Take(header, length);
    }

    /// <summary>The next item whole, its header included, borrowed from the input. What a list holds is not looked at.</summary>
    public ReadOnlySpan<byte> ReadItem()
    {
        var (_, header, length) = ReadHeader();
        var item = _rest[..(header + length)];
        _rest = _rest[(header + length)..];
        return item;
    }

    /// <summary>How many items are left. What they hold is not looked at.</summary>
    public readonly int CountItems()
    {
        var rest = this;
        var count = 0;
        for (; !rest.IsAtEnd; count++) rest.ReadItem();
        return count;
    }

    /// <summary>A string of exactly this many bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int length)
    {
        var bytes = ReadBytes();
        if (bytes.Length != length)
            throw new RlpException($"A string of {length} bytes was expected, one of {bytes.Length} was found.");
        return bytes;
    }

    /// <summary>A string of exactly 32 bytes.</summary>
    public Hash256 ReadHash() => new(ReadBytes(Hash256.Size));

    /// <summary>A string of exactly 20 bytes.</summary>
    public Address ReadAddress() => new(ReadBytes(Address.Size));

    /// <summary>Twenty bytes, or none for "no address" (contract creation).</summary>
    public Address? ReadOptionalAddress()
    {
        var bytes = ReadBytes();
        return bytes.Length switch
        {
            0 => null,
            Address.Size => new Address(bytes),
            _ => throw new RlpException($"An address of 20 bytes or none was expected, {bytes.Length} bytes were found."),
        };
    }

    /// <summary>A number of at most 8 bytes, big-endian without leading zeros.</summary>
    public ulong ReadUInt64()
    {
        var bytes = ReadNumber(8);
        ulong value = 0;
        foreach (var b in bytes) value = (value << 8) | b;
        return value;
    }

    /// <summary>A number from 0 to 2^31 - 1.</summary>
    public int ReadInt32()
    {
        var value = ReadUInt64();
        return value <= int.MaxValue
            ? (int)value
            : throw new RlpException($"A number up to {int.MaxValue} was expected, {value} was found.");
    }

    /// <summary>The number 0 or 1.</summary>
    public bool ReadBool() => ReadUInt64() switch
    {
        0 => false,
        1 => true,
        var other => throw new RlpException($"0 or 1 was expected, {other} was found."),
    };

    /// <summary>A number of at most 32 bytes, big-endian without leading zeros.</summary>
    public UInt256 ReadUInt256() => UInt256.FromBigEndian(ReadNumber(32));

    private ReadOnlySpan<byte> ReadNumber(int maxBytes)
    {
        var bytes = ReadBytes();
        if (bytes.Length > maxBytes)
            throw new RlpException($"A number of at most {maxBytes} bytes was expected, one of {bytes.Length} was found.");
        if (!bytes.IsEmpty && bytes[0] == 0) throw new RlpException("A number must not begin with a zero byte.");
        return bytes;
    }

    private ReadOnlySpan<byte> Take(int header, int length)
    {
        var payload = _rest.Slice(header, length);
        _rest = _rest[(header + length)..];
        return payload;
    }

    private readonly (bool IsList, int Header, int Length) ReadHeader()
    {
        if (_rest.IsEmpty) throw new RlpException("An RLP item was expected, the input ended.");
        var first = _rest[0];
        if (first < 0x80) return (false, 0, 1);
        var isList = first >= 0xc0;
        var code = first - (isList ? 0xc0 : 0x80);
        if (code <= 55)
        {
            if (code > _rest.Length - 1)
                throw new RlpException($"An RLP item claims {code} bytes, {_rest.Length - 1} are there.");
            if (!isList && code == 1 && _rest[1] < 0x80)
                throw new RlpException("A single byte below 0x80 must stand for itself.");
            return (isList, 1, code);
        }

        var lengthBytes = code - 55;
        if (_rest.Length - 1 < lengthBytes) throw new RlpException("The input ends within an RLP length.");
        if (_rest[1] == 0) throw new RlpException("An RLP length must not begin with a zero byte.");
        ulong length = 0;
        for (var i = 1; i <= lengthBytes; i++) length = (length << 8) | _rest[i];
        if (length <= 55) throw new RlpException($"A length of {length} must be written in the short form.");
        var available = _rest.Length - 1 - lengthBytes;
        if (length > (ulong)available) throw new RlpException($"An RLP item claims {length} bytes, {available} are there.");
        return (isList, 1 + lengthBytes, (int)length);
    }
}
