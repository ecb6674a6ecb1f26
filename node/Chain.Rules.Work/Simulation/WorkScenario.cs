using Chain.Consensus.Work;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Rules.Work;

/// <summary>
/// Hurts a network of miners and then lets it heal: loss, duplication, skewed clocks, a partition, a crash, transfers of which
/// some conflict. Afterwards all nodes must have one head, and the ledger must add up to the wei.
/// </summary>
public static class WorkScenario
{
    private const int Accounts = 4;

    public static ReorgHistory Run(ulong seed, int nodes = 5)
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

        SimulatedFaults.Run(network, accounts);
        network.Run(TimeSpan.FromSeconds(30));
        for (var i = 0; i < nodes; i++) network.SetHashRate(i, i == 0 ? 65_536.0 / 2 : 0);
        var converged = network.RunUntil(() => network.IsConverged, TimeSpan.FromMinutes(5));
        var failure = converged
            ? SimulatedLedger.FindFault(network, [.. accounts.Addresses, .. network.Nodes.Select(node => node.Beneficiary)])
            : $"no common head: {string.Join(", ", network.Nodes.Select(node => node.Core.View.Head))}";
        return ReorgHistory.Of(network, seed, start, failure);
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
