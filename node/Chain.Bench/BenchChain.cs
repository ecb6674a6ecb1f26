using Chain.Consensus;
using Chain.Consensus.Work;
using Chain.Execution;
using Chain.Mining;
using Chain.Node;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Bench;

/// <summary>
/// Makes chains to measure with: a genesis of many funded accounts, and blocks of plain transfers among them, by the node's own
/// block production under the simulated seal; or empty blocks on a genesis of one's own, mined where its seal is real.
/// </summary>
public sealed class BenchChain
{
    private const ulong StartTime = 1_700_000_000;
    private const ulong SearchBatch = 16_384;

    private readonly PrivateKey[] _keys;
    private readonly SeededRandom _random = new(1);

    /// <summary>A chain on this genesis, without accounts of its own: its blocks are empty.</summary>
    public BenchChain(GenesisFile genesis)
        : this(genesis, [])
    {
    }

    /// <param name="accounts">Funded accounts; each needs a key, which takes a moment to make.</param>
    public BenchChain(int accounts, ulong gasLimit = 300_000_000)
        : this(MakeKeys(accounts), gasLimit)
    {
    }

    private BenchChain(PrivateKey[] keys, ulong gasLimit)
        : this(Fund(keys, gasLimit), keys)
    {
    }

    private BenchChain(GenesisFile genesis, PrivateKey[] keys)
    {
        (Genesis, _keys) = (genesis, keys);
        GenesisBlock = ConsensusFactory.BuildGenesis(Genesis);
        Rules = ConsensusFactory.Create(Genesis.Spec, GenesisBlock.Block.Header);
        Config = new NodeConfig { Spec = Genesis.Spec, Genesis = GenesisBlock.Block };
    }

    public GenesisFile Genesis { get; }

    public GenesisBlock GenesisBlock { get; }

    public ConsensusRules Rules { get; }

    public NodeConfig Config { get; }

    /// <summary>A time at which every block of a bench lies in the past.</summary>
    public static At Later => new((long)(StartTime + 10_000_000) * 1000);

    /// <summary>Grows a chain of its own on genesis.</summary>
    public Branch NewBranch(byte miner) => new(this, miner);

    /// <summary>A branch under construction: a core that only makes blocks.</summary>
    public sealed class Branch : IDisposable
    {
        private readonly BenchChain _chain;
        private readonly NodeCore _core;
        private readonly InMemoryChainStore _store = new();
        private readonly EffectList _effects = new();
        private readonly Dictionary<int, ulong> _nonces = [];
        private ulong _time;
        private long _request;

        internal Branch(BenchChain chain, byte miner)
        {
            _chain = chain;
            _time = chain.Genesis.Timestamp;
            _store.Commit(NodeCore.GenesisBatch(chain.GenesisBlock, new At((long)_time * 1000)));
            _core = new NodeCore(chain.Config, chain.Rules, _store);
            Step(at => new NodeInput.SetMining(at, new Address([.. new byte[19], miner])));
        }

        public void Dispose() => _store.Dispose();

        /// <summary>Takes over blocks that another branch made; random transfers go on from there.</summary>
        public void Adopt(IReadOnlyList<Block> blocks)
        {
            foreach (var block in blocks)
            {
                _time = block.Header.Header.Timestamp;
                Step(at => new NodeInput.ImportBlocks(at, new RequestId(++_request), [block]));
            }

            foreach (var (index, key) in _chain._keys.Index())
            {
                var nonce = new WorldState(_store, _core.View.Head.Header.StateRoot).GetNonce(key.Address);
                if (nonce > 0) _nonces[index] = nonce;
            }
        }

        /// <summary>Makes blocks of this many transfers each.</summary>
        public List<Block> Grow(int blocks, int transfers)
        {
            var made = new List<Block>();
            for (var i = 0; i < blocks; i++)
            {
                _time += 2;
                if (transfers > 0) Submit(transfers);
                made.Add(Mine());
            }

            return made;
        }

