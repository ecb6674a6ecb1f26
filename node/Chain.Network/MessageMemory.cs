using System.Buffers.Binary;

namespace Chain.Network;

/// <summary>
/// About how much memory a message takes once it is decoded, from its unpacked bytes alone: many small items make far more
/// objects than their bytes suggest.
/// </summary>
internal static class MessageMemory
{
    // The bytes themselves, and the fields and encodings that are copied out of them.
    private const long PerByte = 3;
    private const long PerByteOfSmallItems = 2;

    // What a field, a list or an object costs beside its bytes, on average.
    private const long PerItem = 40;

    /// <summary>What a message of so many bytes takes, whose items are not small.</summary>
    public static long Of(long bytes) => bytes * PerByte;

    /// <summary>What this message takes.</summary>
    public static long Of(ReadOnlySpan<byte> plain) =>
        Math.Max(plain.Length * PerByte,
            (plain.Length * PerByteOfSmallItems) + (CountItems(plain, mayHoldEncodings: true) * PerItem));

    /// <summary>
    /// RLP items on all levels, by going from one header to the next; what is no RLP is for the decoder to refuse. A typed
    /// transaction is a string that holds a list after its type.
    /// </summary>
    private static long CountItems(ReadOnlySpan<byte> rest, bool mayHoldEncodings)
    {
        var items = 0L;
        while (!rest.IsEmpty)
        {
            items++;
            var first = rest[0];
            var isList = first >= 0xc0;
            var (header, length) = first < 0x80 ? (0, 1L) : LengthOf(rest, first - (isList ? 0xc0 : 0x80));
            if (header + length > rest.Length) return items;
            var payload = rest.Slice(header, (int)length);
            if (mayHoldEncodings && !isList && payload.Length > 1 && payload[0] < 0x80 && payload[1] >= 0xc0)
                items += CountItems(payload[1..], mayHoldEncodings: false);
            rest = isList ? rest[header..] : rest[(header + payload.Length)..];
        }

        return items;
    }

    private static (int Header, long Length) LengthOf(ReadOnlySpan<byte> item, int code)
    {
        if (code <= 55) return (1, code);
        var bytes = code - 55;
        if (bytes > sizeof(uint) || item.Length <= bytes) return (1, long.MaxValue - 1);
        Span<byte> number = stackalloc byte[sizeof(uint)];
        number.Clear();
        item.Slice(1, bytes).CopyTo(number[(sizeof(uint) - bytes)..]);
        return (1 + bytes, BinaryPrimitives.ReadUInt32BigEndian(number));
    }
}
