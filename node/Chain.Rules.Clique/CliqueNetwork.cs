using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Testnet;

namespace Chain.Rules.Clique;

/// <summary>Clique in a network of processes: whose signers are on which node, and who may sign.</summary>
public sealed class CliqueNetwork : NetworkRule
{
    public static readonly CliqueNetwork Instance = new();

    private CliqueNetwork()
    {
    }

    public override string Name => "clique";

    public override string Title => "proof of authority (Clique)";

    public override string? FindProblem(TestnetManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.CliqueOf() is null) return "`clique` is missing, which a network of Clique has.";
        return manifest.Nodes.Select(FindProblem).FirstOrDefault(problem => problem is not null);
    }

    public override IEnumerable<string> ArgumentsOf(TestnetNode node) =>
        (node.SignersOf()?.Behave ?? []).SelectMany(behave => (string[])["--behave", behave]);

    public override string KeysOf(TestnetNode node) => node.SignersOf() is null ? base.KeysOf(node) : "its keys and its signers'";

    public override bool SealsByItself(TestnetManifest manifest) => manifest.CliqueOf() is not { PeriodSeconds: 0 };

    public override void Describe(TestnetNode node, JsonObject entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (node.SignersOf() is { } own)
            entry["signers"] = new JsonArray([.. own.Accounts.Select(account => (JsonNode)account)]);
    }

    public override RuleStatus? ReadStatus(Answer answer) =>
        answer.Field("clique") is { } clique ? CliqueStatus.Read(clique) : null;

    private static string? FindProblem(TestnetNode node)
    {
        if (node.SignersOf() is not { } own) return null;
        var at = $"nodes[{node.Index}].signers";
        return own.Accounts.FirstOrDefault(account => !Address.TryParse(account, out _)) is { } wrong
            ? $"`{at}.accounts` has '{wrong}'; it must be an address."
            : own.Behave.Contains(null!) ? $"`{at}.behave` has a null in it; it must be a list of texts."
            : null;
    }
}
