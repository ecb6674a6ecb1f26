using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// A node without a world: the only way its state changes is <see cref="Step"/>, and all it wants done comes back as effects.
/// It has no clock, no socket and no thread; equal inputs give equal effects, which is what lets a whole network run in one
/// process from a seed. Not safe for concurrent use: it has one owner.
/// </summary>
public sealed class NodeCore
{
    private const int RecentReorgs = 64;

    // Ticks come four times a second: a gap means that this node stood still, or that its clock was set.
    private const long LongestTickGapMs = 2_000;

    private readonly NodeConfig _config;
    private readonly ConsensusRules _rules;
    private readonly IChainReader _store;
    private readonly Outbox _outbox = new();
    private readonly BlockTree _tree;
    private readonly TransactionPool _pool;
    private readonly PeerSet _peers;
    private readonly PendingRequests _requests;
    private readonly BlockImporter _importer;
    private readonly PeerClaims _claims;
    private readonly ChainSync _sync;
    private readonly BlockFetcher _fetcher;
    private readonly AncestryFetcher _ancestry;
    private readonly BlockDesk _blocks;
    private readonly TransactionDesk _transactions;
    private readonly RequestServer _server;
    private readonly WorkDesk _work;
    private readonly ForkSchedule _forks;
    private readonly ConsensusHost _host;
    private readonly IConsensusAgent _agent;
    private Hash256 _headTold;
    private At? _lastTick;
    private ChainView _view;

    /// <summary>Takes up where the store stands. An empty store must have been given <see cref="GenesisBatch"/> first.</summary>
    /// <param name="evidence">For which the rule stopped the node before; null for a node that is to go on.</param>
    /// <exception cref="InvalidOperationException">The store is empty, or of another genesis block.</exception>
    /// <exception cref="StoreException">The store contradicts itself.</exception>
    public NodeCore(NodeConfig config, ConsensusRules rules, IChainReader store, ReadOnlyMemory<byte>? evidence = null)
    {
        var head = store.GetHead() ?? throw new InvalidOperationException("The store is empty: commit the genesis batch first.");
        if (head.Genesis != config.Genesis.Hash)
            throw new InvalidOperationException($"The store has genesis {head.Genesis}, the node {config.Genesis.Hash}.");
        _config = config;
        _rules = rules;
        _store = store;
        _forks = new ForkSchedule(config.Genesis.Hash);
        var reader = new StepReader(store);
        _host = new ConsensusHost(rules, reader, _outbox);
        var engine = rules.NewEngine(_host);
        _agent = engine.Agent;
        _tree = new BlockTree(rules, engine, store, head, config.Limits.TreeHeights);
        _headTold = _tree.Head.Hash;
        _pool = new TransactionPool(config.Pool, config.Spec.ChainId, rules.NativeContracts);
        _peers = new PeerSet(_outbox, config.Limits);
        _requests = new PendingRequests(config.Limits);
        _importer = new BlockImporter(config, rules, engine, _tree, reader, _pool, _outbox, head);
        _claims = new PeerClaims(rules, _tree, _importer, _peers, config.Limits);
        _sync = new ChainSync(config, rules, engine.Headers, engine.Blocks, _tree, _importer, _peers, _claims, _requests,
            _outbox);
        _fetcher = new BlockFetcher(config.Limits, rules, engine.Headers, _tree, _importer, _sync, _peers, _requests, _outbox);
        _ancestry = new AncestryFetcher(config.Limits, _agent, _peers, _requests, _outbox);
        _blocks = new BlockDesk(config.Limits, rules, _tree, _importer, _peers, _claims, _sync, _agent, _outbox);
        _transactions = new TransactionDesk(config, _pool, _importer, _peers, _requests, _outbox);
        _server = new RequestServer(config.Limits, _tree, _importer, _ancestry, store, _pool, _outbox);
        var assembler = new BlockAssembler(config, rules, _importer, _pool);
        _work = new WorkDesk(config, rules, engine.Headers, _tree, assembler, _pool, _outbox);
        _host.Join(new ConsensusHost.Parts(_tree, _pool, _peers, _ancestry, _blocks, assembler));
        if (evidence is { } found)
        {
            _agent.Stop(found);
            _host.StayHalted();
        }

        _view = ViewBuilder.Initial(_tree, store, config, [.. store.GetReorgs(RecentReorgs).Reverse()], _agent.View);
    }

