using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// RLP read to its leaves: a byte[] or a list of such. What the types of the product read field by field, tests compare whole.
/// </summary>
internal static class RlpTree
{
    private const int MaxDepth = 1024;

    /// <exception cref="RlpException">Not exactly one canonical item all the way down, or lists more than 1024 deep.</exception>
    public static object Decode(ReadOnlySpan<byte> encoded)
    {
        var reader = new RlpReader(encoded);
        var item = Read(ref reader, 0);
        reader.ExpectEnd();
        return item;
    }

    public static byte[] Encode(object item)
    {
        var writer = new RlpWriter();
        Write(writer, item);
        return writer.ToArray();
    }

    /// <summary>A tree whose strings are mostly of a length where the encoding changes.</summary>
    public static object Random(Random random, int depth)
    {
        if (depth == 0 || random.Next(3) == 0)
        {
            var bytes = new byte[random.Next(5) switch
            {
                0 => 0,
                1 => 1,
                2 => random.Next(54, 58),
                3 => random.Next(254, 258),
                _ => random.Next(40)
            }];
            random.NextBytes(bytes);
            return bytes;
        }

        return Enumerable.Range(0, random.Next(5)).Select(_ => Random(random, depth - 1)).ToList();
    }

    /// <summary>The bytes with a few of them overwritten, and now and then cut short.</summary>
    public static byte[] Damage(byte[] encoded, Random random)
    {
        for (var hits = random.Next(1, 4); hits > 0; hits--) encoded[random.Next(encoded.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? encoded[..random.Next(encoded.Length)] : encoded;
    }

    private static object Read(ref RlpReader reader, int depth)
    {
        if (depth > MaxDepth) throw new RlpException($"Lists are nested more than {MaxDepth} deep.");
        if (!reader.NextIsList) return reader.ReadBytes().ToArray();
        var items = new List<object>();
        var list = reader.ReadList();
        while (!list.IsAtEnd) items.Add(Read(ref list, depth + 1));
        return items;
    }

    private static void Write(RlpWriter writer, object item)
    {
        if (item is byte[] bytes)
        {
            writer.Write(bytes);
            return;
        }

        writer.StartList();
        foreach (var child in (List<object>)item) Write(writer, child);
        writer.EndList();
    }
}
