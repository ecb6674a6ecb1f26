namespace Chain.Primitives;

/// <summary>The 2048-bit filter over the addresses and topics of logs (yellow paper, section 4.3.1). Immutable.</summary>
public sealed class Bloom : IEquatable<Bloom>
{
    public const int Size = 256;

    public static readonly Bloom Empty = new(new byte[Size]);

    private readonly byte[] _bits;

    /// <summary>Copies exactly 256 bytes.</summary>
    public Bloom(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"A bloom filter has 256 bytes, not {bytes.Length}.", nameof(bytes));
        _bits = bytes.ToArray();
    }

    public ReadOnlySpan<byte> Bytes => _bits;

    /// <summary>The filter over these logs.</summary>
    public static Bloom Of(IEnumerable<Log> logs)
    {
        byte[]? bits = null;
        foreach (var log in logs)
        {
            bits ??= new byte[Size];
            Add(bits, log.Address.Bytes);
            foreach (var topic in log.Topics) Add(bits, topic.Bytes);
        }

        return bits is null ? Empty : new Bloom(bits);
    }

    /// <summary>The union of filters.</summary>
    public static Bloom Union(IEnumerable<Bloom> blooms)
    {
        byte[]? bits = null;
        foreach (var bloom in blooms)
        {
            if (ReferenceEquals(bloom, Empty)) continue;
            bits ??= new byte[Size];
            for (var i = 0; i < Size; i++) bits[i] |= bloom._bits[i];
        }

        return bits is null ? Empty : new Bloom(bits);
    }

    /// <summary>False when the bytes (an address or a topic) are certainly in no log under this filter.</summary>
    public bool MayContain(ReadOnlySpan<byte> bytes)
    {
        var hash = Keccak256.Hash(bytes);
        for (var i = 0; i < 3; i++)
        {
            var (index, mask) = Bit(hash, i);
            if ((_bits[index] & mask) == 0) return false;
        }

        return true;
    }

    private static void Add(byte[] bits, ReadOnlySpan<byte> bytes)
    {
        var hash = Keccak256.Hash(bytes);
        for (var i = 0; i < 3; i++)
        {
            var (index, mask) = Bit(hash, i);
            bits[index] |= mask;
        }
    }

    private static (int Index, byte Mask) Bit(Hash256 hash, int i)
    {
        var bit = ((hash.Bytes[2 * i] << 8) | hash.Bytes[(2 * i) + 1]) & 2047;
        return (Size - 1 - (bit / 8), (byte)(1 << (bit % 8)));
    }

    public bool Equals(Bloom? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    public override bool Equals(object? obj) => Equals(obj as Bloom);

    public override int GetHashCode() =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(Keccak256.Hash(_bits).Bytes);

    public override string ToString() => Hex.Encode(_bits);
}
