using Chain.Consensus;
using Chain.Consensus.Work;
using Chain.Execution;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules;

namespace Chain.Tests;

/// <summary>Templates that grow old while nobody solves them.</summary>
public sealed class WorkTemplateTests
{
    private static readonly At Start = new(1_700_000_000_000);

    private readonly InMemoryChainStore _store = new();
    private readonly EffectList _effects = new();
    private readonly NodeCore _core;

    public WorkTemplateTests()
    {
        var file = new GenesisFile
        {
            Spec = new ChainSpec { ChainId = 31337, Consensus = new ProofOfWorkSettings { Seal = SealKind.Simulated } },
            Difficulty = 65_536,
            GasLimit = 30_000_000,
            Timestamp = (ulong)Start.UnixSeconds,
            Alloc = [],
        };
        var genesis = ConsensusFactory.BuildGenesis(file);
        _store.Commit(NodeCore.GenesisBatch(genesis, Start));
        _core = new NodeCore(new NodeConfig { Spec = file.Spec, Genesis = genesis.Block },
            ConsensusFactory.Create(file.Spec, genesis.Block.Header), _store);
        Step(new NodeInput.SetMining(Start, new Address([.. new byte[19], 7])));
    }

    [Fact]
    public void An_empty_template_made_anew_for_a_later_second_makes_a_block_that_the_node_takes()
    {
        var first = Work(Start.Plus(1000));
        var later = Work(Start.Plus(5000));
        Assert.NotEqual(first.SealHash, later.SealHash);

        var answer =
            (NodeReply.WorkSubmitted)Step(new NodeInput.SubmitWork(Start.Plus(5000), new RequestId(3), later.SealHash, 9))!;

        Assert.Equal(WorkVerdict.Accepted, answer.Verdict);
        Assert.Equal((1UL, (ulong)Start.UnixSeconds + 5), (_core.View.Head.Number, _core.View.Head.Header.Timestamp));
        Assert.Equal(new ProofOfWorkSettings().BlockReward,
            new WorldState(_store, _core.View.Head.Header.StateRoot).GetBalance(new Address([.. new byte[19], 7])));
    }

    [Fact]
    public void Under_proof_of_stake_there_is_nothing_to_search_and_the_node_says_why()
    {
        var file = KnownRules.Genesis.Parse(File.ReadAllText(Path.Combine(Repository.Root, "genesis", "proof-of-stake.json")));
        var genesis = ConsensusFactory.BuildGenesis(file);
        using var store = new InMemoryChainStore();
        store.Commit(NodeCore.GenesisBatch(genesis, Start));
        var effects = new EffectList();
        new NodeCore(new NodeConfig { Spec = file.Spec, Genesis = genesis.Block },
            ConsensusFactory.Create(file.Spec, genesis.Block.Header), store).Step(new NodeInput.GetWork(Start, new RequestId(1)),
            effects);
        var work = Assert.Single(effects.Items.OfType<NodeEffect.Reply>().Select(reply => reply.Answer).OfType<NodeReply.Work>());
        Assert.Equal(new NodeReply.Work(null, "this chain has no miners: its rule is proof-of-stake", IsForGood: true), work);
    }

    private WorkPackage Work(At now) => ((NodeReply.Work)Step(new NodeInput.GetWork(now, new RequestId(1)))!).Package!;

    private NodeReply? Step(NodeInput input)
    {
        _effects.Clear();
        _core.Step(input, _effects);
        NodeReply? reply = null;
        foreach (var effect in _effects.Items)
        {
            if (effect is NodeEffect.Persist persist) _store.Commit(persist.Batch);
            if (effect is NodeEffect.Reply answered) reply = answered.Answer;
        }

        return reply;
    }
}
