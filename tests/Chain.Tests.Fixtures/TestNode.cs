using Chain.Consensus;
using Chain.Consensus.Work;
using Chain.Execution;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;
using Chain.Rules.Work;

namespace Chain.Tests;

/// <summary>
/// A whole node without network and disk, behind the port that JSON-RPC sees. Its clock moves when a test says so.
/// </summary>
internal sealed class TestNode : INodeAccess
{
    private const ulong GenesisTime = 1_700_000_000;

    /// <summary>Accounts that hold 10,000 ether at genesis.</summary>
    public static readonly PrivateKey[] Rich = [.. Enumerable.Range(1, 4).Select(KeyOf)];

    public static readonly Address Beneficiary = KeyOf(99).Address;

    /// <summary>A native contract that emits what it is called with.</summary>
    public static readonly Address Echo = Address.Parse("0x00000000000000000000000000000000000ec400");

    /// <summary>An account with code, which this node cannot run, and with one storage slot.</summary>
    public static readonly Address Contract = Address.Parse("0x000000000000000000000000000000000000c0de");

    private readonly Lock _gate = new();
    private readonly InMemoryChainStore _store = new();
    private readonly NodeCore _core;
    private readonly EffectList _effects = new();
    private readonly Dictionary<RequestId, TaskCompletionSource<NodeReply>> _waiting = [];
    private long _nextRequest;
    private long _nowMs = (long)GenesisTime * 1000;

    public TestNode(ulong chainId = 31337)
    {
        Spec = new ChainSpec
        {
            ChainId = chainId,
            Consensus = new ProofOfWorkSettings
            {
                Seal = SealKind.Simulated,
                DifficultyRule = DifficultyRule.Fixed,
                SafeDepth = 2,
                FinalizedDepth = 4,
            },
        };
        var genesis = GenesisState.Build(GenesisOf(Spec));
        Rules = ConsensusFactory.Create(Spec, genesis.Block.Header) with
        {
            NativeContracts = new NativeContracts([new EchoContract()]),
        };
        GenesisHash = genesis.Block.Hash;
        _store.Commit(NodeCore.GenesisBatch(genesis, Now));
        _core = new NodeCore(new NodeConfig { Spec = Spec, Genesis = genesis.Block }, Rules, _store);
        View = _core.View;
        Step(new NodeInput.SetMining(Now, Beneficiary));
        Admin = new TestAdmin();
    }

    public ChainSpec Spec { get; }

    public Hash256 GenesisHash { get; }

    public ConsensusRules Rules { get; }

    /// <summary>Of the rule whose view the node shows.</summary>
    public RuleApi Api { get; set; } = new WorkApi();

    public string ClientVersion => "Chain/v0-test";

    public ChainView View { get; private set; }

    public At Now => new(_nowMs);

    public double LocalHashRate => 1000;

    public NodeFeed Feed { get; } = new();

    public IReadOnlyList<PeerEndpoint> PeerEndpoints { get; set; } = [];

    public string? Enode { get; set; } = $"enode://{new string('a', 128)}@127.0.0.1:30303";

    public long? ClockOffsetMs { get; set; }

    public ImportTotals Imports { get; } = new(0, 0, TimeSpan.Zero);

    public StepHealth Steps { get; set; } = new(0, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, 0);

    public string? ReadOnlyReason { get; set; }

    public string? DamageMet { get; private set; }

    public void Report(StoreException damage, string reader) => DamageMet = damage.Message;

    public INodeAdmin? Admin { get; set; }

    /// <summary>Answers submissions without asking the core, where a test sets it.</summary>
    public Func<RecoveredTransaction, PoolError?>? OnSubmit { get; set; }

    public IChainReaderLease OpenReader() => _store.OpenReader();

    public async Task<PoolError?> SubmitTransactionAsync(RecoveredTransaction transaction, CancellationToken cancellation) =>
        OnSubmit is { } answer
        ? answer(transaction)
        : ((NodeReply.Submitted)await AskAsync(id => new NodeInput.SubmitTransactions(Now, [(id, transaction)]))).Error;

