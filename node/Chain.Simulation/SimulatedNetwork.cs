using Chain.Consensus;
using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>
/// A whole network in one process and on one thread: real cores, a simulated clock, simulated links and simulated work. From
/// the same seed and script it does the same, message for message. Messages of one link and direction keep their order, as
/// on TCP.
/// </summary>
public sealed class SimulatedNetwork
{
    private const int FirstTickMs = 250;

    private readonly PriorityQueue<Action, (long Time, ulong Order)> _events = new();
    private readonly Dictionary<(int From, int To), LinkConditions> _links = [];
    private readonly Dictionary<(int From, int To), long> _lastDelivery = [];
    private readonly List<SimulatedNode> _nodes = [];
    private readonly EffectList _effects = new();
    private readonly SimulationTrace _trace = new();
    private int[] _partitionOf;
    private ulong _nextOrder;
    private long _nextPeer = 1;
    private long _nextRequest = 1;
    private NodeReply? _lastReply;

    /// <param name="genesis">Under proof of work it must carry the simulated seal, so that a block costs no work.</param>
    /// <param name="nodes">How many.</param>
    /// <param name="seed">Equal seeds give equal histories.</param>
    /// <param name="rules">Those of the genesis file if not given.</param>
    /// <param name="duties">Whom each node acts for from the start; nobody if not given.</param>
    public SimulatedNetwork(GenesisFile genesis, int nodes, ulong seed, ConsensusRules? rules = null,
        IReadOnlyList<ISimulatedDuties>? duties = null)
    {
        Random = new SeededRandom(seed);
        GenesisFile = genesis;
        Genesis = ConsensusFactory.BuildGenesis(genesis);
        Rules = rules ?? ConsensusFactory.Create(genesis.Spec, Genesis.Block.Header);
        Now = new At((long)(genesis.Timestamp * 1000));
        _partitionOf = new int[nodes];
        var config = new NodeConfig { Spec = genesis.Spec, Genesis = Genesis.Block };
        for (var i = 0; i < nodes; i++)
        {
            var store = new InMemoryChainStore();
            store.Commit(NodeCore.GenesisBatch(Genesis, Now));
            var beneficiary = new Address([.. new byte[18], 0xee, (byte)i]);
            _nodes.Add(new SimulatedNode(i, config, Rules, store, beneficiary) { Duties = duties?[i] });
        }

        foreach (var node in _nodes)
        {
            Begin(node);
            After(1 + Random.Next(FirstTickMs), () => Tick(node));
        }
    }

    public SeededRandom Random { get; }

    public ConsensusRules Rules { get; }

    public GenesisFile GenesisFile { get; }

    public ChainSpec Spec => GenesisFile.Spec;

    public GenesisBlock Genesis { get; }

    /// <summary>The network's true time.</summary>
    public At Now { get; private set; }

    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>Everything that happened so far, condensed.</summary>
    public SimulationTrace Trace => _trace;

    /// <summary>Conditions of links that were not given their own.</summary>
    public LinkConditions DefaultLink { get; set; } = LinkConditions.Good;

    /// <summary>Whether all running nodes that go on have the same head.</summary>
    public bool IsConverged =>
        _nodes.Where(node => node.IsRunning && node.WhyHalted is null)
            .Select(node => node.Core.View.Head.Hash).Distinct().Count() <= 1;

    public void ConnectAll()
    {
        for (var i = 0; i < _nodes.Count; i++)
        {
            for (var j = i + 1; j < _nodes.Count; j++) Connect(_nodes[i], _nodes[j]);
        }
    }

    public void SetLink(int a, int b, LinkConditions conditions) => _links[(a, b)] = _links[(b, a)] = conditions;

    /// <summary>Cuts every connection between different groups; nodes in no group stand alone.</summary>
    public void Partition(params int[][] groups)
    {
        _partitionOf = [.. Enumerable.Range(0, _nodes.Count).Select(i => -1 - i)];
        for (var group = 0; group < groups.Length; group++)
        {
            foreach (var index in groups[group]) _partitionOf[index] = group;
        }

        foreach (var node in _nodes)
        {
            foreach (var (id, (other, _)) in node.Links.ToList())
            {
                if (_partitionOf[node.Index] != _partitionOf[other.Index]) Cut(node, new PeerId(id));
            }
        }
    }