    /// <summary>The picture after the last step; also published as an effect when it changes.</summary>
    public ChainView View => _view;

    /// <summary>How much of what peers can make grow there is now. Bounded by <see cref="NodeLimits"/>.</summary>
    public NodeUsage Usage => new(
        _requests.Total,
        _fetcher.UnderWay,
        _importer.Orphans.Count,
        _importer.Orphans.Bytes,
        _importer.Future.Count,
        _importer.Future.Bytes,
        _sync.HeldBytes);

    /// <summary>What an empty store needs before a core can stand on it.</summary>
    public static StoreBatch GenesisBatch(GenesisBlock genesis, At now)
    {
        var (block, state) = (genesis.Block, genesis.State);
        var head = new HeadRecord(block.Hash, block.Hash, NextArrivalOrder: 1, NextLogOffset: 1, block.Hash);
        var (parent, difficulty) = (block.Header.ParentHash, block.Header.Header.Difficulty);
        var batch = new StoreBatch { Head = head };
        batch.Blocks.Add((block, new BlockRecord(block.Hash, 0, parent, difficulty, 0, now, BlockStatus.Executed, 0)));
        batch.Receipts.Add((block.Hash, []));
        batch.TrieNodes.AddRange(state.Nodes);
        batch.Codes.AddRange(state.Codes);
        batch.Canonical.Add(new CanonicalChange(true, block, [], 0, now));
        return batch;
    }

    /// <summary>Takes in one thing that happened and appends what has to be done about it.</summary>
    public void Step(NodeInput input, EffectList effects)
    {
        if (_host.IsHalted)
        {
            Attend(input);
            var peers = _peers.ToViews();
            var isSame = ReferenceEquals(peers, _view.Peers);
            if (!isSame) _view = _view with { Peers = peers };
            _outbox.DrainTo(effects, isSame ? null : _view);
            return;
        }

        _tree.Tick(input.At);
        Handle(input);
        _blocks.SettleWaited();
        TellHead(input.At);
        if (_outbox.Pool.Entered.Count > 0) _agent.OnTransactions(input.At);
        _transactions.EndStep(input.At, _sync.IsFarBehind);
        _work.Refresh(input.At, _sync.IsFarBehind);
        var parts = new ViewParts(_outbox.Batch.Blocks.Count > 0, _importer.NewReorgs, _pool.Snapshot, _peers.ToViews(),
            _agent.View, _sync.View, _work.Beneficiary);
        var view = ViewBuilder.Next(_view, _tree, _store, parts, _config.Limits);
        _importer.EndStep();
        _tree.Trim(_config.Limits.TreeHeights);
        _outbox.DrainTo(effects, ReferenceEquals(view, _view) ? null : view);
        _view = view;
    }

