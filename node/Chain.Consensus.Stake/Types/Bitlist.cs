using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Bits with a length, immutable. Written as SSZ writes a Bitlist: the lowest bit of the first byte first, and a one behind the
/// last bit that marks the length.
/// </summary>
public sealed class Bitlist : IEquatable<Bitlist>
{
    // A byte becomes eight: what is read must not grow with what somebody sends.
    private const int MaxBytesRead = (65_536 / 8) + 1;

    private readonly bool[] _bits;

    public Bitlist(ReadOnlySpan<bool> bits) => _bits = bits.ToArray();

    public int Length => _bits.Length;

    public bool this[int index] => _bits[index];

    /// <summary>How many bits are set.</summary>
    public int Count()
    {
        var count = 0;
        foreach (var bit in _bits) count += bit ? 1 : 0;
        return count;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[(_bits.Length / 8) + 1];
        for (var i = 0; i < _bits.Length; i++)
        {
            if (_bits[i]) bytes[i / 8] |= (byte)(1 << (i % 8));
        }

        bytes[_bits.Length / 8] |= (byte)(1 << (_bits.Length % 8));
        return bytes;
    }

    /// <exception cref="RlpException">
    /// No bytes, a last byte of zero (then the length is not marked), or more bits than any committee has members.
    /// </exception>
    public static Bitlist FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytesRead)
        {
            throw new RlpException($"A list of bits has {bytes.Length} bytes, more than the {MaxBytesRead} allowed.");
        }

        if (bytes.IsEmpty || bytes[^1] == 0) throw new RlpException("A list of bits must end with a byte that marks its length.");
        var length = ((bytes.Length - 1) * 8) + System.Numerics.BitOperations.Log2(bytes[^1]);
        var bits = new bool[length];
        for (var i = 0; i < length; i++) bits[i] = (bytes[i / 8] >> (i % 8) & 1) != 0;
        return new Bitlist(bits);
    }

    public bool Equals(Bitlist? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => Equals(obj as Bitlist);

    public override int GetHashCode() => _bits.Length;

    public override string ToString() => string.Concat(_bits.Select(bit => bit ? '1' : '0'));
}
