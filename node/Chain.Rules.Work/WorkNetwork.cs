using System.Globalization;
using System.Text.Json;
using Chain.Testnet;

namespace Chain.Rules.Work;

/// <summary>Proof of work in a network of processes: how much of its hash rate each node has.</summary>
public sealed class WorkNetwork : NetworkRule
{
    public const double MaxHashRate = 1e12;

    public static readonly WorkNetwork Instance = new();

    private const string BlockTimeField = "blockTimeSeconds";
    private const string HashRateField = "hashRate";

    private WorkNetwork()
    {
    }

    public override string Name => "pow";

    public override string Title => "proof of work";

    public override string? FindProblem(TestnetManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (FindProblem(manifest.Own, HashRateField) is { } problem) return problem;
        foreach (var node in manifest.Nodes)
        {
            if (FindProblem(node.Own, $"nodes[{node.Index}].{HashRateField}") is { } wrong) return wrong;
        }

        return null;
    }

    public override IEnumerable<string> ArgumentsOf(TestnetNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var rate = node.Own.TryGetValue(HashRateField, out var json) ? json.GetDouble() : 0;
        return rate > 0 ? ["--mine", "--hash-rate", rate.ToString("F0", CultureInfo.InvariantCulture)] : [];
    }

    /// <summary>The same node, which does not mine.</summary>
    public static TestnetNode WithoutMining(TestnetNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return node with { Own = Fields(0) };
    }

    internal static Dictionary<string, JsonElement> Fields(ulong blockTimeSeconds, double hashRate) => new()
    {
        [BlockTimeField] = JsonSerializer.SerializeToElement(blockTimeSeconds, WorkManifestJson.Default.UInt64),
        [HashRateField] = JsonSerializer.SerializeToElement(hashRate, WorkManifestJson.Default.Double),
    };

    /// <param name="hashRate">Hashes a second that the node searches at most; 0 for a node that does not mine.</param>
    internal static Dictionary<string, JsonElement> Fields(double hashRate) => new()
    {
        [HashRateField] = JsonSerializer.SerializeToElement(hashRate, WorkManifestJson.Default.Double),
    };

    private static string? FindProblem(Dictionary<string, JsonElement> fields, string name)
    {
        if (!fields.TryGetValue(HashRateField, out var json)) return $"`{name}` is missing, which says how fast to search.";
        return json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out var rate) && rate is >= 0 and <= MaxHashRate
            ? null
            : $"`{name}` is {json.GetRawText()}; it must be from 0 to {MaxHashRate:0} hashes a second.";
    }
}
