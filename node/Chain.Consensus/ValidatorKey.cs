using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>
/// A validator's public key on secp256k1: x ‖ y, 64 bytes; compressed to 33 where it is written. Not checked to be a point.
/// </summary>
public sealed class ValidatorKey : IEquatable<ValidatorKey>
{
    public const int Size = 64;

    private readonly byte[] _bytes;

    /// <summary>Copies exactly 64 bytes.</summary>
    public ValidatorKey(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != Size)
            throw new ArgumentException($"A validator's public key has {Size} bytes, not {publicKey.Length}.", nameof(publicKey));
        _bytes = publicKey.ToArray();
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public bool Equals(ValidatorKey? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => Equals(obj as ValidatorKey);

    public override int GetHashCode() => System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(_bytes);

    /// <summary>0x and 128 hex digits.</summary>
    public override string ToString() => Hex.Encode(_bytes);
}
