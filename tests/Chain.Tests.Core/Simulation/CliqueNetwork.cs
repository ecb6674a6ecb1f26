using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Execution;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>
/// A simulated network in which node i acts for signer i; signers have letters as in <see cref="CliqueScene"/>.
/// </summary>
internal sealed class CliqueNetwork
{
    private const int Senders = 50;

    private int _sent;

    public CliqueNetwork(int signers, ulong seed = 1, ulong period = 2, ulong epoch = 30_000, int nodes = 0,
        CliqueMisbehaviour[]? misbehaviours = null)
    {
        var letters = "ABCDEFGH"[..signers];
        var genesis = new GenesisFile
        {
            Spec = new ChainSpec
            {
                ChainId = Ledger.ChainId,
                Consensus = new CliqueSettings { PeriodSeconds = period, EpochBlocks = epoch },
            },
            Difficulty = 1,
            GasLimit = 30_000_000,
            Timestamp = 1_700_000_000,
            ExtraData = CliqueExtra.Unsealed([], CliqueScene.Accounts(letters)),
            Alloc =
            [
                .. Enumerable.Range(0, Senders).Select(PoolScene.AddressOf).Order().Select(address =>
                    new KeyValuePair<Address, GenesisAccount>(address,
                        new GenesisAccount(UInt256.One << 64, 0, ReadOnlyMemory<byte>.Empty, []))),
            ],
        };
        Network = new SimulatedNetwork(genesis, Math.Max(nodes, signers), seed);
        for (var i = 0; i < Network.Nodes.Count; i++)
        {
            Network.SetDuties(i, new Signer(CliqueScene.KeyOf((char)('A' + i)),
                misbehaviours?.ElementAtOrDefault(i) ?? CliqueMisbehaviour.None));
        }

        Network.ConnectAll();
    }

    public SimulatedNetwork Network { get; }

    public ulong Height(int node = 0) => Network.Nodes[node].Core.View.Head.Number;

    public CliqueView View(int node = 0) => (CliqueView)Network.Nodes[node].Core.View.Consensus!;

    public void Run(int seconds) => Network.Run(TimeSpan.FromSeconds(seconds));

    public void Await(int seconds, Func<bool> condition) =>
        Assert.True(Network.RunUntil(condition, TimeSpan.FromSeconds(seconds)),
            string.Join('\n', Network.Trace.Lines.TakeLast(40)));

    /// <summary>Hands so many transfers of different senders to the running nodes in turn.</summary>
    public void Transfer(int count)
    {
        int[] running = [.. Network.Nodes.Where(node => node.IsRunning).Select(node => node.Index)];
        for (var i = 0; i < count; i++, _sent++)
        {
            var (sender, nonce) = (_sent % Senders, (ulong)(_sent / Senders));
            Assert.Null(Network.Submit(running[sender % running.Length], PoolScene.Sign(sender, nonce)));
        }
    }

    /// <summary>The chain of a node, the genesis block first.</summary>
    public List<Block> Chain(int node = 0)
    {
        var store = Network.Nodes[node].Store;
        var blocks = new List<Block>();
        var hash = Network.Nodes[node].Core.View.Head.Hash;
        for (; store.GetBlock(hash) is { } block; hash = block.Header.ParentHash) blocks.Add(block);
        blocks.Reverse();
        return blocks;
    }

    /// <summary>Who sealed the blocks of a node's chain.</summary>
    public string Sealers(int node = 0) => string.Concat(Chain(node).Skip(1).Select(block =>
        CliqueScene.Letters([CliqueSeal.TryRecover(block.Header.Header, out var signer) ? signer : Address.Zero])));

    public UInt256 Balance(Address account) =>
        new WorldState(Network.Nodes[0].Store, Network.Nodes[0].Core.View.Head.Header.StateRoot).GetBalance(account);

    /// <summary>From now on a node's key refuses so often before it signs.</summary>
    public void Refuse(int node, int times) => ((Signer)Network.Nodes[node].Duties!).Refusals = times;

    private sealed class Signer(PrivateKey key, CliqueMisbehaviour misbehaviour) : ISimulatedDuties
    {
        public IReadOnlyList<DutyHolder> Holders { get; } =
            [new CliqueDutyHolder(new ValidatorKey(key.PublicKey), misbehaviour)];

        public int Refusals { get; set; }

        public IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests)
        {
            if (Refusals > 0)
            {
                Refusals--;
                return [.. requests.Select(request => new SigningAnswer(request, null, "the key is locked"))];
            }

            return [.. requests.Select(request => new SigningAnswer(request, key.Sign(request.SigningRoot), null))];
        }
    }
}
