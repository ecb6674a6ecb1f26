using System.Buffers.Binary;
using System.Security.Cryptography;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>SHA-256 as the specs' `hash`, and their little-endian numbers.</summary>
internal static class SpecHash
{
    public static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Hash256.Size];
        SHA256.HashData(data, digest);
        return new Hash256(digest);
    }

    /// <summary>hash(a + uint_to_bytes(number)).</summary>
    public static Hash256 Hash(Hash256 seed, ulong number)
    {
        Span<byte> input = stackalloc byte[Hash256.Size + 8];
        seed.CopyTo(input);
        BinaryPrimitives.WriteUInt64LittleEndian(input[Hash256.Size..], number);
        return Hash(input);
    }

    public static Hash256 Xor(Hash256 left, Hash256 right)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)(left.Bytes[i] ^ right.Bytes[i]);
        return new Hash256(bytes);
    }
}
