using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>What is wrong with a manifest that somebody changed by hand, in a sentence that names the field.</summary>
public static class ManifestCheck
{
    private const string MissingMarker = "including: ";

    /// <summary>The first field with a value that no network has; null when there is none.</summary>
    /// <param name="manifest">As its file says.</param>
    /// <param name="rules">The rules that there are.</param>
    internal static string? FindProblem(TestnetManifest manifest, IReadOnlyList<NetworkRule> rules)
    {
        if (rules.FirstOrDefault(rule => rule.Name == manifest.Consensus) is not { } rule)
            return $"`consensus` is '{manifest.Consensus}'; it must be {string.Join(" or ", rules.Select(known => known.Name))}.";
        if (manifest.Nodes.Count is 0 or > TestnetPlan.MaxNodes)
            return $"`nodes` has {manifest.Nodes.Count} nodes; it must have 1 to {TestnetPlan.MaxNodes}.";
        for (var i = 0; i < manifest.Nodes.Count; i++)
        {
            if (FindProblem(manifest.Nodes[i], i) is { } problem) return problem;
        }

        try
        {
            return rule.FindProblem(manifest);
        }
        catch (ManifestException e)
        {
            return e.Message;
        }
    }

    /// <summary>Reads a rule's own field of a manifest; null where it is not there.</summary>
    /// <param name="own">The fields that only the rule knows.</param>
    /// <param name="name">The field's name.</param>
    /// <param name="at">Where it stands, for messages: "nodes[0].".</param>
    /// <param name="type">How it is read.</param>
    /// <exception cref="ManifestException">It is not of that kind; the message names the field.</exception>
    public static T? Read<T>(IReadOnlyDictionary<string, JsonElement> own, string name, string at, JsonTypeInfo<T> type)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(own);
        if (!own.TryGetValue(name, out var json)) return null;
        try
        {
            return json.Deserialize(type);
        }
        catch (JsonException e)
        {
            throw new ManifestException(Explain(e, at + name));
        }
    }

    /// <summary>What the reader of the JSON found, without the names of .NET's types.</summary>
    internal static string Explain(JsonException problem, string within = "")
    {
        // An inner exception means that the text is no JSON: its message says what stands where. Otherwise a value does not fit.
        if (problem.InnerException is JsonException || problem.Path is not { } path) return problem.Message;
        var field = within + (within.Length == 0 ? path.TrimStart('$').TrimStart('.') : path.TrimStart('$'));
        var missing = problem.Message.IndexOf(MissingMarker, StringComparison.Ordinal);
        return missing < 0 ? $"`{field}` has a value of another kind than belongs there."
            : $"{(field.Length == 0 ? "it" : $"`{field}`")} lacks "
                + $"{problem.Message[(missing + MissingMarker.Length)..].Split(". Path:")[0].TrimEnd('.')}.";
    }

    private static string? FindProblem(TestnetNode? node, int index)
    {
        var at = $"nodes[{index}]";
        if (node is null) return $"`{at}` is null; it must be a node.";
        if (node.Index != index) return $"`{at}.index` is {node.Index}; the nodes are numbered in order, so it must be {index}.";
        foreach (var (name, port) in new[] { ("rpcPort", node.RpcPort), ("adminPort", node.AdminPort),
            ("peerPort", node.PeerPort) })
        {
            if (port is < 1 or > IPEndPoint.MaxPort) return $"`{at}.{name}` is {port}; ports are 1 to {IPEndPoint.MaxPort}.";
        }

        if (!Enode.Parse(node.Enode).IsOk(out _, out var why)) return $"`{at}.enode`: {why}";
        if (!NodeId.TryParse(node.NodeId, out _)) return $"`{at}.nodeId` is '{node.NodeId}'; it must be 128 hex digits.";
        if (!Address.TryParse(node.Beneficiary, out _))
            return $"`{at}.beneficiary` is '{node.Beneficiary}'; it must be an address.";
        return null;
    }
}
