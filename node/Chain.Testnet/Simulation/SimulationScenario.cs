using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>One run: what came out and the digest of all that happened.</summary>
/// <param name="Trace">Equal for equal seeds.</param>
/// <param name="Failure">Null when every promise was kept.</param>
public sealed record SimulationResult(ulong Seed, Hash256 Trace, string? Failure, ulong Height, int Reorgs, int DeepestReorg, TimeSpan SimulatedTime)
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
        var keys = Enumerable.Range(1, Accounts).Select(i => new PrivateKey(((UInt256)(ulong)i).ToHash256().Bytes)).ToArray();
        var network = new SimulatedNetwork(Genesis(keys), nodes, seed);
        var random = network.Random;
        var start = network.Now;
        for (var i = 0; i < nodes; i++)
        {
            network.SetHashRate(i, 65_536.0 / 2 / nodes);
            network.Nodes[i].SkewMs = random.Next(4000) - 2000;
        }

        network.ConnectAll();
        network.Run(TimeSpan.FromSeconds(30));
        Spend(network, keys, random, 4);

        network.DefaultLink = new LinkConditions(50, 200, Loss: 0.05, Duplication: 0.02);
        network.Run(TimeSpan.FromSeconds(60));

        var cut = 1 + random.Next(nodes - 1);
        var shuffled = Enumerable.Range(0, nodes).OrderBy(_ => random.NextUInt64()).ToArray();
        network.Partition(shuffled[..cut], shuffled[cut..]);
        Spend(network, keys, random, 8);
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
        var failure = converged ? LedgerFault(network, [.. keys.Select(key => key.Address), .. network.Nodes.Select(node => node.Beneficiary)]) : $"no common head: {string.Join(", ", network.Nodes.Select(node => node.Core.View.Head))}";
        var reorgs = network.Nodes.SelectMany(node => node.Core.View.Reorgs).ToList();
        return new SimulationResult(
            seed, network.Trace.Digest, failure, network.Nodes[0].Core.View.Head.Number,
            reorgs.Count, reorgs.Count == 0 ? 0 : reorgs.Max(reorg => reorg.Depth),
            TimeSpan.FromMilliseconds(network.Now.Since(start)));
    }

    private static GenesisFile Genesis(IReadOnlyList<PrivateKey> keys) => new()
    {
        Spec = new ChainSpec
        {
            ChainId = 31337,
            Consensus = new ProofOfWorkSettings { Seal = SealKind.Simulated },
        },
        Difficulty = 65_536,
        GasLimit = 30_000_000,
        Timestamp = 1_700_000_000,
        Alloc = [.. keys
            .Select(key => new KeyValuePair<Address, GenesisAccount>(key.Address, new GenesisAccount(UInt256.Parse("1000000000000000000000"), 0, ReadOnlyMemory<byte>.Empty, [])))
            .OrderBy(item => item.Key)],
    };

    /// <summary>Transfers to random nodes; the same nonce may be spent twice on different sides.</summary>
    private static void Spend(SimulatedNetwork network, PrivateKey[] keys, SeededRandom random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var node = random.Next(network.Nodes.Count);
            var key = keys[random.Next(keys.Length)];
            var pool = network.Nodes[node].Core.View.Pool.BySender.GetValueOrDefault(key.Address);
            var head = network.Nodes[node].Core.View.Head;
            var nonce = pool?.NextNonce ?? new WorldState(network.Nodes[node].Store, head.Header.StateRoot).GetNonce(key.Address);
            var unsigned = new UnsignedTransaction
            {
                Type = TransactionType.DynamicFee,
                ChainId = 31337,
                Nonce = nonce,
                MaxPriorityFeePerGas = 1_000_000_000,
                MaxFeePerGas = 100_000_000_000,
                GasLimit = 21_000,
                To = keys[random.Next(keys.Length)].Address,
                Value = (ulong)random.Next(1_000_000) + 1,
            };
            network.Submit(node, unsigned.WithSignature(key.Sign(unsigned.SigningHash())).Recover()!);
        }
    }

    /// <summary>Balances on the head must equal genesis, plus rewards, less burned base fees.</summary>
    private static string? LedgerFault(SimulatedNetwork network, IReadOnlyList<Address> accounts)
    {
        var store = network.Nodes[0].Store;
        var head = network.Nodes[0].Core.View.Head;
        var expected = Sum(store, accounts, network.Genesis.Block.Header.Header.StateRoot);
        for (var number = 1UL; number <= head.Number; number++)
        {
            var header = store.GetHeader(store.GetCanonicalHash(number)!.Value)!.Header;
            foreach (var reward in network.Rules.Lifecycle.Rewards(header)) expected += reward.Wei;
            expected -= header.BaseFeePerGas * header.GasUsed;
        }

        var actual = Sum(store, accounts, head.Header.StateRoot);
        return actual == expected ? null : $"the ledger of {head} holds {actual} wei, expected {expected}";
    }

    private static UInt256 Sum(InMemoryChainStore store, IReadOnlyList<Address> accounts, Hash256 root)
    {
        var world = new WorldState(store, root);
        var sum = UInt256.Zero;
        foreach (var account in accounts) sum += world.GetBalance(account);
        return sum;
    }
}
