using System.Diagnostics.CodeAnalysis;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Who a node is: the public key of its node key, x ‖ y (64 bytes).</summary>
public readonly record struct NodeId(Hash256 X, Hash256 Y) : IComparable<NodeId>
{
    /// <summary>In bytes.</summary>
    public const int Size = 64;

    public static NodeId Of(PrivateKey nodeKey) => FromBytes(nodeKey.PublicKey);

    /// <summary>From exactly 64 bytes.</summary>
    public static NodeId FromBytes(ReadOnlySpan<byte> publicKey64)
    {
        if (publicKey64.Length != Size)
            throw new ArgumentException($"A node id has 64 bytes, not {publicKey64.Length}.", nameof(publicKey64));
        return new NodeId(new Hash256(publicKey64[..32]), new Hash256(publicKey64[32..]));
    }

    /// <summary>Reads 128 hex digits, with or without 0x.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, out NodeId id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var isId = Hex.TryDecode(hex, bytes, out var written) && written == Size;
        id = isId ? FromBytes(bytes) : default;
        return isId;
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        X.Bytes.CopyTo(bytes);
        Y.Bytes.CopyTo(bytes.AsSpan(32));
        return bytes;
    }

    public int CompareTo(NodeId other)
    {
        var byX = X.CompareTo(other.X);
        return byX != 0 ? byX : Y.CompareTo(other.Y);
    }

    /// <summary>128 hex digits, as in an enode URL.</summary>
    public override string ToString() => string.Concat(X.ToString().AsSpan(2), Y.ToString().AsSpan(2));

    /// <summary>The first eight digits, for logs and screens.</summary>
    public string ToShortString() => X.ToString()[2..10];

    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;
    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;
}