    public async Task<NodeReply.Work> GetWorkAsync(CancellationToken cancellation) =>
        (NodeReply.Work)await AskAsync(id => new NodeInput.GetWork(Now, id));

    public async Task<NodeReply.WorkSubmitted> SubmitWorkAsync(Hash256 sealHash, ulong nonce, CancellationToken cancellation) =>
        (NodeReply.WorkSubmitted)await AskAsync(id => new NodeInput.SubmitWork(Now, id, sealHash, nonce));

    public async Task<string?> SubmitConsensusAsync(ConsensusMessage message, CancellationToken cancellation) =>
        ((NodeReply.ConsensusSubmitted)await AskAsync(id => new NodeInput.SubmitConsensus(Now, id, message))).Error;

    /// <summary>Mines blocks of what the pool offers, two seconds apart.</summary>
    public void Mine(int blocks = 1)
    {
        for (var i = 0; i < blocks; i++)
        {
            _nowMs += 2000;
            Step(new NodeInput.Tick(Now));
            var work = GetWorkAsync(default).Result.Package!;
            var answer = SubmitWorkAsync(work.SealHash, 0, default).Result;
            Assert.Equal(WorkVerdict.Accepted, answer.Verdict);
        }
    }

    /// <summary>Shows a rule's state beside the chain, as if that rule ran.</summary>
    public void Show(ConsensusView view) => View = View with { Consensus = view };

    /// <summary>Lets time pass in which nothing happens.</summary>
    public void Wait(TimeSpan time) => _nowMs += (long)time.TotalMilliseconds;

    public void StopMining() => Step(new NodeInput.SetMining(Now, null));

    /// <summary>
    /// Takes over the blocks of another node's chain from this number on: a reorganisation when they weigh more.
    /// </summary>
    public void ImportFrom(TestNode other, ulong from)
    {
        _nowMs = Math.Max(_nowMs, other._nowMs);
        var blocks = new List<Block>();
        for (var number = from; number <= other.View.Head.Number; number++)
            blocks.Add(other._store.GetBlock(other._store.GetCanonicalHash(number)!.Value)!);
        var reply = (NodeReply.Imported)AskAsync(id => new NodeInput.ImportBlocks(Now, id, blocks)).Result;
        Assert.Null(reply.Error);
    }

    /// <summary>Forgets the states of all blocks but the head.</summary>
    public void PruneToHead() => _store.PruneStates(reader => [View.Head.Header.StateRoot], CancellationToken.None);

    public Transaction Transfer(int from, Address to, UInt256 value, ulong? nonce = null, ulong tip = 1_000_000_000,
        byte[]? data = null, ulong gas = 21_000, ulong? chainId = null, IReadOnlyList<AccessListEntry>? accessList = null,
        TransactionType type = TransactionType.DynamicFee) =>
        Sign(Rich[from], new UnsignedTransaction
        {
            Type = type,
            ChainId = chainId ?? Spec.ChainId,
            Nonce = nonce ?? NextNonce(Rich[from].Address),
            MaxPriorityFeePerGas = type == TransactionType.DynamicFee ? tip : 10_000_000_000 + (UInt256)tip,
            MaxFeePerGas = 10_000_000_000 + (UInt256)tip,
            GasLimit = gas,
            To = to,
            Value = value,
            Data = data ?? [],
            AccessList = accessList ?? [],
        });

    public static Transaction Sign(PrivateKey key, UnsignedTransaction transaction) =>
        transaction.WithSignature(key.Sign(transaction.SigningHash()));

    /// <summary>Puts a transaction into the pool.</summary>
    public Hash256 Send(Transaction transaction)
    {
        Assert.Null(SubmitTransactionAsync(transaction.Recover()!, default).Result);
        return transaction.Hash;
    }

    public ulong NextNonce(Address address) => View.Pool.BySender.TryGetValue(address, out var account)
        ? account.NextNonce
        : new WorldState(_store, View.Head.Header.StateRoot).GetNonce(address);

