using Chain.Execution;
using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>A few accounts with something to spend, and transactions from them.</summary>
public sealed class SimulatedAccounts
{
    private static readonly UInt256 StartingBalance = UInt256.Parse("1000000000000000000000");

    private readonly PrivateKey[] _keys;

    public SimulatedAccounts(int count) =>
        _keys = [.. Enumerable.Range(1, count).Select(i => new PrivateKey(((UInt256)(ulong)i * 1_000_003).ToHash256().Bytes))];

    public IReadOnlyList<Address> Addresses => [.. _keys.Select(key => key.Address)];

    /// <summary>For the genesis file: 1,000 ether each.</summary>
    public IReadOnlyList<KeyValuePair<Address, GenesisAccount>> Alloc =>
        [.. Addresses.Order().Select(address =>
            new KeyValuePair<Address, GenesisAccount>(address,
                new GenesisAccount(StartingBalance, 0, ReadOnlyMemory<byte>.Empty, [])))];

    /// <summary>
    /// Small transfers handed to random nodes; the same nonce may be spent twice on different sides of a partition.
    /// </summary>
    public void Transfer(SimulatedNetwork network, SeededRandom random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var node = random.Next(network.Nodes.Count);
            var key = _keys[random.Next(_keys.Length)];
            var (to, value) = (_keys[random.Next(_keys.Length)].Address, (ulong)random.Next(1_000_000) + 1);
            Send(network, node, key, to, value);
        }
    }

    /// <summary>One account's call of a contract with so much value, handed to a random node.</summary>
    public void Call(SimulatedNetwork network, SeededRandom random, Address contract, UInt256 wei, byte[] data) =>
        Send(network, random.Next(network.Nodes.Count), _keys[random.Next(_keys.Length)], contract, wei, data);

    private static void Send(SimulatedNetwork network, int index, PrivateKey key, Address to, UInt256 wei, byte[]? data = null)
    {
        var node = network.Nodes[index];
        var pool = node.Core.View.Pool.BySender.GetValueOrDefault(key.Address);
        var nonce = pool?.NextNonce ?? new WorldState(node.Store, node.Core.View.Head.Header.StateRoot).GetNonce(key.Address);
        var unsigned = new UnsignedTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = network.Spec.ChainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = 1_000_000_000,
            MaxFeePerGas = 100_000_000_000,
            GasLimit = data is null ? 21_000UL : 200_000UL,
            To = to,
            Value = wei,
            Data = data ?? [],
        };
        network.Submit(index, unsigned.WithSignature(key.Sign(unsigned.SigningHash())).Recover()!);
    }
}