    public void Heal()
    {
        _partitionOf = new int[_nodes.Count];
        foreach (var node in _nodes)
        {
            foreach (var other in _nodes)
            {
                if (node.Index < other.Index && node.Links.Values.All(link => link.Other != other)) Connect(node, other);
            }
        }
    }

    /// <summary>Stops a node dead: connections break, memory is gone, the store stays.</summary>
    public void Kill(int index)
    {
        var node = _nodes[index];
        node.IsRunning = false;
        foreach (var id in node.Links.Keys.ToList()) Cut(node, new PeerId(id));
    }

    public void Restart(int index)
    {
        var node = _nodes[index];
        node.Restart();
        node.IsRunning = true;
        Begin(node);
        foreach (var other in _nodes.Where(other =>
            other != node && other.IsRunning && _partitionOf[other.Index] == _partitionOf[index]))
            Connect(node, other);
    }

    /// <summary>Lets a node mine at this rate from now on, in hashes a second; 0 stops it.</summary>
    public void SetHashRate(int index, double hashesPerSecond)
    {
        var wasMining = _nodes[index].HashRate > 0;
        _nodes[index].HashRate = hashesPerSecond;
        if (!wasMining && hashesPerSecond > 0) ScheduleBlock(_nodes[index]);
    }

    /// <summary>Hands a transaction to a node as RPC does; the pool's answer.</summary>
    public PoolError? Submit(int index, RecoveredTransaction transaction)
    {
        var request = new RequestId(_nextRequest++);
        Step(_nodes[index], at => new NodeInput.SubmitTransactions(at, [(request, transaction)]));
        return ((NodeReply.Submitted)_lastReply!).Error;
    }

    /// <summary>Hands evidence or a wish to leave to a node as RPC does; why it is not taken, or null.</summary>
    public string? Submit(int index, ConsensusMessage message)
    {
        var request = new RequestId(_nextRequest++);
        Step(_nodes[index], at => new NodeInput.SubmitConsensus(at, request, message));
        return ((NodeReply.ConsensusSubmitted)_lastReply!).Error;
    }

    /// <summary>From now on a node acts for these.</summary>
    public void SetDuties(int index, ISimulatedDuties duties)
    {
        _nodes[index].Duties = duties;
        if (_nodes[index].IsRunning) TellDuties(_nodes[index], duties);
    }

    /// <summary>Connects a peer that is no node and makes its greeting acceptable.</summary>
    /// <param name="claim">What it makes of the greeting that it heard; null for the same.</param>
    /// <param name="answer">What it answers from the start; null for nothing.</param>
    public SimulatedStranger AddStranger(int index, Func<WireMessage.Status, WireMessage.Status>? claim = null,
        Func<WireMessage, WireMessage?>? answer = null)
    {
        var node = _nodes[index];
        var stranger = new SimulatedStranger(node, new PeerId(_nextPeer++));
        if (answer is not null) stranger.Answer = answer;
        node.Strangers.Add(stranger.Id.Number, stranger);
        Step(node, at =>
            new NodeInput.PeerConnected(at, stranger.Id, new PeerLink(68, Outbound: false, Rules.HasSidecar, "a stranger")));
        var greeting = stranger.Heard.OfType<WireMessage.Status>().Single();
        Say(stranger, claim is null ? greeting : claim(greeting));
        return stranger;
    }

    /// <summary>Delivers a stranger's message at once.</summary>
    public void Say(SimulatedStranger stranger, WireMessage message) =>
        Step(stranger.Node, at => new NodeInput.MessageReceived(at, stranger.Id, message));

    /// <summary>Runs this long, in the network's time.</summary>
    public void Run(TimeSpan duration) => RunUntil(() => false, duration);

