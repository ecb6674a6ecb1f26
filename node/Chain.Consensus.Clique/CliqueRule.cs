using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Clique (EIP-225 with EIP-3436, docs/consensus/clique.md), put together from its roles.</summary>
public static class CliqueRule
{
    /// <summary>As `config.chain.consensus` spells it.</summary>
    public const string Name = "clique";

    // A divisor of a second, since an in-turn block is due at a whole one.
    private const long TickMs = 100;

    public static ConsensusRules Create(ChainSpec spec, CliqueSettings settings, SealedHeader genesis)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(genesis);
        return new ConsensusRules
        {
            Name = Name,
            Lifecycle = new CliqueLifecycle(),
            NewEngine = host => NewEngine(host, spec, settings, genesis),
            NativeContracts = NativeContracts.None,
            HasSidecar = false,

            // A tie is decided by more than weight, so that a branch as heavy as ours must be fetched, too. Nobody can make many:
            // a branch of n blocks needs more than half of the signers.
            HeadersCarryWeight = false,
            ExecutesOnArrival = false,
            FinalityHolds = false,
            HasMiners = false,
            NextTick = now => new At((now.UnixMs / TickMs * TickMs) + TickMs),
        };
    }

    private static ConsensusEngine NewEngine(IConsensusHost host, ChainSpec spec, CliqueSettings settings, SealedHeader genesis)
    {
        var seals = new SealMemo();
        SealedHeader? Header(Hash256 hash) => hash == genesis.Hash ? genesis : host.GetHeader(hash);
        var snapshots = new CliqueSnapshots(settings, seals, Header, host.GetConsensusState);
        var blocks = new CliqueBlocks(snapshots, seals, Header);
        var chain = new CliqueChain(blocks, snapshots, Header);
        var proposals = new CliqueProposals();
        var clock = new CliqueClock(settings);
        var sealer = new CliqueSealer(host, spec, settings, chain, proposals, clock);
        return new ConsensusEngine(
            chain.Begin,
            new CliqueHeaderRules(settings, snapshots, seals),
            new CliqueBlockJudge(blocks),
            new CliqueAgent(host, settings, chain, sealer, proposals, clock));
    }
}
