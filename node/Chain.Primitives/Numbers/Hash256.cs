using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Chain.Primitives;

/// <summary>
/// 32 bytes in the order they are written: a Keccak-256 digest, a block or transaction hash, a trie root, a storage key.
/// Ordered as a big-endian number, so that a hash compares with a target directly.
/// </summary>
public readonly struct Hash256 : IEquatable<Hash256>, IComparable<Hash256>
{
    /// <summary>The bytes of a hash.</summary>
    public const int Size = 32;

    /// <summary>Thirty-two zero bytes.</summary>
    public static readonly Hash256 Zero;

    // Raw bytes in memory order; never interpreted as numbers except through BinaryPrimitives.
    private readonly ulong _w0, _w1, _w2, _w3;

    /// <summary>Copies exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException">Any other length.</exception>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A 32-byte hash cannot be made of {bytes.Length} bytes.", nameof(bytes));
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        (_w0, _w1, _w2, _w3) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>The bytes, borrowed from this value.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Hash256>(in this));

    public bool IsZero => (_w0 | _w1 | _w2 | _w3) == 0;

    public void CopyTo(Span<byte> destination) => Bytes.CopyTo(destination);

    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>The same bytes read as a big-endian number.</summary>
    public UInt256 ToUInt256() => UInt256.FromBigEndian(Bytes);

    /// <summary>Reads 64 hex digits with or without a leading 0x.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static Hash256 Parse(string hex) =>
        TryParse(hex, out var hash) ? hash : throw new FormatException($"'{hex}' is not a 32-byte hash in hex.");

    /// <summary>As <see cref="Parse"/>, with false for what that refuses.</summary>
    public static bool TryParse(string? hex, out Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (Hex.TryDecode(hex, bytes, out var written) && written == Size)
        {
            hash = new Hash256(bytes);
            return true;
        }

        hash = Zero;
        return false;
    }

    public bool Equals(Hash256 other) => _w0 == other._w0 && _w1 == other._w1 && _w2 == other._w2 && _w3 == other._w3;

    public override bool Equals(object? obj) => obj is Hash256 other && Equals(other);

    // The second word: the first of a proof-of-work hash is mostly zero.
    public override int GetHashCode() => unchecked((int)_w1 ^ (int)(_w1 >> 32));

    public int CompareTo(Hash256 other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>0x and 64 lower-case hex digits.</summary>
    public override string ToString() => Hex.Encode(Bytes);

    /// <summary>The first four bytes, for logs and screens.</summary>
    public string ToShortString() => Hex.Encode(Bytes[..4]);

    public static bool operator ==(Hash256 left, Hash256 right) => left.Equals(right);
    public static bool operator !=(Hash256 left, Hash256 right) => !left.Equals(right);
    public static bool operator <(Hash256 left, Hash256 right) => left.CompareTo(right) < 0;
    public static bool operator >(Hash256 left, Hash256 right) => left.CompareTo(right) > 0;
    public static bool operator <=(Hash256 left, Hash256 right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Hash256 left, Hash256 right) => left.CompareTo(right) >= 0;
}