    public static PrivateKey KeyOf(int number) => new(((UInt256)(ulong)number).ToHash256().Bytes);

    private static GenesisFile GenesisOf(ChainSpec spec)
    {
        var accounts = new SortedDictionary<Address, GenesisAccount>
        {
            [Contract] = new(5, 1, new byte[] { 0x60, 0x00 }, [new(UInt256.One.ToHash256(), 0x2a)]),
            [Echo] = new(0, 1, ReadOnlyMemory<byte>.Empty, []),
        };
        foreach (var key in Rich)
            accounts[key.Address] = new GenesisAccount(UInt256.Parse("10000000000000000000000"), 0, ReadOnlyMemory<byte>.Empty,
                []);
        return new GenesisFile
        {
            Spec = spec,
            Difficulty = 131_072,
            GasLimit = 30_000_000,
            Timestamp = GenesisTime,
            Alloc = [.. accounts],
        };
    }

    private Task<NodeReply> AskAsync(Func<RequestId, NodeInput> input)
    {
        var completion = new TaskCompletionSource<NodeReply>();
        lock (_gate)
        {
            var id = new RequestId(_nextRequest++);
            _waiting.Add(id, completion);
            StepLocked(input(id));
        }

        return completion.Task;
    }

    private void Step(NodeInput input)
    {
        lock (_gate) StepLocked(input);
    }

    private void StepLocked(NodeInput input)
    {
        _effects.Clear();
        _core.Step(input, _effects);
        foreach (var effect in _effects.Items)
        {
            switch (effect)
            {
                case NodeEffect.Persist persist:
                    _store.Commit(persist.Batch);
                    break;
                case NodeEffect.Publish publish:
                    View = publish.View;
                    break;
                case NodeEffect.Reply reply:
                    if (_waiting.Remove(reply.Request, out var completion)) completion.SetResult(reply.Answer);
                    break;
                case NodeEffect.Tell tell:
                    Feed.Publish(View, tell.Event);
                    break;
                default:
                    break;
            }
        }
    }

    private sealed class EchoContract : INativeContract
    {
        public Address Address => Echo;

        /// <summary>Emits one log whose topic is the first word of the data; data of one zero byte fails.</summary>
        public NativeCallOutcome Call(NativeCall call)
        {
            if (call.Data.Span is [0]) return new NativeCallOutcome.Failed(100, "a zero byte");
            var topic = UInt256.FromBigEndian(call.Data.Span[..Math.Min(32, call.Data.Length)]).ToHash256();
            return new NativeCallOutcome.Succeeded(1000, [new Log(Echo, [topic], call.Data)], call.Data);
        }
    }
}

/// <summary>Writes down what it is told.</summary>
internal sealed class TestAdmin : INodeAdmin
{
    public List<string> Told { get; } = [];

    public string? Refusal { get; set; }

    public NodeFaults Faults => new(["aa"], [KeyValuePair.Create("bb", new LinkFaults(300, 10, 0.02, 0))], -3000);

    public string? AddPeer(string enode) => Note($"add {enode}");

    public string? RemovePeer(string enode) => Note($"remove {enode}");

    public string? SetBlockedPeers(IReadOnlyCollection<string> nodeIds) =>
        Note($"block {string.Join(' ', nodeIds.Select(id => id[..2]))}");

    public string? SetLink(string nodeId, LinkFaults? faults) => Note($"link {nodeId[..2]} {faults}");

    public string? Heal() => Note("heal");

    public string? SetClockSkew(long milliseconds) => Note($"skew {milliseconds}");

    public string? SetMining(bool on, Address? beneficiary) => Note($"mining {on} {beneficiary}");

    public string? SetHashRateLimit(double? hashesPerSecond) => Note($"limit {hashesPerSecond}");

    public void RequestShutdown() => Note("shutdown");

    private string? Note(string what)
    {
        lock (Told) Told.Add(what);
        return Refusal;
    }
}