    private void Handle(NodeInput input)
    {
        var now = input.At;
        switch (input)
        {
            case NodeInput.Tick:
                OnTick(now);
                break;
            case NodeInput.PeerConnected connected:
                OnConnected(connected);
                break;
            case NodeInput.PeerDisconnected gone:
                _peers.Remove(gone.Peer);
                _importer.OnGone(gone.Peer);
                _transactions.OnGone(gone.Peer);
                OnLost(_requests.TakeLost(now, gone.Peer), timedOut: false, now);
                _sync.OnGone(gone.Peer, now);
                break;
            case NodeInput.MessageReceived received:
                if (_peers.Find(received.Peer) is { IsLeaving: false } peer) OnMessage(peer, received.Message, now);
                break;
            case NodeInput.MalformedMessage malformed:
                _peers.Punish(malformed.Peer, new PeerOffence.Malformed(malformed.Why));
                break;
            case NodeInput.SubmitTransactions submitted:
                foreach (var (request, transaction) in submitted.Items)
                {
                    _outbox.Reply(request, new NodeReply.Submitted(transaction.Hash, _transactions.Submit(transaction, now)));
                }

                break;
            case NodeInput.GetWork ask:
                _work.Refresh(now, _sync.IsFarBehind);
                _outbox.Reply(ask.Request, _work.Current(_sync.IsFarBehind));
                break;
            case NodeInput.SubmitWork solution:
                OnSolution(solution, now);
                break;
            case NodeInput.SetMining mining:
                _work.SetMining(mining.Beneficiary);
                break;
            case NodeInput.SetDuties duty:
                _agent.SetDuties(duty.Holders, duty.Beneficiary);
                break;
            case NodeInput.Signed signed:
                _agent.OnSigned(signed.Answers, now);
                break;
            case NodeInput.SubmitConsensus submitted:
                _outbox.Reply(submitted.Request, new NodeReply.ConsensusSubmitted(_agent.OnSubmitted(submitted.Message, now)));
                break;
            case NodeInput.ImportBlocks import:
                OnImport(import, now);
                break;
            default:
                throw new InvalidOperationException($"No way to handle {input.GetType().Name}.");
        }
    }

    /// <summary>What a stopped node still does: it tells peers why, shows them what it has, and takes nothing in.</summary>
    private void Attend(NodeInput input)
    {
        switch (input)
        {
            case NodeInput.PeerConnected connected:
                OnConnected(connected);
                break;
            case NodeInput.PeerDisconnected gone:
                _peers.Remove(gone.Peer);
                break;
            case NodeInput.MalformedMessage malformed:
                _peers.Punish(malformed.Peer, new PeerOffence.Malformed(malformed.Why));
                break;
            case NodeInput.MessageReceived received when _peers.Find(received.Peer) is { IsLeaving: false } peer:
                if (received.Message is WireMessage.Status status) OnStatus(peer, status, input.At);
                else if (peer.IsReady) _server.TryServe(peer, received.Message);
                break;
        }
    }

    private void OnConnected(NodeInput.PeerConnected connected)
    {
        _peers.Add(connected.Peer, connected.Link);
        _outbox.Send(connected.Peer, OwnStatus(connected.Link.EthVersion));
    }

    private void OnTick(At now)
    {
        _importer.RetryFuture(now);
        _importer.UpdateHead(now);
        _agent.OnTick(now, _sync.IsFarBehind);
        var isSteady = _lastTick is not { } last || now.Since(last) is >= 0 and <= LongestTickGapMs;
        _lastTick = now;
        OnLost(_requests.TakeLost(now), timedOut: true, now, isSteady);
        _fetcher.OnTick(now);
        _sync.OnTick(now, isSteady);
        _transactions.OnTick(now);
        _blocks.OnTick(now);
        _peers.OnTick(now);
    }

    /// <param name="isPeersFault">Whether the time that passed was the peers' to answer.</param>
    private void OnLost(List<PendingRequest> lost, bool timedOut, At now, bool isPeersFault = true)
    {
        foreach (var request in lost)
        {
            if (timedOut && isPeersFault) _peers.Punish(request.Peer, new PeerOffence.Timeout(request.GetType().Name));
            if (request is PendingRequest.FetchTransactions transactions) _transactions.OnLost(transactions);
            else if (request is PendingRequest.Ancestry ancestry) _ancestry.OnLost(ancestry, now);
            else if (request is PendingRequest.FetchHeader header) _fetcher.OnLost(header.Hash, header.Peer, now);
            else if (request is PendingRequest.FetchBody body) _fetcher.OnLost(body.Header.Hash, body.Peer, now);
            else _sync.OnLost(request, timedOut, now);
        }
    }

