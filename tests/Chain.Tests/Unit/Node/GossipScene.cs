using Chain.Consensus;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>One core without a world, and peers that say what the test says: for tests by inputs and effects.</summary>
internal sealed class GossipScene : IDisposable
{
    private const int Accounts = 64;

    private readonly InMemoryChainStore _store = new();
    private readonly EffectList _effects = new();
    private readonly Dictionary<PeerId, List<WireMessage>> _heard = [];
    private long _nextRequest = 1;
    private long _nextPeer = 1;

    public GossipScene(PoolLimits? pool = null, NodeLimits? limits = null)
    {
        var file = Genesis();
        var genesis = ConsensusFactory.BuildGenesis(file);
        Now = new At((long)file.Timestamp * 1000);
        _store.Commit(NodeCore.GenesisBatch(genesis, Now));
        var config = new NodeConfig { Spec = file.Spec, Genesis = genesis.Block, Pool = pool ?? new(), Limits = limits ?? new() };
        Core = new NodeCore(config, ConsensusFactory.Create(file.Spec, genesis.Block.Header), _store);
        Step(new NodeInput.Tick(Now));
    }

    public NodeCore Core { get; }

    public At Now { get; private set; }

    /// <summary>Everything told since the start.</summary>
    public List<NodeEvent> Told { get; } = [];

    public Dictionary<PeerId, int> Scores { get; } = [];

    public HashSet<PeerId> ThrownOut { get; } = [];

    /// <summary>The accounts of <see cref="PoolScene.Sign"/> with 1,000 ether each, under simulated work.</summary>
    public static GenesisFile Genesis() => new()
    {
        Spec = new ChainSpec { ChainId = Ledger.ChainId, Consensus = new ProofOfWorkSettings { Seal = SealKind.Simulated } },
        Difficulty = 65_536,
        GasLimit = 30_000_000,
        Timestamp = 1_700_000_000,
        Alloc =
        [
            .. Enumerable.Range(0, Accounts).Select(PoolScene.AddressOf).Order()
                .Select(address => KeyValuePair.Create(address, Ledger.With(Ledger.Ether * 1000))),
        ],
    };

    public static WireMessage.NewPooledTransactionHashes Announcement(params IEnumerable<RecoveredTransaction> transactions)
    {
        Transaction[] items = [.. transactions.Select(transaction => transaction.Transaction)];
        return new(
            [.. items.Select(item => (byte)item.Type)],
            [.. items.Select(item => item.Encoded.Length)],
            [.. items.Select(item => item.Hash)]);
    }

    /// <summary>Hashes of transactions that do not exist.</summary>
    public static WireMessage.NewPooledTransactionHashes Bogus(int first, int count)
    {
        Hash256[] hashes = [.. Enumerable.Range(first, count).Select(i => Keccak256.Hash(BitConverter.GetBytes(i)))];
        return new([.. hashes.Select(_ => (byte)2)], [.. hashes.Select(_ => 120)], hashes);
    }

    /// <summary>A peer whose greeting was accepted.</summary>
    public PeerId Connect()
    {
        var peer = new PeerId(_nextPeer++);
        _heard.Add(peer, []);
        Scores.Add(peer, 0);
        Step(new NodeInput.PeerConnected(Now, peer, new PeerLink(68, Outbound: false, CarriesSidecars: false, "a test")));
        Say(peer, _heard[peer].OfType<WireMessage.Status>().Single());
        return peer;
    }

    public void Disconnect(PeerId peer) => Step(new NodeInput.PeerDisconnected(Now, peer));

    public void Say(PeerId peer, WireMessage message) => Step(new NodeInput.MessageReceived(Now, peer, message));

    /// <summary>What was sent to the peer since the last time that this was asked.</summary>
    public List<WireMessage> Hear(PeerId peer)
    {
        var heard = _heard[peer];
        _heard[peer] = [];
        return heard;
    }

    /// <summary>The requests for transactions among it.</summary>
    public List<WireMessage.GetPooledTransactions> HearRequests(PeerId peer) =>
        [.. Hear(peer).OfType<WireMessage.GetPooledTransactions>()];

    public List<Hash256> HearAsked(PeerId peer) => [.. HearRequests(peer).SelectMany(request => request.Hashes)];

    public List<Hash256> HearAnnounced(PeerId peer) =>
        [.. Hear(peer).OfType<WireMessage.NewPooledTransactionHashes>().SelectMany(message => message.Hashes)];

    public PoolError? Submit(RecoveredTransaction transaction)
    {
        var request = new RequestId(_nextRequest++);
        Step(new NodeInput.SubmitTransactions(Now, [(request, transaction)]));
        return Answer<NodeReply.Submitted>().Error;
    }

    /// <summary>Lets so much time pass, with the ticks of it.</summary>
    public void Pass(int milliseconds)
    {
        for (var end = Now.Plus(milliseconds); Now < end;)
        {
            Now = Now.Plus(Math.Min(250, end.Since(Now)));
            Step(new NodeInput.Tick(Now));
        }
    }

    /// <summary>Makes a block of what the pool has.</summary>
    public void Mine()
    {
        Pass(2000);
        var request = new RequestId(_nextRequest++);
        Step(new NodeInput.SetMining(Now, new Address([.. new byte[19], 7])));
        Step(new NodeInput.GetWork(Now, request));
        var work = Answer<NodeReply.Work>().Package!;
        Step(new NodeInput.SubmitWork(Now, request, work.SealHash, 1));
    }

    public void Dispose() => _store.Dispose();

    private TReply Answer<TReply>()
        where TReply : NodeReply =>
        _effects.Items.OfType<NodeEffect.Reply>().Select(reply => reply.Answer).OfType<TReply>().Single();

    private void Step(NodeInput input)
    {
        _effects.Clear();
        Core.Step(input, _effects);
        foreach (var effect in _effects.Items)
        {
            if (effect is NodeEffect.Persist persist) _store.Commit(persist.Batch);
            if (effect is NodeEffect.Send send && _heard.TryGetValue(send.Peer, out var heard)) heard.Add(send.Message);
            if (effect is NodeEffect.Disconnect disconnect) ThrownOut.Add(disconnect.Peer);
            if (effect is not NodeEffect.Tell { Event: var told }) continue;
            Told.Add(told);
            if (told is NodeEvent.PeerPunished punished) Scores[punished.Peer] = punished.Score;
        }
    }
}
