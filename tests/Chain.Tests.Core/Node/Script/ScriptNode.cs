using Chain.Consensus;
using Chain.Consensus.Work;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>The core that a script drives, with its store and its clock: inputs in, effects out as text.</summary>
internal sealed class ScriptNode : IDisposable
{
    // So that a script's blocks, two seconds apart, are of the past.
    private const long StartMs = 3_600_000;

    private readonly InMemoryChainStore _store = new();
    private readonly EffectList _effects = new();
    private readonly EffectText _text;
    private readonly ScriptNames _names;
    private readonly NodeConfig _config;
    private readonly HashSet<RequestId> _unanswered = [];
    private readonly Dictionary<ulong, WireMessage> _questions = [];
    private readonly Dictionary<Hash256, string> _own = [];
    private NodeCore _core;
    private long _nextRequest = 1;

    public ScriptNode(ScriptSettings settings, ScriptNames names)
    {
        var file = GenesisOf(settings);
        var genesis = ConsensusFactory.BuildGenesis(file);
        var start = new At((long)file.Timestamp * 1000);
        _store.Commit(NodeCore.GenesisBatch(genesis, start));
        Now = start.Plus(StartMs);
        Rules = ConsensusFactory.Create(file.Spec, genesis.Block.Header);
        Chain = new ScriptChain(genesis, Rules, settings.Seal);
        Forks = new ForkSchedule(genesis.Block.Hash);
        _config = new NodeConfig { Spec = file.Spec, Genesis = genesis.Block, Pool = settings.Pool, Limits = settings.Limits };
        _core = new NodeCore(_config, Rules, _store);
        _names = names;
        _text = new EffectText(names, _core.View);
    }

    public At Now { get; private set; }

    public ConsensusRules Rules { get; }

    public ScriptChain Chain { get; }

    public ForkSchedule Forks { get; }

    /// <summary>The name of the block that the next solution makes.</summary>
    public string? NextOwnBlock { get; set; }

    public void Pass(long milliseconds) => Now = Now.Plus(milliseconds);

    /// <summary>A number for a question that must be answered in the next step.</summary>
    public RequestId NewRequest()
    {
        var request = new RequestId(_nextRequest++);
        _unanswered.Add(request);
        return request;
    }

    /// <summary>What the node has asked under this number.</summary>
    public WireMessage Question(ulong id) =>
        _questions.TryGetValue(id, out var question)
            ? question
            : throw new FormatException($"The node has asked no question #{id}.");

    /// <summary>What the node does about an input, a line for each effect.</summary>
    public IReadOnlyList<string> Step(NodeInput input)
    {
        _effects.Clear();
        _core.Step(input, _effects);
        NameOwnBlock();
        foreach (var effect in _effects.Items)
        {
            if (effect is NodeEffect.Persist persist) Commit(persist.Batch);
            if (effect is NodeEffect.Tell { Event: NodeEvent.NewWork work }) _names.Add(work.Package);
            if (effect is NodeEffect.Send send) Remember(send.Message);
            if (effect is NodeEffect.Reply reply && !_unanswered.Remove(reply.Request))
                throw new InvalidOperationException($"{reply.Answer} answers a question that nobody asked.");
        }

        if (_unanswered.Count > 0) throw new InvalidOperationException("A question got no answer in its own step.");
        return [.. _effects.Items.Select(_text.Of)];
    }

    /// <summary>The node stops and starts again from what it has committed. Its connections are gone.</summary>
    public string Restart()
    {
        _core = new NodeCore(_config, Rules, _store);
        return _text.Restarted(_core.View);
    }

    private void Remember(WireMessage message)
    {
        ulong? id = message switch
        {
            WireMessage.GetBlockHeaders ask => ask.RequestId,
            WireMessage.GetBlockBodies ask => ask.RequestId,
            WireMessage.GetPooledTransactions ask => ask.RequestId,
            _ => null,
        };
        if (id is { } number) _questions[number] = message;
    }

    private void NameOwnBlock()
    {
        foreach (var reply in _effects.Items.OfType<NodeEffect.Reply>())
        {
            if (reply.Answer is not NodeReply.WorkSubmitted { BlockHash: { } hash } || NextOwnBlock is not { } name) continue;
            _own.Add(hash, name);
            _names.Name(name, hash);
            NextOwnBlock = null;
        }
    }

    private void Commit(StoreBatch batch)
    {
        _store.Commit(batch);
        foreach (var (block, _) in batch.Blocks)
        {
            if (!_own.Remove(block.Hash, out var name)) continue;
            Chain.Learn(block);
            _names.Add(name, block);
        }
    }

    public void Dispose() => _store.Dispose();

    private static GenesisFile GenesisOf(ScriptSettings settings)
    {
        var file = CoreScene.GenesisOf(settings.Seal, settings.Difficulty);
        var rule = new ProofOfWorkSettings { Seal = settings.Seal, DifficultyRule = settings.Rule };
        var contract = KeyValuePair.Create(ScriptAccounts.WithCode.Address, Ledger.With(Ledger.Ether * 1000, code: [0]));
        return file with
        {
            Spec = file.Spec with { Consensus = rule },
            Alloc = [.. file.Alloc.Append(contract).OrderBy(entry => entry.Key)],
        };
    }
}
