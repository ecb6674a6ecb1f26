using System.Globalization;

namespace Chain.Wallet;

/// <summary>A BIP-32 derivation path: "m", or "m" and child numbers, the hardened ones with an apostrophe (or h).</summary>
public sealed record HdPath
{
    /// <summary>The bit of a child number that makes it hardened.</summary>
    public const uint Hardened = 0x8000_0000;

    private HdPath(IReadOnlyList<uint> children) => Children = children;

    /// <summary>Child numbers, from the master key downwards.</summary>
    public IReadOnlyList<uint> Children { get; }

    /// <summary>Ethereum's account i of BIP-44: m/44'/60'/0'/0/i.</summary>
    public static HdPath Ethereum(uint account) => new([44 | Hardened, 60 | Hardened, 0 | Hardened, 0, account]);

    /// <summary>The same path with another last number.</summary>
    public HdPath WithLast(uint child) => new([.. Children.Take(Children.Count - 1), child]);

    /// <summary>Reads "m/44'/60'/0'/0/0"; false for anything else, more than 255 levels or numbers of 2^31 and more.</summary>
    public static bool TryParse(string text, out HdPath path)
    {
        ArgumentNullException.ThrowIfNull(text);
        path = new HdPath([]);
        var parts = text.Split('/');
        if (parts[0] != "m" || parts.Length > 256) return false;
        var children = new uint[parts.Length - 1];
        for (var i = 0; i < children.Length; i++)
        {
            var part = parts[i + 1];
            var hardened = part.EndsWith('\'') || part.EndsWith('h');
            if (!uint.TryParse(hardened ? part[..^1] : part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number >= Hardened)
                return false;
            children[i] = hardened ? number | Hardened : number;
        }

        path = new HdPath(children);
        return true;
    }

    public bool Equals(HdPath? other) => other is not null && Children.SequenceEqual(other.Children);

    public override int GetHashCode() => Children.Aggregate(17, (hash, child) => unchecked((hash * 31) + (int)child));

    public override string ToString() =>
        string.Concat("m", string.Concat(Children.Select(child => child >= Hardened ? $"/{child - Hardened}'" : $"/{child}")));
}
