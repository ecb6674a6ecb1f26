using System.Buffers.Binary;
using System.Numerics;

namespace Chain.Storage;

/// <summary>
/// CRC-32C (Castagnoli, as iSCSI has it): tells accidental damage, several bytes a clock with today's processors. Not a seal
/// against people.
/// </summary>
internal static class Crc32C
{
    public const int Size = sizeof(uint);

    private const int ChunkBytes = 1 << 20;

    /// <summary>The sum of some bytes, and of others behind them.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> more = default) =>
        ~Extend(Extend(uint.MaxValue, bytes), more);

    /// <summary>The sum of a whole file.</summary>
    public static uint OfFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var chunk = new byte[ChunkBytes];
        var sum = uint.MaxValue;
        while (file.Read(chunk) is var read and > 0) sum = Extend(sum, chunk.AsSpan(0, read));
        return ~sum;
    }

    private static uint Extend(uint sum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes) sum = BitOperations.Crc32C(sum, value);
        return sum;
    }
}