        private void Submit(int count)
        {
            var unsigned = new (UnsignedTransaction Fields, PrivateKey Key)[count];
            for (var i = 0; i < count; i++)
            {
                var sender = _chain._random.Next(_chain._keys.Length);
                var nonce = _nonces.GetValueOrDefault(sender);
                _nonces[sender] = nonce + 1;
                unsigned[i] =
                    (Transfer(nonce, _chain._keys[_chain._random.Next(_chain._keys.Length)].Address), _chain._keys[sender]);
            }

            var signed = new RecoveredTransaction[count];
            Parallel.For(0, count,
                i => signed[i] =
                    unsigned[i].Fields.WithSignature(unsigned[i].Key.Sign(unsigned[i].Fields.SigningHash())).Recover()!);
            Step(at => new NodeInput.SubmitTransactions(at,
                [.. signed.Select(transaction => (new RequestId(++_request), transaction))]));
        }

        private Block Mine()
        {
            var work = (NodeReply.Work)Step(at => new NodeInput.GetWork(at, new RequestId(++_request)))!;
            var nonce = Solve(work.Package!);
            var answer = (NodeReply.WorkSubmitted)Step(at =>
                new NodeInput.SubmitWork(at, new RequestId(++_request), work.Package!.SealHash, nonce))!;
            return _store.GetBlock(answer.BlockHash!.Value)!;
        }

        /// <summary>A nonce that seals the block; the simulated seal takes any.</summary>
        private ulong Solve(WorkPackage work)
        {
            if (_chain.Genesis.Spec.Consensus is not ProofOfWorkSettings { Seal: SealKind.Keccak }) return 0;
            var job = new SearchJob(work.SealHash, work.Target);
            for (ulong first = 0; ; first += SearchBatch)
            {
                if (NonceSearchers.Best.Search(job, first, SearchBatch, CancellationToken.None).Nonces is [var nonce, ..])
                    return nonce;
            }
        }

        private NodeReply? Step(Func<At, NodeInput> input)
        {
            _effects.Clear();
            _core.Step(input(new At((long)_time * 1000)), _effects);
            NodeReply? reply = null;
            foreach (var effect in _effects.Items)
            {
                if (effect is NodeEffect.Persist persist) _store.Commit(persist.Batch);
                if (effect is NodeEffect.Reply { Answer: var answer }) reply = answer;
            }

            return reply;
        }
    }

    private static PrivateKey[] MakeKeys(int count)
    {
        var keys = new PrivateKey[count];
        Parallel.For(0, count, i => keys[i] = new PrivateKey(Keccak256.Hash(BitConverter.GetBytes(i + 1)).Bytes));
        return keys;
    }

    private static GenesisFile Fund(PrivateKey[] keys, ulong gasLimit) => new()
    {
        Spec = new ChainSpec
        {
            ChainId = 31337,
            GasLimitTarget = gasLimit,
            Consensus = new ProofOfWorkSettings { Seal = SealKind.Simulated, DifficultyRule = DifficultyRule.Fixed },
        },
        Difficulty = 65_536,
        GasLimit = gasLimit,
        Timestamp = StartTime,
        Alloc = [.. keys
            .Select(key =>
                new KeyValuePair<Address, GenesisAccount>(key.Address,
                    new GenesisAccount(UInt256.Parse("1000000000000000000000"), 0, ReadOnlyMemory<byte>.Empty, [])))
            .OrderBy(item => item.Key)],
    };

    private static UnsignedTransaction Transfer(ulong nonce, Address to) => new()
    {
        Type = TransactionType.DynamicFee,
        ChainId = 31337,
        Nonce = nonce,
        MaxPriorityFeePerGas = 1_000_000_000,
        MaxFeePerGas = 1_000_000_000_000,
        GasLimit = 21_000,
        To = to,
        Value = 1_000_000_000,
    };
}