    /// <summary>Runs until something is so; false when the time was up first.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        var end = Now.Plus((long)limit.TotalMilliseconds);
        while (!condition())
        {
            if (!_events.TryPeek(out _, out var when) || when.Time > end.UnixMs)
            {
                Now = end;
                return condition();
            }

            Now = new At(when.Time);
            _events.Dequeue()();
        }

        return true;
    }

    /// <summary>Connects two nodes, whatever partition they are in.</summary>
    public void Connect(int a, int b) => Join(_nodes[a], _nodes[b]);

    private void Connect(SimulatedNode a, SimulatedNode b)
    {
        if (a.IsRunning && b.IsRunning && _partitionOf[a.Index] == _partitionOf[b.Index]) Join(a, b);
    }

    private void Join(SimulatedNode a, SimulatedNode b)
    {
        var (idAtA, idAtB) = (new PeerId(_nextPeer++), new PeerId(_nextPeer++));
        a.Links[idAtA.Number] = (b, idAtB);
        b.Links[idAtB.Number] = (a, idAtA);
        var sidecars = Rules.HasSidecar;
        Step(a, at => new NodeInput.PeerConnected(at, idAtA, new PeerLink(68, Outbound: true, sidecars, $"node {b.Index}")));
        Step(b, at => new NodeInput.PeerConnected(at, idAtB, new PeerLink(68, Outbound: false, sidecars, $"node {a.Index}")));
    }

    private void Cut(SimulatedNode node, PeerId id)
    {
        if (node.Strangers.Remove(id.Number)) Step(node, at => new NodeInput.PeerDisconnected(at, id));
        if (!node.Links.Remove(id.Number, out var link)) return;
        link.Other.Links.Remove(link.OtherId.Number);
        if (node.IsRunning) Step(node, at => new NodeInput.PeerDisconnected(at, id));
        if (link.Other.IsRunning) Step(link.Other, at => new NodeInput.PeerDisconnected(at, link.OtherId));
    }

    private void Begin(SimulatedNode node)
    {
        Step(node, at => new NodeInput.SetMining(at, node.Beneficiary));
        if (node.Duties is { } duties) TellDuties(node, duties);
    }

    private void TellDuties(SimulatedNode node, ISimulatedDuties duties) =>
        Step(node, at => new NodeInput.SetDuties(at, duties.Holders, node.Beneficiary));

    private void Tick(SimulatedNode node)
    {
        if (node.IsRunning) Step(node, at => new NodeInput.Tick(at));
        var now = Now.Plus(node.SkewMs);
        After(Math.Max(1, Rules.NextTick(now).Since(now)), () => Tick(node));
    }

    /// <summary>The search has no memory, so the time to the next block is drawn anew whenever one was found.</summary>
    private void ScheduleBlock(SimulatedNode node)
    {
        var difficulty = (double)node.Core.View.Head.Header.Difficulty;
        var wait = Random.NextExponential(difficulty / node.HashRate * 1000);
        After(Math.Max(1, (long)wait), () =>
        {
            if (node.HashRate <= 0) return;
            if (node.IsRunning) Solve(node);
            ScheduleBlock(node);
        });
    }

    private void Solve(SimulatedNode node)
    {
        var request = new RequestId(_nextRequest++);
        Step(node, at => new NodeInput.GetWork(at, request));
        if (_lastReply is not NodeReply.Work { Package: { } package }) return;
        Step(node, at => new NodeInput.SubmitWork(at, request, package.SealHash, Random.NextUInt64()));
    }

    private void After(long milliseconds, Action action) => _events.Enqueue(action, (Now.UnixMs + milliseconds, _nextOrder++));

    private void Step(SimulatedNode node, Func<At, NodeInput> input)
    {
        _effects.Clear();
        node.Core.Step(input(Now.Plus(node.SkewMs)), _effects);
        foreach (var effect in _effects.Items) Carry(node, effect);
        node.Safety.Observe(node.Core.View);
    }

    private void Carry(SimulatedNode node, NodeEffect effect)
    {
        switch (effect)
        {
            case NodeEffect.Persist persist:
                node.Store.Commit(persist.Batch);
                break;
            case NodeEffect.Send send:
                Transmit(node, send.Peer, send.Message);
                break;
            case NodeEffect.Sign sign:
                // What is signed leaves the step before it comes back, as in a process.
                var answers = node.Duties!.Sign(sign.Requests);
                After(1, () =>
                {
                    if (node.IsRunning) Step(node, at => new NodeInput.Signed(at, answers));
                });
                break;
            case NodeEffect.Halt halt:
                node.WhyHalted = halt.Why;
                _trace.Note(Now, node.Index, $"halts: {halt.Why}");
                break;
            case NodeEffect.Disconnect disconnect:
                _trace.Note(Now, node.Index, $"disconnects: {disconnect.Why}");
                if (node.Strangers.TryGetValue(disconnect.Peer.Number, out var unwelcome)) unwelcome.IsConnected = false;
                After(0, () => Cut(node, disconnect.Peer));
                break;
            case NodeEffect.Tell { Event: NodeEvent.PeerPunished punished }:
                _trace.Note(Now, node.Index, $"{punished.Peer} pays {punished.Points}: {punished.Why}");
                if (node.Strangers.TryGetValue(punished.Peer.Number, out var sinner)) sinner.Score += punished.Points;
                break;
            case NodeEffect.Reply reply:
                _lastReply = reply.Answer;
                break;
            case NodeEffect.Tell { Event: NodeEvent.HeadChanged head }:
                _trace.Note(Now, node.Index,
                    $"head {head.Head.Number} {head.Head.Hash.ToShortString()} -{head.Removed.Count} +{head.Added.Count}");
                node.Safety.OnHead(head.Ancestor.Number);
                break;
            case NodeEffect.Tell { Event: NodeEvent.BlockRejected rejected }:
                _trace.Note(Now, node.Index, $"rejects block {rejected.Number}: {rejected.Why}");
                break;
            case NodeEffect.Tell { Event: NodeEvent.OfConsensus { Happened: var happened } }:
                _trace.Note(Now, node.Index, happened.Message);
                node.Told.Add(happened);
                break;
            case NodeEffect.Tell { Event: NodeEvent.TransactionChanged changed }:
                _trace.Note(Now, node.Index, $"transaction {changed.Hash.ToShortString()} {changed.Step.Fate}");
                break;
        }
    }

    private void Hear(SimulatedStranger stranger, WireMessage message)
    {
        stranger.Heard.Add(message);
        if (stranger.Answer(message) is not { } answer) return;
        After(1, () =>
        {
            if (stranger.IsConnected && stranger.Node.IsRunning) Say(stranger, answer);
        });
    }

    private void Transmit(SimulatedNode from, PeerId peer, WireMessage message)
    {
        if (from.Strangers.TryGetValue(peer.Number, out var stranger)) Hear(stranger, message);
        if (!from.Links.TryGetValue(peer.Number, out var link)) return;
        var conditions = _links.GetValueOrDefault((from.Index, link.Other.Index), DefaultLink);

        // A connection whose greetings do not arrive is none.
        var isGreeting = message is WireMessage.Status or WireMessage.OfConsensus { Message.IsGreeting: true };
        if (!isGreeting && Random.Chance(conditions.Loss)) return;
        var copies = !isGreeting && Random.Chance(conditions.Duplication) ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            var key = (from.Index, link.Other.Index);
            var delay = conditions.DelayMs + (conditions.JitterMs > 0 ? Random.Next(conditions.JitterMs) : 0);
            var arrival = Math.Max(Now.UnixMs + delay, _lastDelivery.GetValueOrDefault(key));
            _lastDelivery[key] = arrival;
            After(arrival - Now.UnixMs, () =>
            {
                // The connection may have been cut while the message was on its way.
                if (link.Other.IsRunning && link.Other.Links.ContainsKey(link.OtherId.Number))
                {
                    Step(link.Other, at => new NodeInput.MessageReceived(at, link.OtherId, message));
                }
            });
        }
    }
}
