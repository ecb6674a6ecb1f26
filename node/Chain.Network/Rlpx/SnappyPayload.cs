using IronSnappy;

namespace Chain.Network;

/// <summary>Raw Snappy (not framed), as RLPx version 5 compresses every message after the hello.</summary>
public static class SnappyPayload
{
    public static byte[] Compress(ReadOnlySpan<byte> plain) => plain.IsEmpty ? [0] : Snappy.Encode(plain);

    /// <summary>The length that compressed bytes claim to have when unpacked; null when they do not begin with one.</summary>
    public static long? ClaimedLength(ReadOnlySpan<byte> compressed)
    {
        long length = 0;
        for (var i = 0; i < 5 && i < compressed.Length; i++)
        {
            length |= (long)(compressed[i] & 0x7f) << (7 * i);
            if (compressed[i] < 0x80) return length <= uint.MaxValue ? length : null;
        }

        return null;
    }

    /// <summary>
    /// Unpacks at most so many bytes, or says why not. The claimed length is checked before anything of that size is allocated.
    /// </summary>
    public static (byte[]? Plain, string Why) Unpack(ReadOnlySpan<byte> compressed, int limit)
    {
        if (WhyRefused(compressed, limit) is { } why) return (null, why);
        return Decompress(compressed) is { } plain ? (plain, "") : (null, "it is not valid Snappy.");
    }

    /// <summary>Why bytes are not to be unpacked, by the length that they claim; null when they are.</summary>
    public static string? WhyRefused(ReadOnlySpan<byte> compressed, int limit)
    {
        if (ClaimedLength(compressed) is not { } claimed) return "it does not begin with a Snappy length.";
        return claimed > limit ? $"it claims {claimed} bytes, more than the {limit} allowed." : null;
    }

    /// <summary>Unpacks; null for corrupt bytes. The claimed length has to be checked before.</summary>
    public static byte[]? Decompress(ReadOnlySpan<byte> compressed)
    {
        var claimed = ClaimedLength(compressed);
        if (claimed is null) return null;
        if (claimed == 0) return compressed.Length == 1 ? [] : null;
        try
        {
            var plain = Snappy.Decode(compressed);
            return plain.Length == claimed ? plain : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The package says corrupt input with several exception types.
            return null;
        }
    }
}
