using System.Net;
using System.Text.Json;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>What is wrong with a manifest that somebody changed by hand, in a sentence that names the field.</summary>
internal static class ManifestCheck
{
    private const string MissingMarker = "including: ";

    // 9999-12-31, the last day that a date can name.
    private const ulong LastSecond = 253_402_300_799;

    /// <summary>The first field with a value that no network has; null when there is none.</summary>
    public static string? FindProblem(TestnetManifest manifest)
    {
        if (manifest.Consensus is not ("pow" or "pos")) return $"`consensus` is '{manifest.Consensus}'; it must be pow or pos.";
        if (manifest.Consensus == "pos" && manifest.Stake is null)
            return "`stake` is missing, which a network of proof of stake has.";
        if (manifest.Stake is { } stake && FindProblem(stake) is { } wrong) return wrong;
        if (!IsRate(manifest.HashRate)) return NoRate("hashRate", manifest.HashRate);
        if (manifest.Nodes.Count is 0 or > TestnetPlan.MaxNodes)
            return $"`nodes` has {manifest.Nodes.Count} nodes; it must have 1 to {TestnetPlan.MaxNodes}.";
        for (var i = 0; i < manifest.Nodes.Count; i++)
        {
            if (FindProblem(manifest.Nodes[i], i) is { } problem) return problem;
        }

        return null;
    }

    /// <summary>What the reader of the JSON found, without the names of .NET's types.</summary>
    public static string Explain(JsonException problem)
    {
        // An inner exception means that the text is no JSON: its message says what stands where. Otherwise a value does not fit.
        if (problem.InnerException is JsonException || problem.Path is not { } path) return problem.Message;
        var field = path.TrimStart('$').TrimStart('.');
        var missing = problem.Message.IndexOf(MissingMarker, StringComparison.Ordinal);
        return missing < 0 ? $"`{field}` has a value of another kind than belongs there."
            : $"{(field.Length == 0 ? "it" : $"`{field}`")} lacks "
                + $"{problem.Message[(missing + MissingMarker.Length)..].Split(". Path:")[0].TrimEnd('.')}.";
    }

    private static string? FindProblem(TestnetStake stake) =>
        stake.SlotMs == 0 ? "`stake.slotMs` is 0; a slot has a length."
        : stake.GenesisTime > LastSecond
        ? $"`stake.genesisTime` is {stake.GenesisTime}; it must be a time in seconds since 1970, at most {LastSecond}."
        : null;

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
        if (!IsRate(node.HashRate)) return NoRate($"{at}.hashRate", node.HashRate);
        if (node.Validators is not { } own) return null;
        if (own.First < 0 || own.Count < 1 || own.Count > StakePlan.MaxValidators
            || own.First > StakePlan.MaxValidators - own.Count)
            return $"`{at}.validators` begins with {own.First} and has {own.Count}; a network has at most "
                + $"{StakePlan.MaxValidators} validators, numbered from 0.";
        return own.Behave.Contains(null!) ? $"`{at}.validators.behave` has a null in it; it must be a list of texts." : null;
    }

    private static bool IsRate(double hashesPerSecond) => hashesPerSecond is >= 0 and <= TestnetPlan.MaxHashRate;

    private static string NoRate(string field, double rate) =>
        $"`{field}` is {rate}; it must be from 0 to {TestnetPlan.MaxHashRate:0} hashes a second.";
}
