using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Consensus.Clique;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Clique;

/// <summary>What a person asks for in a new network of Clique.</summary>
public sealed record CliqueWishes : RuleWishes
{
    private const int MostSigners = 128;
    private const ulong LongestPeriodSeconds = 3600;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Dealt to the nodes in turn: signer i is on node i modulo the nodes.</summary>
    public int Signers { get; init; } = 3;

    /// <summary>0 seals a block as soon as there is a transaction for it, and none without.</summary>
    public ulong PeriodSeconds { get; init; } = 2;

    /// <summary>Which nodes' signers misbehave, and how; of two about one node the later counts.</summary>
    public IReadOnlyList<(int Node, string Kind)> Behave { get; init; } = [];

    public override NetworkRule Rule => CliqueNetwork.Instance;

    public override bool SealsByItself => PeriodSeconds > 0;

    public override void Check(int nodes)
    {
        if (Signers is < 1 or > MostSigners)
            throw new UsageException($"A network of Clique has 1 to {MostSigners} signers, not {Signers} (--signers).");
        if (PeriodSeconds > LongestPeriodSeconds)
            throw new UsageException($"The period is at most {LongestPeriodSeconds} s, not {PeriodSeconds} s (--period).");
        foreach (var (node, kind) in Behave)
        {
            if (node >= nodes)
                throw new UsageException($"--behave: there is no node {node}; this network has the nodes 0 to {nodes - 1}.");
            if (node >= Signers)
                throw new UsageException($"--behave {node}={kind}: node {node} has no signer; the {Signers} signers are on the "
                    + $"nodes 0 to {Math.Min(Signers, nodes) - 1}.");
        }
    }

    public override NetworkPlan Plan(NetworkSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        var keys = site.Nodes.Select(node => Draw(site, node)).ToList();
        Address[] accounts = [.. keys.SelectMany(own => own).Select(key => key.Address).Order()];
        var genesis = new JsonObject
        {
            ["config"] = new JsonObject
            {
                ["chainId"] = site.ChainId,
                ["chain"] = new JsonObject
                {
                    ["consensus"] = CliqueRule.Name,
                    ["periodSeconds"] = PeriodSeconds,
                    ["gasLimitTarget"] = site.GasLimit,
                },
            },
            ["difficulty"] = 1,
            ["gasLimit"] = site.GasLimit,
            ["timestamp"] = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["extraData"] = Hex.Encode(CliqueExtra.Unsealed("Chain"u8, accounts)),
            ["alloc"] = site.Alloc,
        };
        return new NetworkPlan(
            genesis.ToJsonString(Indented),
            CliqueManifest.Fields(new TestnetClique(PeriodSeconds, Signers)),
            [.. site.Nodes.Zip(keys, (node, own) => CliqueManifest.Fields(Describe(node.Index, own)))]);
    }

    private PrivateKey[] Draw(NetworkSite site, TestnetNode node)
    {
        var count = (Signers / site.Nodes.Count) + (node.Index < Signers % site.Nodes.Count ? 1 : 0);
        if (count == 0) return [];
        return SignerKeys.Create(Path.Combine(site.Folder.NodeFolder(node.Index), SignerKeys.FolderName), count)
            .IsOk(out var keys, out var error)
            ? keys
            : throw new TestnetException($"{error} A network that was not finished may have left them: choose another --dir, or "
                + $"delete this one.");
    }

    private TestnetSigners? Describe(int node, PrivateKey[] keys)
    {
        if (keys.Length == 0) return null;
        var kinds = Behave.Where(wish => wish.Node == node).Select(wish => wish.Kind).TakeLast(1);
        return new TestnetSigners([.. keys.Select(key => key.Address).Order().Select(account => account.ToString())], [.. kinds]);
    }
}
