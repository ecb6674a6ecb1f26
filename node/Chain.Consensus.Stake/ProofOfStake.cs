using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Proof of stake with Gasper (docs/consensus/stake.md), put together from its roles.</summary>
public static class ProofOfStake
{
    /// <summary>As `config.chain.consensus` spells it.</summary>
    public const string Name = "proof-of-stake";

    public static ConsensusRules Create(ChainSpec spec, ProofOfStakeSettings settings, SealedHeader genesis,
        StakeOptions options)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(genesis);
        ArgumentNullException.ThrowIfNull(options);
        var domain = new StakeDomain(genesis.Hash);
        var clock = new SlotClock(settings, new At(checked((long)genesis.Header.Timestamp * 1000)));
        var begin = new StakeGenesisState(genesis.Hash, StakeGenesis.BuildState(settings, genesis.Header.MixHash), domain);
        return new ConsensusRules
        {
            Name = Name,
            Lifecycle = new StakeLifecycle(),
            NewEngine = host => NewEngine(host, spec, begin, clock, options),
            NativeContracts = new NativeContracts([new DepositContract(settings, domain)]),
            HasSidecar = true,
            HeadersCarryWeight = false,
            ExecutesOnArrival = true,
            FinalityHolds = true,
            HasMiners = false,
            Codec = StakeMessageCodec.Instance,
            NextTick = clock.NextTick,
        };
    }

    private static ConsensusEngine NewEngine(IConsensusHost host, ChainSpec spec, StakeGenesisState genesis, SlotClock clock,
        StakeOptions options)
    {
        var deposits = new Deposits(genesis.Settings.DepositAddress);
        var states = new StakeStates(host, genesis, deposits);
        var waiting = new WaitingVotes();
        var chain = new StakeChain(genesis, states, clock, waiting);
        var votes = new AttestationPool(Epoch.Genesis);
        var slasher = new Slasher(genesis.Settings.SlotsPerEpoch, Epoch.Genesis, OffenceWatch.WindowOf(genesis.State));
        var keys = new KeyListener(host, genesis, chain, slasher, options.Signatures);
        var watch = new OffenceWatch(host, genesis, chain, slasher, keys);
        var past = new PastBlocks(host, genesis.Settings);
        var finality = new ConflictingFinality(host, chain, past, watch);
        var gossip = new StakeGossip(host, chain, genesis, votes, watch, finality, waiting, options.Signatures);
        var exchange = new FinalityExchange(host, chain, gossip, watch, finality);
        var proposer = new BlockProposer(host, spec, chain, genesis, deposits, votes, watch);
        var duties = new ValidatorDuties(host, chain, genesis, proposer, gossip, keys);
        var recall = new OffenceRecall(host, genesis, chain, past, watch);
        return new ConsensusEngine(
            chain.Begin,
            new StakeHeaderRules(),
            new StakeBlockJudge(chain, genesis, deposits, options, watch),
            new StakeAgent(host, genesis, chain, gossip, duties, keys, watch, recall, finality, exchange, votes));
    }
}
