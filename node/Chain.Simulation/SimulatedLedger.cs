using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>Whether all ether is there after a history.</summary>
public static class SimulatedLedger
{
    /// <summary>Balances on the head must equal genesis, plus rewards, less burned base fees.</summary>
    public static string? FindFault(SimulatedNetwork network, IReadOnlyList<Address> accounts)
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