    private void OnMessage(Peer peer, WireMessage message, At now)
    {
        if (message is WireMessage.Status status)
        {
            OnStatus(peer, status, now);
            return;
        }

        if (!peer.IsReady)
        {
            _peers.Punish(peer.Id, new PeerOffence.Malformed($"{message.GetType().Name} before the status"));
            return;
        }

        switch (message)
        {
            case WireMessage.NewBlock block:
                _blocks.OnNewBlock(peer, block.Block, block.TotalDifficulty, now);
                break;
            case WireMessage.NewBlockWithSidecar block:
                _blocks.OnNewBlock(peer, block.Block, block.TotalWeight, now);
                break;
            case WireMessage.OfConsensus consensus:
                _agent.OnMessage(new ConsensusPeer(peer.Id.Number), consensus.Message, now);
                break;
            case WireMessage.NewBlockHashes announced:
                _fetcher.OnAnnounced(peer, announced.Blocks, now);
                break;
            case WireMessage.BlockRangeUpdate range:
                _claims.Hear(peer, new BlockRef(range.Latest, range.LatestHash), UInt256.Zero);
                _sync.Consider(now);
                break;
            case WireMessage.Transactions transactions:
                _transactions.OnSent(peer, transactions.Items, now);
                break;
            case WireMessage.NewPooledTransactionHashes announced:
                _transactions.OnAnnounced(peer, announced, now);
                break;
            default:
                if (!_server.TryServe(peer, message)) OnAnswer(peer, message, now);
                break;
        }
    }

    private void OnAnswer(Peer peer, WireMessage message, At now)
    {
        var id = message switch
        {
            WireMessage.BlockHeaders answer => answer.RequestId,
            WireMessage.BlockBodies answer => answer.RequestId,
            WireMessage.PooledTransactions answer => answer.RequestId,
            WireMessage.Sidecars answer => answer.RequestId,
            WireMessage.Receipts answer => answer.RequestId,
            _ => throw new InvalidOperationException($"No way to handle {message.GetType().Name}."),
        };
        switch (_requests.Close(peer.Id, id), message)
        {
            case (PendingRequest.SyncTip, WireMessage.BlockHeaders answer):
                _sync.OnTip(peer.Id, answer.Headers, now);
                break;
            case (PendingRequest.SyncProbe, WireMessage.BlockHeaders answer):
                _sync.OnProbe(peer.Id, answer.Headers, now);
                break;
            case (PendingRequest.SyncHeaders request, WireMessage.BlockHeaders answer):
                _sync.OnHeaders(request, answer.Headers, now);
                break;
            case (PendingRequest.SyncBodies request, WireMessage.BlockBodies answer):
                _sync.OnBodies(request, answer.Bodies, now);
                break;
            case (PendingRequest.SyncSidecars request, WireMessage.Sidecars answer):
                _sync.OnSidecars(request, answer.Items, now);
                break;
            case (PendingRequest.Ancestry request, WireMessage.BlockHeaders answer):
                _ancestry.OnHeaders(request, answer.Headers, now);
                break;
            case (PendingRequest.FetchHeader request, WireMessage.BlockHeaders answer):
                if (_fetcher.OnHeader(request, answer.Headers, now) is { } emptyBlock) _blocks.Take(peer, emptyBlock, now);
                break;
            case (PendingRequest.FetchBody request, WireMessage.BlockBodies answer):
                if (_fetcher.OnBody(request, answer.Bodies, now) is { } block) _blocks.Take(peer, block, now);
                break;
            case (PendingRequest.FetchTransactions request, WireMessage.PooledTransactions answer):
                _transactions.OnDelivered(peer, request, answer.Items, now);
                break;
            case (null, WireMessage.PooledTransactions answer):
                // Too late for the request, but on a slow link that is how every transaction comes.
                _transactions.OnSent(peer, answer.Items, now);
                break;
            case (null, _):
                // Late answers are common after a time-out; they cost nothing and bring nothing.
                break;
            case (var request, _):
                // The question is closed and will get no other answer.
                _peers.Punish(peer.Id, new PeerOffence.UnexpectedAnswer(message.GetType().Name));
                OnLost([request], timedOut: false, now);
                break;
        }
    }

