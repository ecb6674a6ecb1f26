using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>What a node shows of the stake at moments at which nothing has happened yet.</summary>
public sealed class StakeViewTests : IDisposable
{
    private const int Validators = 8;

    private readonly GenesisFile _file = StakeGenesisFile.Parse(StakeGenesisFile.Validators(Validators), ("slotsPerEpoch", 4));
    private readonly InMemoryChainStore _store = new();
    private readonly EffectList _effects = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public void A_node_shows_its_stake_before_the_first_tick()
    {
        var stake = StakeOf(NewCore());

        Assert.Equal((default(Slot), Epoch.Genesis, Validators), (stake.Slot, stake.Epoch, stake.Validators.Count));
        Assert.Null(stake.Halted);
    }

    [Fact]
    public void A_node_that_is_told_its_validators_goes_on_showing_its_stake()
    {
        var core = NewCore();
        core.Step(new NodeInput.Tick(Genesis), _effects);
        Assert.DoesNotContain(StakeOf(core).Validators, validator => validator.IsLocal);

        core.Step(new NodeInput.SetDuties(Genesis, [], Address.Zero), _effects);

        Assert.Equal(Validators, StakeOf(core).Validators.Count);
    }

    [Fact]
    public void A_node_that_was_stopped_by_a_proof_says_so_from_the_start()
    {
        var stopped = NewCore(evidence: new byte[] { 0x01 });

        Assert.NotNull(StakeOf(stopped).Halted);
        stopped.Step(new NodeInput.Tick(Genesis), _effects);
        Assert.NotNull(StakeOf(stopped).Halted);
    }

    private At Genesis => new((long)_file.Timestamp * 1000);

    private static StakeView StakeOf(NodeCore core) => Assert.IsType<StakeView>(core.View.Consensus);

    private NodeCore NewCore(ReadOnlyMemory<byte>? evidence = null)
    {
        var genesis = ConsensusFactory.BuildGenesis(_file);
        if (_store.GetHead() is null) _store.Commit(NodeCore.GenesisBatch(genesis, Genesis));
        var config = new NodeConfig { Spec = _file.Spec, Genesis = genesis.Block };
        return new NodeCore(config, ConsensusFactory.Create(_file.Spec, genesis.Block.Header), _store, evidence);
    }
}
