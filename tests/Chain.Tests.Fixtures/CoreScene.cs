using Chain.Consensus;
using Chain.Consensus.Work;
using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// A core under proof of work with a simulated seal, fed by hand: inputs in, effects out, a clock that a test moves, and peers
/// that say what the test says.
/// </summary>
internal sealed class CoreScene : IDisposable
{
    private const int Accounts = 64;

    private readonly InMemoryChainStore _store = new();
    private readonly EffectList _effects = new();
    private readonly Dictionary<PeerId, List<WireMessage>> _heard = [];
    private readonly ForkSchedule _forks;
    private long _request;

    public CoreScene(
        NodeLimits? limits = null, SealKind seal = SealKind.Simulated, ulong difficulty = 1 << 24, PoolLimits? pool = null)
    {
        var file = GenesisOf(seal, difficulty);
        Now = new At((long)file.Timestamp * 1000);
        var genesis = ConsensusFactory.BuildGenesis(file);
        _store.Commit(NodeCore.GenesisBatch(genesis, Now));
        Limits = limits ?? new NodeLimits();
        Reads = new CountingReader(_store);
        Genesis = genesis.Block;
        _forks = new ForkSchedule(Genesis.Hash);
        var rules = ConsensusFactory.Create(file.Spec, genesis.Block.Header);
        var config = new NodeConfig { Spec = file.Spec, Genesis = Genesis, Pool = pool ?? new PoolLimits(), Limits = Limits };
        Core = new NodeCore(config, rules, Reads);
    }

    public NodeCore Core { get; }

    public NodeLimits Limits { get; }

    public Block Genesis { get; }

    /// <summary>What the core reads of the store.</summary>
    public CountingReader Reads { get; }

    public At Now { get; set; }

    /// <summary>Points by peer.</summary>
    public Dictionary<PeerId, int> Scores { get; } = [];

    /// <summary>The peers that the core wants disconnected.</summary>
    public HashSet<PeerId> Gone { get; } = [];

    /// <summary>The peers that were credited with something new and sound, in order.</summary>
    public List<PeerId> Credited { get; } = [];

    /// <summary>Everything told since the start.</summary>
    public List<NodeEvent> Told { get; } = [];

    public SealedHeader Head => Core.View.Head;

    /// <summary>The accounts of <see cref="PoolScene.Sign"/> with 1,000 ether each.</summary>
    public static GenesisFile GenesisOf(SealKind seal = SealKind.Simulated, ulong difficulty = 65_536) => new()
    {
        Spec = new ChainSpec { ChainId = Ledger.ChainId, Consensus = new ProofOfWorkSettings { Seal = seal } },
        Difficulty = difficulty,
        GasLimit = 30_000_000,
        Timestamp = 1_700_000_000,
        Alloc =
        [
            .. Enumerable.Range(0, Accounts).Select(PoolScene.AddressOf).Order()
                .Select(address => KeyValuePair.Create(address, Ledger.With(Ledger.Ether * 1000))),
        ],
    };

    public int ScoreOf(PeerId peer) => Scores.GetValueOrDefault(peer);

    /// <summary>A new peer that greeted.</summary>
    public PeerId Connect() => Connect(_heard.Count + 1);

    /// <summary>A peer that greeted with the genesis block.</summary>
    public PeerId Connect(long number)
    {
        var peer = new PeerId(number);
        _heard[peer] = [];
        Step(new NodeInput.PeerConnected(Now, peer, new PeerLink(68, Outbound: false, SpeaksRule: false, $"peer {number}")));
        Send(
            peer,
            new WireMessage.Status(68, 31337, Genesis.Header.Header.Difficulty, Genesis.Hash, 0, Genesis.Hash, _forks.At(0), 0));
        return peer;
    }

    /// <summary>Hands in a peer's message; the messages that the core sends in turn.</summary>
    public IReadOnlyList<(PeerId Peer, WireMessage Message)> Send(PeerId peer, WireMessage message) =>
        Step(new NodeInput.MessageReceived(Now, peer, message));

    public void Disconnect(PeerId peer) => Step(new NodeInput.PeerDisconnected(Now, peer));

    /// <summary>What was sent to the peer since the last time that this was asked.</summary>
    public List<WireMessage> Hear(PeerId peer)
    {
        var heard = _heard[peer];
        _heard[peer] = [];
        return heard;
    }

    public PoolError? Submit(RecoveredTransaction transaction)
    {
        Step(new NodeInput.SubmitTransactions(Now, [(new RequestId(_request++), transaction)]));
        return Answer<NodeReply.Submitted>().Error;
    }

    /// <summary>Lets so much time pass, with the ticks of it.</summary>
    public void Pass(int milliseconds)
    {
        for (var end = Now.Plus(milliseconds); Now < end;) Tick(Math.Min(250, end.Since(Now)));
    }

