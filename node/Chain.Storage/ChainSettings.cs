using System.Text;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// The settings of a genesis file that its genesis block does not contain and all blocks depend on, as text, one "name=value" a
/// line. A database keeps those it was made with: another chain id or block time is another chain over the same genesis block.
/// </summary>
public static class ChainSettings
{
    public static string Of(ChainSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var text = new StringBuilder();
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{nameof(spec.ChainId)}={spec.ChainId}\n");
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"Rule={spec.Consensus.GetType().Name}\n");
        foreach (var (name, value) in PairsOf(spec.Consensus)) text.Append(name).Append('=').Append(value).Append('\n');
        return text.ToString();
    }

    /// <summary>Refuses a database that was made with other settings.</summary>
    /// <exception cref="StoreException">A setting that both know differs.</exception>
    internal static void RequireSame(string database, string stored, string now)
    {
        if (FindDifference(stored, now) is not var (name, before, after)) return;
        throw new StoreException(StoreFailure.OtherGenesis,
            $"'{database}' holds a chain whose genesis file says {name} {before}, not {after}. Name the genesis file it was "
                + $"made with, or another data folder.");
    }

    /// <summary>The first setting that differs; null when all that both know agree.</summary>
    private static (string Name, string Stored, string Now)? FindDifference(string stored, string now)
    {
        var known = stored.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Pair).ToDictionary(pair => pair.Name,
            pair => pair.Value, StringComparer.Ordinal);
        foreach (var (name, value) in now.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Pair))
        {
            if (known.TryGetValue(name, out var other) && other != value) return (name, other, value);
        }

        return null;
    }

    private static (string Name, string Value) Pair(string line) =>
        line.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (line[..at], line[(at + 1)..]) : (line, "");

    // "Type { A = 1, B = 2 }", as records print themselves.
    private static IEnumerable<(string Name, string Value)> PairsOf(ConsensusSettings settings)
    {
        var text = settings.ToString();
        var notKept = settings.NotKept();
        var (open, close) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
        foreach (var part in text[(open + 1)..close].Split(',', StringSplitOptions.TrimEntries))
        {
            var pair = part.Split(" = ");
            if (pair.Length == 2 && !notKept.Contains(pair[0])) yield return (pair[0], pair[1]);
        }
    }
}
