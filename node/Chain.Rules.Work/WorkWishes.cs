using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Consensus.Work;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Work;

/// <summary>What a person asks for in a new network of proof of work.</summary>
public sealed record WorkWishes : RuleWishes
{
    private const int MostNodesInHaste = 16;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public ulong BlockTimeSeconds { get; init; } = 2;

    /// <summary>Hashes a second of all nodes together.</summary>
    public double HashRate { get; init; } = 400_000;

    /// <summary>Parts of the hash rate by node; null for equal parts.</summary>
    public IReadOnlyList<double>? HashShares { get; init; }

    public override NetworkRule Rule => WorkNetwork.Instance;

    public override void Check(int nodes)
    {
        if (BlockTimeSeconds is < 2 or > 3600)
            throw new UsageException($"The block time is from 2 to 3600 s, not {BlockTimeSeconds} s: header time has whole "
                + $"seconds.");
        if (HashRate is not (>= 1000 and <= WorkNetwork.MaxHashRate))
            throw new UsageException($"The hash rate of a network is from 1000 to 10^12 hashes a second, not {HashRate}.");
        Shares(nodes);
    }

    public override NetworkPlan Plan(NetworkSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        var shares = Shares(site.Nodes.Count);
        return new NetworkPlan(
            Genesis(site).ToJsonString(Indented),
            WorkNetwork.Fields(BlockTimeSeconds, HashRate),
            [.. shares.Select(share => WorkNetwork.Fields(HashRate * share))]);
    }

    private double[] Shares(int nodes)
    {
        if (HashShares is null) return [.. Enumerable.Repeat(1.0 / nodes, nodes)];
        if (HashShares.Count != nodes)
            throw new UsageException($"--hash-share names {HashShares.Count} shares for {nodes} nodes; give one for each.");
        var sum = HashShares.Sum();
        if (HashShares.Any(share => share is not (>= 0 and <= 1)) || sum <= 0)
            throw new UsageException("Each share of --hash-share is from 0 to 1, and not all are 0.");
        return [.. HashShares.Select(share => share / sum)];
    }

    /// <summary>
    /// Genesis difficulty is a quarter of what the rate deserves, so that the first blocks come at once; it then settles. Many
    /// nodes begin with all of it: blocks that come faster than they spread are forks.
    /// </summary>
    private JsonObject Genesis(NetworkSite site)
    {
        var settled = HashRate * BlockTimeSeconds;
        var haste = site.Nodes.Count <= MostNodesInHaste ? 4 : 1;
        return new JsonObject
        {
            ["config"] = new JsonObject
            {
                ["chainId"] = site.ChainId,
                ["chain"] = new JsonObject
                {
                    ["consensus"] = ProofOfWork.Name,
                    ["blockTimeSeconds"] = BlockTimeSeconds,
                    ["gasLimitTarget"] = site.GasLimit,
                },
            },
            ["difficulty"] = Math.Max(65_536, (ulong)(settled / haste)),
            ["gasLimit"] = site.GasLimit,
            ["timestamp"] = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            // Two networks made in the same second are still two networks.
            ["extraData"] = Hex.Encode(RandomNumberGenerator.GetBytes(8)),
            ["alloc"] = site.Alloc,
        };
    }
}