    private WireMessage.Status OwnStatus(int version) => new(
        version, _config.Spec.ChainId, _tree.Head.TotalDifficulty, _tree.Head.Hash, _tree.Head.Number, _config.Genesis.Hash,
        _forks.At(_tree.Head.Number), EarliestBlock: 0);

    private void OnStatus(Peer peer, WireMessage.Status status, At now)
    {
        if (peer.IsReady)
        {
            _peers.Punish(peer.Id, new PeerOffence.Malformed("a second status"));
            return;
        }

        var refusal = status.GenesisHash != _config.Genesis.Hash
            ? $"another genesis: {status.GenesisHash}, here {_config.Genesis.Hash}"
            : status.NetworkId != _config.Spec.ChainId ? $"another network: {status.NetworkId}, here {_config.Spec.ChainId}"
            : _forks.Judge(status.ForkId, _tree.Head.Number) is var verdict && verdict != ForkVerdict.Compatible
            ? $"another fork id ({verdict}): {status.ForkId}, here {_forks.At(_tree.Head.Number)}"
            : null;
        if (refusal is not null)
        {
            _peers.Disconnect(peer, DisconnectReason.SubprotocolReason, refusal);
            return;
        }

        (peer.IsReady, peer.RestsUntil) = (true, now);
        peer.IsUnexplored = status.TotalDifficulty.IsZero || !_rules.HeadersCarryWeight;
        _claims.Hear(peer, new BlockRef(status.HeadNumber, status.HeadHash), status.TotalDifficulty);
        peer.KnownBlocks.Add(status.HeadHash);
        _outbox.Tell(new NodeEvent.PeerReady(peer.Id));
        if (_host.Hears(peer)) _agent.OnPeerReady(new ConsensusPeer(peer.Id.Number));
        if (_host.IsHalted) return;
        _transactions.Greet(peer);
        _sync.Consider(now);
    }

    /// <summary>Tells the consensus rule and the peers of a new head, once the step is as good as over.</summary>
    private void TellHead(At now)
    {
        if (_tree.Head.Hash != _headTold)
        {
            _headTold = _tree.Head.Hash;
            _agent.OnHead(_tree.Head.Header, now);
        }

        _blocks.ShareHead();
    }

    private void OnSolution(NodeInput.SubmitWork solution, At now)
    {
        var (verdict, block) = _work.Solve(solution.SealHash, solution.Nonce);
        if (block is not null && !_blocks.TakeOwn(block, now)) verdict = WorkVerdict.Stale;
        _outbox.Reply(solution.Request, new NodeReply.WorkSubmitted(verdict, block?.Hash));
    }

    private void OnImport(NodeInput.ImportBlocks import, At now)
    {
        var taken = new List<(Block Block, ImportResult Result)>();
        foreach (var block in import.Blocks)
        {
            taken.Add((block, _importer.Add(block, null, now)));
            if (WhyRefused(taken[^1].Block, taken[^1].Result) is not null) break;
        }

        _importer.UpdateHead(now);
        var errors = taken.Select(item => WhyRefused(item.Block, BlockImporter.Settled(item.Result))).ToList();
        var count = errors.TakeWhile(error => error is null).Count();
        _outbox.Reply(import.Request, new NodeReply.Imported(count, errors.ElementAtOrDefault(count)));
    }

    private static string? WhyRefused(Block block, ImportResult result) => result switch
    {
        ImportResult.Refused refused => $"{block.Header}: {refused.Error}",
        ImportResult.Orphan => $"{block.Header}: its parent {block.Header.ParentHash} is not known",
        ImportResult.Deferred => $"{block.Header}: its timestamp {block.Header.Header.Timestamp} lies in the future",
        _ => null,
    };
}
