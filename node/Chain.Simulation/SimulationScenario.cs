using Chain.Consensus.Work;
using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>One run: what came out and the digest of all that happened.</summary>
/// <param name="Trace">Equal for equal seeds.</param>
/// <param name="Failure">Null when every promise was kept.</param>
public sealed record SimulationResult(ulong Seed, Hash256 Trace, string? Failure, ulong Height, int Reorgs, int DeepestReorg,
    TimeSpan SimulatedTime)
{
    public bool Passed => Failure is null;
}

/// <summary>
/// Hurts a network of miners and then lets it heal: loss, duplication, skewed clocks, a partition, a crash, transfers of which
/// some conflict. Afterwards all nodes must have one head, and the ledger must add up to the wei.
/// </summary>
public static class SimulationScenario
{
    private const int Accounts = 4;

    public static SimulationResult Run(ulong seed, int nodes = 5)
    {
        var accounts = new SimulatedAccounts(Accounts);
        var network = new SimulatedNetwork(Genesis(accounts), nodes, seed);
        var random = network.Random;
        var start = network.Now;
        for (var i = 0; i < nodes; i++)
        {
            network.SetHashRate(i, 65_536.0 / 2 / nodes);
            network.Nodes[i].SkewMs = random.Next(4000) - 2000;
        }

        network.ConnectAll();
        network.Run(TimeSpan.FromSeconds(30));
        accounts.Transfer(network, random, 4);

        network.DefaultLink = new LinkConditions(50, 200, Loss: 0.05, Duplication: 0.02);
        network.Run(TimeSpan.FromSeconds(60));

        var cut = 1 + random.Next(nodes - 1);
        var shuffled = Enumerable.Range(0, nodes).OrderBy(_ => random.NextUInt64()).ToArray();
        network.Partition(shuffled[..cut], shuffled[cut..]);
        accounts.Transfer(network, random, 8);
        network.Run(TimeSpan.FromSeconds(20 + random.Next(120)));
        var victim = random.Next(nodes);
        network.Kill(victim);
        network.Run(TimeSpan.FromSeconds(10));
        network.Restart(victim);
        network.Run(TimeSpan.FromSeconds(10));

        network.Heal();
        network.DefaultLink = LinkConditions.Good;
        network.Run(TimeSpan.FromSeconds(30));
        for (var i = 0; i < nodes; i++) network.SetHashRate(i, i == 0 ? 65_536.0 / 2 : 0);
        var converged = network.RunUntil(() => network.IsConverged, TimeSpan.FromMinutes(5));
        var failure = converged
            ? SimulatedLedger.FindFault(network, [.. accounts.Addresses, .. network.Nodes.Select(node => node.Beneficiary)])
            : $"no common head: {string.Join(", ", network.Nodes.Select(node => node.Core.View.Head))}";
        var reorgs = network.Nodes.SelectMany(node => node.Core.View.Reorgs).ToList();
        return new SimulationResult(
            seed, network.Trace.Digest, failure, network.Nodes[0].Core.View.Head.Number,
            reorgs.Count, reorgs.Count == 0 ? 0 : reorgs.Max(reorg => reorg.Depth),
            TimeSpan.FromMilliseconds(network.Now.Since(start)));
    }

    private static GenesisFile Genesis(SimulatedAccounts accounts) => new()
    {
        Spec = new ChainSpec
        {
            ChainId = 31337,
            Consensus = new ProofOfWorkSettings { Seal = SealKind.Simulated },
        },
        Difficulty = 65_536,
        GasLimit = 30_000_000,
        Timestamp = 1_700_000_000,
        Alloc = accounts.Alloc,
    };
}
