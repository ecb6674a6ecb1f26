using Chain.Primitives;

namespace Chain.Plugin;

/// <summary>One colour a hash, so that equal heads look equal.</summary>
public static class Colors
{
    private static readonly string[] Palette = ["deepskyblue1", "orange1", "springgreen2", "mediumpurple1", "gold1", "hotpink",
        "turquoise2", "salmon1"];

    public static string Of(Hash256 hash) => Palette[hash.Bytes[0] % Palette.Length];
}