    public IReadOnlyList<(PeerId Peer, WireMessage Message)> Tick(long milliseconds = 0)
    {
        Now = Now.Plus(milliseconds);
        return Step(new NodeInput.Tick(Now));
    }

    /// <summary>Mines blocks of what the pool has, two seconds apart, under a simulated seal.</summary>
    public void Mine(int blocks = 1)
    {
        Step(new NodeInput.SetMining(Now, new Address([.. new byte[19], 7])));
        for (var i = 0; i < blocks; i++)
        {
            Pass(2000);
            Step(new NodeInput.GetWork(Now, new RequestId(_request++)));
            var work = Answer<NodeReply.Work>().Package!;
            Step(new NodeInput.SubmitWork(Now, new RequestId(_request++), work.SealHash, 0));
        }

        Step(new NodeInput.SetMining(Now, null));
    }

    /// <summary>A block with a seal that need not be searched for, and a body that it commits to.</summary>
    public Block Make(
        Hash256 parent,
        ulong number,
        UInt256? difficulty = null,
        int payloadBytes = 0,
        ulong? timestamp = null,
        byte salt = 0,
        bool matchesBody = true)
    {
        IReadOnlyList<Transaction> transactions = payloadBytes == 0 ? [] : [Payload(payloadBytes, salt)];
        var header = new BlockHeader
        {
            ParentHash = parent,
            Beneficiary = new Address([.. new byte[19], salt]),
            StateRoot = Genesis.Header.Header.StateRoot,
            TransactionsRoot = matchesBody ? Roots.TransactionsRoot(transactions) : HashOf(12345),
            ReceiptsRoot = BlockHeader.EmptyTrieRoot,
            LogsBloom = Bloom.Empty,
            Difficulty = difficulty ?? Head.Header.Difficulty,
            Number = number,
            GasLimit = 30_000_000,
            GasUsed = 0,
            Timestamp = timestamp ?? Now.UnixSeconds,
            ExtraData = ReadOnlyMemory<byte>.Empty,
            BaseFeePerGas = BaseFee.Next(Genesis.Header.Header.BaseFeePerGas, 0, 30_000_000),
        };
        return new Block(new SealedHeader(header), new BlockBody(transactions, null), ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>An empty block whose header is good on this parent; its state is not.</summary>
    public Block MakeOn(SealedHeader parent, ulong seconds)
    {
        var (above, timestamp) = (parent.Header, parent.Header.Timestamp + seconds);
        var difficulty = Asert.NextDifficulty(above, timestamp, new ProofOfWorkSettings().BlockTimeSeconds);
        var header = Make(parent.Hash, parent.Number + 1, difficulty, timestamp: timestamp).Header.Header;
        return new Block(
            new SealedHeader(header with { BaseFeePerGas = BaseFee.Next(above.BaseFeePerGas, above.GasUsed, above.GasLimit) }),
            BlockBody.Empty,
            ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>The n-th of many hashes that belong to nothing.</summary>
    public static Hash256 HashOf(long number) => Keccak256.Hash(BitConverter.GetBytes(number));

    public IReadOnlyList<(PeerId Peer, WireMessage Message)> Step(NodeInput input)
    {
        _effects.Clear();
        Core.Step(input, _effects);
        var sent = new List<(PeerId, WireMessage)>();
        foreach (var effect in _effects.Items)
        {
            switch (effect)
            {
                case NodeEffect.Persist persist:
                    _store.Commit(persist.Batch);
                    break;
                case NodeEffect.Send send:
                    sent.Add((send.Peer, send.Message));
                    if (_heard.TryGetValue(send.Peer, out var heard)) heard.Add(send.Message);
                    break;
                case NodeEffect.Disconnect disconnect:
                    Gone.Add(disconnect.Peer);
                    break;
                case NodeEffect.Credit credit:
                    Credited.Add(credit.Peer);
                    break;
                case NodeEffect.Tell { Event: var told }:
                    Told.Add(told);
                    if (told is NodeEvent.PeerPunished punished) Scores[punished.Peer] = punished.Score;
                    break;
            }
        }

        return sent;
    }

    public void Dispose() => _store.Dispose();

    private TReply Answer<TReply>()
        where TReply : NodeReply =>
        _effects.Items.OfType<NodeEffect.Reply>().Select(reply => reply.Answer).OfType<TReply>().Single();

    private static Transaction Payload(int bytes, byte salt)
    {
        var data = new byte[bytes];
        data[0] = salt;
        var unsigned = new UnsignedTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = 31337,
            Nonce = 0,
            MaxPriorityFeePerGas = 1,
            MaxFeePerGas = 1,
            GasLimit = 21_000,
            To = Address.Zero,
            Value = 0,
            Data = data,
        };
        return unsigned.WithSignature(new Signature(7, 9, 1));
    }
}
