using System.Reflection;
using System.Runtime.InteropServices;
using Chain.Consensus;
using Chain.Execution;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;
using Chain.Storage;
using Microsoft.Extensions.Logging;

namespace Chain.Host;

/// <summary>
/// A node as a running thing: store, core, inbox, peers, JSON-RPC and miner, put together by hand here and nowhere else.
/// </summary>
public sealed class NodeHost : INodeAccess, IPeerSender, IAsyncDisposable
{
    private const long LongestPauseMs = 100;

    private readonly ILogger _logger;
    private readonly IChainStore _store;
    private readonly NodeInbox _inbox = new();
    private readonly NodeLoop _loop;
    private readonly PeerHub _hub;
    private readonly LocalMiner _miner;
    private readonly StoreKeeper _keeper;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _shutdownRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly NodeClock _clock;
    private readonly RuleHost _rule;
    private readonly SigningDesk _signing;
    private RpcServer? _rpc;
    private string? _damageMet;
    private Task _running = Task.CompletedTask;
    private Task _ticking = Task.CompletedTask;

    private NodeHost(NodeHostOptions options, IChainStore store, GenesisBlock genesis, RuleHost rule, PrivateKey nodeKey,
        ILoggerFactory loggers, NodeClock clock)
    {
        _logger = loggers.CreateLogger<NodeHost>();
        _store = store;
        _clock = clock;
        var informational = typeof(NodeHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!;
        var version = informational.InformationalVersion.Split('+')[0];
        var runtime = $"{RuntimeInformation.RuntimeIdentifier}/dotnet{Environment.Version}";
        ClientVersion = $"Chain/{options.Name.Replace(' ', '-')}/v{version}/{runtime}";
        Spec = options.Genesis.Spec;
        GenesisHash = genesis.Block.Hash;
        _rule = rule;
        var config = new NodeConfig
        {
            Spec = Spec,
            Genesis = genesis.Block,
            ExtraData = System.Text.Encoding.UTF8.GetBytes(options.ExtraData),
        };
        _signing = new SigningDesk(rule.Sign,
            answers => _inbox.WriteAsync(new NodeInput.Signed(Now, answers), CancellationToken.None));
        _loop = new NodeLoop(config, Rules, store, _inbox, Feed, new EvidenceFolder(options.DataFolder), _logger, this, _signing);
        var faults = options.AllowFaults ? new FaultTable(seed: 0) : null;
        var hubOptions = new PeerHubOptions
        {
            Listen = options.Listen,
            ClientName = ClientVersion,
            Codec = new WireCodec(Rules.Codec),
            StaticPeers = options.StaticPeers,
            TrustedPeers = options.TrustedPeers,
            Bootnodes = options.Bootnodes,
            MaxPeers = options.MaxPeers,
            Faults = faults,
            UnixMs = () => clock.Now.UnixMs,
            Inbound = new InboundShares(new InboundLimits()),
        };
        _hub = new PeerHub(
            hubOptions,
            nodeKey,
            OnPeerEvent,
            new TransactionRecovery(_rule.Prepare),
            clock.Time,
            loggers.CreateLogger<PeerHub>());
        _miner = new LocalMiner(Feed, SubmitOwnWorkAsync, options.MiningThreads, options.HashRateLimit);
        _keeper = new StoreKeeper(store, () => View, Spec.StateHistoryBlocks, options.Archive,
            damage => Report(damage, "its upkeep"), _logger);
        Admin = new NodeAdmin(_hub, _miner, faults, clock, options.Beneficiary, SetBeneficiary,
            () => _shutdownRequested.TrySetResult());
    }

    public ChainSpec Spec { get; }

    public Hash256 GenesisHash { get; }

    public ConsensusRules Rules => _rule.Rules;

    public RuleApi Api => _rule.Api;

    public string ClientVersion { get; }

    public ChainView View => _loop.View;

    public At Now => _clock.Now;

    public double LocalHashRate => _miner.HashesPerSecond;

    public NodeFeed Feed { get; } = new();

    public IReadOnlyList<PeerEndpoint> PeerEndpoints =>
        [.. _hub.Peers.Select(peer =>
            new PeerEndpoint(peer.Peer, peer.Id.ToString(), peer.Remote.ToString(), peer.Local.ToString(),
                [.. peer.Capabilities.Select(capability => capability.ToString())]))];

    public string? Enode => _hub.Self.ToString();

    public long? ClockOffsetMs => _hub.ClockOffsetMs;

    public ImportTotals Imports => _loop.Imports;

    public StepHealth Steps => _loop.Steps;

    public string? ReadOnlyReason => _loop.WhyReadOnly;

    public string? DamageMet => Volatile.Read(ref _damageMet);

    public INodeAdmin? Admin { get; }

    /// <summary>The port on which JSON-RPC answers.</summary>
    public int RpcPort => _rpc?.Port ?? throw new InvalidOperationException("JSON-RPC is not started.");

    public int? AdminPort => _rpc?.AdminPort;

    /// <summary>
    /// Completes when somebody asked for the end by `admin_`, or when the node ended by itself; then with the reason.
    /// </summary>
    public Task Ended => Task.WhenAny(_shutdownRequested.Task, _running).Unwrap();

    /// <summary>Opens the store, starts everything, and answers once JSON-RPC does.</summary>
    /// <exception cref="StoreException">The data folder cannot serve: another genesis, in use, damaged.</exception>
    /// <exception cref="IOException">A port is taken, or the node key cannot be read.</exception>
    public static async Task<NodeHost> StartAsync(NodeHostOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        Directory.CreateDirectory(options.DataFolder);
        var genesis = ConsensusFactory.BuildGenesis(options.Genesis);
        var clock = new NodeClock(time) { SkewMs = options.ClockSkewMs };
        var logger = loggers.CreateLogger<NodeHost>();
        var store = DiskStores.Open(options.Store, options.DataFolder, genesis.Block.Hash, ChainSettings.Of(options.Genesis.Spec),
            what => HostLog.Note(logger, what));
        RuleHost? rule = null;
        NodeHost host;
        try
        {
            if (store.GetHead() is null) store.Commit(NodeCore.GenesisBatch(genesis, clock.Now));
            if (!NodeKeyFile.LoadOrCreate(Path.Combine(options.DataFolder, "nodekey")).IsOk(out var nodeKey, out var keyError))
                throw new IOException(keyError);
            var site = new RuleSite(options.Genesis.Spec, genesis.Block.Header, store, logger);
            rule = StoreDamage.Explain(store, () => options.Rule.Open(site));
            if (options.MineHere && !rule.Rules.HasMiners)
                throw new IOException($"Mining was asked for, but this chain has no miners: its rule is {rule.Rules.Name}.");
            host = StoreDamage.Explain(store, () => new NodeHost(options, store, genesis, rule, nodeKey, loggers, clock));
        }
        catch
        {
            rule?.Dispose();
            store.Dispose();
            throw;
        }

        try
        {
            await host.StartAsync(options, loggers);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public IChainReaderLease OpenReader() => _store.OpenReader();

    public void Report(StoreException damage, string reader)
    {
        ArgumentNullException.ThrowIfNull(damage);
        HostLog.DamageMet(_logger, reader, damage.Message);
        Volatile.Write(ref _damageMet, damage.Message);
    }

    public async Task<PoolError?> SubmitTransactionAsync(RecoveredTransaction transaction, CancellationToken cancellation) =>
        (await _loop.AskAsync<NodeReply.Submitted>(request => new NodeInput.SubmitTransactions(Now, [(request, transaction)]),
            cancellation)).Error;

    public Task<NodeReply.Work> GetWorkAsync(CancellationToken cancellation) =>
        _loop.AskAsync<NodeReply.Work>(request => new NodeInput.GetWork(Now, request), cancellation);

    public Task<NodeReply.WorkSubmitted> SubmitWorkAsync(Hash256 sealHash, ulong nonce, CancellationToken cancellation) =>
        _loop.AskAsync<NodeReply.WorkSubmitted>(request => new NodeInput.SubmitWork(Now, request, sealHash, nonce), cancellation);

    public async Task<string?> SubmitConsensusAsync(ConsensusMessage message, CancellationToken cancellation) =>
        (await _loop.AskAsync<NodeReply.ConsensusSubmitted>(request => new NodeInput.SubmitConsensus(Now, request, message),
            cancellation)).Error;

    /// <summary>Imports blocks of a file, oldest first.</summary>
    public Task<NodeReply.Imported> ImportAsync(IReadOnlyList<Block> blocks, CancellationToken cancellation) =>
        _loop.AskAsync<NodeReply.Imported>(request => new NodeInput.ImportBlocks(Now, request, blocks), cancellation);

    void IPeerSender.Send(PeerId peer, WireMessage message) => _hub.Send(peer, message);

    void IPeerSender.Disconnect(PeerId peer, DisconnectReason reason, string why) => _hub.Disconnect(peer, reason, why);

    void IPeerSender.Credit(PeerId peer) => _hub.Credit(peer);

    void IPeerSender.Retire(string why) => _hub.Retire(DisconnectReason.ClientQuitting, why);

    /// <summary>Ends in good order: no new calls, peers told goodbye, what is in the inbox done, the store closed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _miner.DisposeAsync();
        if (_rpc is not null) await _rpc.DisposeAsync();
        await _hub.DisposeAsync();
        await _ticking;
        await _signing.DisposeAsync();
        _inbox.Close();
        try
        {
            await _running;
        }
        finally
        {
            await _keeper.DisposeAsync();
            var head = View.Head;
            _rule.Dispose();
            _store.Dispose();
            HostLog.Stopped(_logger, head.Number, head.Hash.ToShortString());
            _inbox.Dispose();
            _stopping.Dispose();
        }
    }

    private async Task StartAsync(NodeHostOptions options, ILoggerFactory loggers)
    {
        HostLog.Starting(_logger, ClientVersion, Spec.ChainId, GenesisHash.ToShortString(), Rules.Name, Secp256k1.Description);
        HostLog.Resuming(_logger, View.Head.Number, View.Head.Hash.ToShortString());

        // Before anything of a peer: the core judges votes by the epoch that its ticks have told it.
        _inbox.TryWrite(new NodeInput.Tick(Now));
        _running = Task.Run(_loop.RunAsync);
        _ticking = TickAsync(_stopping.Token);
        var rpc = RpcServer.StartAsync(this, options.Rpc, loggers, _clock.Time);
        await _hub.StartAsync();
        _rpc = await rpc;
        if (Rules.HasMiners) SetBeneficiary(options.Beneficiary);
        if (_rule.Duties is { Count: > 0 } duties)
            _inbox.TryWrite(new NodeInput.SetDuties(Now, duties, options.Beneficiary ?? Address.Zero));
        _miner.SetOn(options.MineHere && options.Beneficiary is not null);
        _keeper.Start();
        HostLog.Listening(_logger, _rpc.Port, Enode);
    }

    private void SetBeneficiary(Address? beneficiary) => _inbox.TryWrite(new NodeInput.SetMining(Now, beneficiary));

    private async Task SubmitOwnWorkAsync(Hash256 sealHash, ulong nonce)
    {
        try
        {
            await SubmitWorkAsync(sealHash, nonce, _stopping.Token);
        }
        catch (Exception e) when (e is NodeUnavailableException or OperationCanceledException)
        {
            _miner.SetOn(false);
        }
    }

    private async Task TickAsync(CancellationToken stopping)
    {
        var memory = new IdleMemory(_clock.Time);
        try
        {
            while (true)
            {
                var now = Now;
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(Rules.NextTick(now).Since(now), 1, LongestPauseMs)),
                    _clock.Time, stopping);

                // A tick that finds no room is not missed: the next one says the same.
                _inbox.TryWrite(new NodeInput.Tick(Now));
                memory.Look();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private ValueTask OnPeerEvent(PeerEvent peerEvent, CancellationToken stopping)
    {
        NodeInput input = peerEvent switch
        {
            PeerEvent.Connected e => new NodeInput.PeerConnected(Now, e.Peer, e.Link),
            PeerEvent.Received e => new NodeInput.MessageReceived(Now, e.Peer, e.Message),
            PeerEvent.Malformed e => new NodeInput.MalformedMessage(Now, e.Peer, e.Why),
            PeerEvent.Disconnected e => new NodeInput.PeerDisconnected(Now, e.Peer),
            _ => throw new InvalidOperationException($"No input for {peerEvent.GetType().Name}."),
        };
        _inbox.Write(peerEvent.Peer, input, peerEvent.Lease);
        return ValueTask.CompletedTask;
    }
}
