using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Rules.Clique;

/// <summary>
/// Hurts a network of Clique signers, one on each node, and then lets it heal: loss, duplication, skewed clocks, partitions, a
/// crash, a hostile minority. Afterwards the chain must go on, all nodes must have one head, and the ledger must add up to the
/// wei.
/// </summary>
public static class CliqueScenario
{
    private const int Accounts = 4;
    private const int MostSkewMs = 1000;
    private const ulong BlocksAfterwards = 5;

    private static readonly CliqueMisbehaviour[] Kinds = [CliqueMisbehaviour.Equivocate, CliqueMisbehaviour.Hurry,
        CliqueMisbehaviour.Withhold, CliqueMisbehaviour.Offline];

    /// <param name="seed">Equal seeds give equal runs.</param>
    /// <param name="nodes">From 2.</param>
    public static ReorgHistory Run(ulong seed, int nodes = 5)
    {
        var accounts = new SimulatedAccounts(Accounts);
        PrivateKey[] keys = [.. Enumerable.Range(1, nodes).Select(KeyOf)];
        var network = new SimulatedNetwork(Genesis(accounts, keys), nodes, seed);
        var random = network.Random;
        var start = network.Now;
        var hostile = Hostile(random, nodes);
        for (var i = 0; i < nodes; i++)
        {
            network.SetDuties(i, new Signer(keys[i], hostile[i]));
            network.Nodes[i].SkewMs = random.Next(2 * MostSkewMs) - MostSkewMs;
        }

        SimulatedFaults.Run(network, accounts);
        var healed = network.Nodes.Max(node => node.Core.View.Head.Number);
        var goesOn = network.RunUntil(
            () => network.IsConverged && network.Nodes[0].Core.View.Head.Number >= healed + BlocksAfterwards,
            TimeSpan.FromMinutes(5));
        var failure = goesOn
            ? SimulatedLedger.FindFault(network, [.. accounts.Addresses, .. keys.Select(key => key.Address)])
            : $"no common head above block {healed + BlocksAfterwards - 1}: "
                + string.Join(", ", network.Nodes.Select(node => node.Core.View.Head));
        return ReorgHistory.Of(network, seed, start, failure);
    }

    /// <summary>So few that the others are more than half of all.</summary>
    private static CliqueMisbehaviour[] Hostile(SeededRandom random, int nodes)
    {
        var kinds = new CliqueMisbehaviour[nodes];
        var count = random.Next(((nodes - 1) / 2) + 1);
        foreach (var i in Enumerable.Range(0, nodes).OrderBy(_ => random.NextUInt64()).Take(count).ToList())
            kinds[i] = Kinds[random.Next(Kinds.Length)];
        return kinds;
    }

    /// <summary>The key of a simulated signer: anybody can know it.</summary>
    private static PrivateKey KeyOf(int number) => new(((UInt256)(ulong)number * 7919).ToHash256().Bytes);

    private static GenesisFile Genesis(SimulatedAccounts accounts, IReadOnlyList<PrivateKey> keys) => new()
    {
        Spec = new ChainSpec { ChainId = 31337, Consensus = new CliqueSettings() },
        Difficulty = 1,
        GasLimit = 30_000_000,
        Timestamp = 1_700_000_000,
        ExtraData = CliqueExtra.Unsealed([], [.. keys.Select(key => key.Address).Order()]),
        Alloc = accounts.Alloc,
    };

    private sealed class Signer(PrivateKey key, CliqueMisbehaviour misbehaviour) : ISimulatedDuties
    {
        public IReadOnlyList<DutyHolder> Holders { get; } =
            [new CliqueDutyHolder(new ValidatorKey(key.PublicKey), misbehaviour)];

        public IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests) =>
            [.. requests.Select(request => new SigningAnswer(request, key.Sign(request.SigningRoot), null))];
    }
}
