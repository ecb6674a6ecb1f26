using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Chain.Primitives;

/// <summary>
/// The 20 bytes that name an account: the last 20 of the Keccak-256 of its public key (yellow paper, section 4.1).
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    /// <summary>The bytes of an address.</summary>
    public const int Size = 20;

    /// <summary>Twenty zero bytes.</summary>
    public static readonly Address Zero;

    // Raw bytes in memory order; never interpreted as numbers.
    private readonly ulong _w0, _w1;
    private readonly uint _w2;

    /// <summary>Copies exactly 20 bytes.</summary>
    /// <exception cref="ArgumentException">Any other length.</exception>
    public Address(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"An address cannot be made of {bytes.Length} bytes.", nameof(bytes));
        _w0 = MemoryMarshal.Read<ulong>(bytes);
        _w1 = MemoryMarshal.Read<ulong>(bytes[8..]);
        _w2 = MemoryMarshal.Read<uint>(bytes[16..]);
    }

    /// <summary>The bytes, borrowed from this value.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Address>(in this));

    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>The address of an uncompressed public key given as x ‖ y, 64 bytes.</summary>
    public static Address FromPublicKey(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != 64)
            throw new ArgumentException($"A public key has 64 bytes, not {publicKey.Length}.", nameof(publicKey));
        return new Address(Keccak256.Hash(publicKey).Bytes[12..]);
    }

    /// <summary>The address of a contract created by a sender's transaction with this nonce (yellow paper, section 7).</summary>
    public static Address OfContract(Address sender, ulong nonce)
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.Write(sender);
        rlp.Write(nonce);
        rlp.EndList();
        return new Address(Keccak256.Hash(rlp.WrittenSpan).Bytes[12..]);
    }

    /// <summary>Reads 40 hex digits, with or without 0x. Mixed case must be a correct EIP-55 checksum.</summary>
    /// <exception cref="FormatException">Anything else.</exception>
    public static Address Parse(string text) =>
        TryParse(text, out var address)
        ? address
        : throw new FormatException($"'{text}' is not an address (40 hex digits; mixed case must match its EIP-55 checksum).");

    /// <summary>As <see cref="Parse"/>, with false for what that refuses.</summary>
    public static bool TryParse(string? text, out Address address)
    {
        Span<byte> bytes = stackalloc byte[Size];
        address = Zero;
        if (!Hex.TryDecode(text, bytes, out var written) || written != Size) return false;
        var parsed = new Address(bytes);
        var digits = text![^40..];
        var mixed = digits.AsSpan().ContainsAnyInRange('a', 'f') && digits.AsSpan().ContainsAnyInRange('A', 'F');
        if (mixed && !parsed.ToString().EndsWith(digits, StringComparison.Ordinal)) return false;
        address = parsed;
        return true;
    }

    public bool Equals(Address other) => _w0 == other._w0 && _w1 == other._w1 && _w2 == other._w2;

    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    // All bytes count: addresses made by hand differ only in the last ones.
    public override int GetHashCode()
    {
        var mixed = _w0 ^ BitOperations.RotateLeft(_w1, 23) ^ BitOperations.RotateLeft((ulong)_w2, 47);
        return unchecked((int)mixed ^ (int)(mixed >> 32));
    }

    public int CompareTo(Address other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <summary>With the EIP-55 checksum in the case of its letters.</summary>
    public override string ToString()
    {
        Span<char> text = stackalloc char[42];
        "0x".CopyTo(text);
        Convert.TryToHexStringLower(Bytes, text[2..], out _);
        Span<byte> ascii = stackalloc byte[40];
        for (var i = 0; i < 40; i++) ascii[i] = (byte)text[i + 2];
        var hash = Keccak256.Hash(ascii);
        for (var i = 0; i < 40; i++)
        {
            var nibble = (hash.Bytes[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0xf;
            if (nibble >= 8) text[i + 2] = char.ToUpperInvariant(text[i + 2]);
        }

        return new string(text);
    }

    public static bool operator ==(Address left, Address right) => left.Equals(right);
    public static bool operator !=(Address left, Address right) => !left.Equals(right);
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
