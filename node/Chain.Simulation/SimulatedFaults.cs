namespace Chain.Simulation;

/// <summary>
/// Hurts a network as a seed has it, and lets it heal: loss, duplication and delay, a partition, a crash, transfers of which some
/// conflict.
/// </summary>
public static class SimulatedFaults
{
    /// <summary>Connects the nodes and runs until the network is whole again, with good links.</summary>
    public static void Run(SimulatedNetwork network, SimulatedAccounts accounts)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(accounts);
        var (random, nodes) = (network.Random, network.Nodes.Count);
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
    }
}
