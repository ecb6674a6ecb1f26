using System.Globalization;
using Chain.Consensus.Stake;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>Who misbehaves in a network of proof of stake, and how.</summary>
/// <param name="Node">All validators of this node; null where validators are named.</param>
/// <param name="First">The first validator by its registry index.</param>
/// <param name="Last">The last, included.</param>
public sealed record BehaveWish(int? Node, int First, int Last, Misbehaviour Kind)
{
    /// <summary>Reads "NODE=KIND", "vN=KIND" or "vA-vB=KIND".</summary>
    /// <exception cref="UsageException">It is none of these.</exception>
    public static BehaveWish Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('=');
        if (parts.Length != 2) throw Wrong(text);
        var kind = MisbehaviourNames.Find(parts[1]);
        if (kind == Misbehaviour.None)
            throw new UsageException($"--behave {text}: '{parts[1]}' is none of {MisbehaviourNames.List}.");
        if (Number(parts[0], "") is { } node) return new BehaveWish(node, 0, 0, kind);
        var ends = parts[0].Split('-');
        if (ends.Length > 2 || Number(ends[0], "v") is not { } first || Number(ends[^1], "v") is not { } last) throw Wrong(text);
        return first <= last
            ? new BehaveWish(null, first, last, kind)
            : throw new UsageException($"--behave {text}: v{first} comes after v{last}.");
    }

    /// <summary>Whether it is about this validator of this node.</summary>
    public bool Covers(int node, int validator) => Node is { } all ? node == all : validator >= First && validator <= Last;

    private static int? Number(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(text.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : null;

    private static UsageException Wrong(string text) =>
        new($"--behave '{text}' is not understood: write NODE=KIND for all validators of a node, vN=KIND for one validator, "
            + $"vA-vB=KIND for several. Kinds are {MisbehaviourNames.List}.");
}
