using Chain.Primitives;

namespace Chain.Execution;

/// <summary>Paths of nibbles and their compact encoding, hex prefix (yellow paper, appendix C).</summary>
internal static class HexPrefix
{
    /// <summary>The most bytes that <see cref="Encode"/> writes for a path of this many nibbles.</summary>
    public static int EncodedLength(int nibbles) => (nibbles / 2) + 1;

    /// <summary>
    /// Writes the first nibble (2 for a leaf, plus 1 for an odd length) and the path; returns the number of bytes.
    /// </summary>
    public static int Encode(ReadOnlySpan<byte> nibbles, bool isLeaf, Span<byte> destination)
    {
        var flag = isLeaf ? 2 : 0;
        var next = 0;
        if ((nibbles.Length & 1) == 1)
        {
            destination[0] = (byte)(((flag + 1) << 4) | nibbles[0]);
            next = 1;
        }
        else
        {
            destination[0] = (byte)(flag << 4);
        }

        var written = 1;
        for (; next < nibbles.Length; next += 2) destination[written++] = (byte)((nibbles[next] << 4) | nibbles[next + 1]);
        return written;
    }

    /// <summary>Reads a path strictly: an unknown flag or padding that is not zero is refused.</summary>
    /// <exception cref="RlpException">Not a hex-prefix encoding.</exception>
    public static (byte[] Nibbles, bool IsLeaf) Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty) throw new RlpException("A trie path must have at least one byte.");
        var flag = encoded[0] >> 4;
        var isOdd = (flag & 1) == 1;
        if (flag > 3 || (!isOdd && (encoded[0] & 15) != 0))
            throw new RlpException($"A trie path must not begin with the byte 0x{encoded[0]:x2}.");
        var nibbles = new byte[(2 * (encoded.Length - 1)) + (isOdd ? 1 : 0)];
        var written = 0;
        if (isOdd) nibbles[written++] = (byte)(encoded[0] & 15);
        ToNibbles(encoded[1..], nibbles.AsSpan(written));
        return (nibbles, flag >= 2);
    }

    /// <summary>Two nibbles for each byte, the high one first.</summary>
    public static void ToNibbles(ReadOnlySpan<byte> bytes, Span<byte> nibbles)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            nibbles[2 * i] = (byte)(bytes[i] >> 4);
            nibbles[(2 * i) + 1] = (byte)(bytes[i] & 15);
        }
    }

    /// <summary>The bytes of an even number of nibbles.</summary>
    public static byte[] FromNibbles(ReadOnlySpan<byte> nibbles)
    {
        var bytes = new byte[nibbles.Length / 2];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)((nibbles[2 * i] << 4) | nibbles[(2 * i) + 1]);
        return bytes;
    }
}
