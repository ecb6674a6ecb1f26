using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Work;

/// <summary>Proof of work with the heaviest chain (docs/consensus/work.md), put together from its roles.</summary>
public static class ProofOfWork
{
    /// <summary>As `config.chain.consensus` spells it.</summary>
    public const string Name = "proof-of-work";

    private const long TickMs = 250;

    public static ConsensusRules Create(ChainSpec spec, ProofOfWorkSettings settings)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(settings);
        return new ConsensusRules
        {
            Name = Name,
            Lifecycle = new ProofOfWorkLifecycle(spec, settings),
            NewEngine = _ =>
                new ConsensusEngine(root => new HeaviestChain(root, settings.SafeDepth, settings.FinalizedDepth),
                    new ProofOfWorkHeaderRules(settings), WorkBlockJudge.Instance, QuietAgent.Instance),
            NativeContracts = NativeContracts.None,
            HasSidecar = false,
            HeadersCarryWeight = true,
            ExecutesOnArrival = false,
            FinalityHolds = false,
            HasMiners = true,
            NextTick = now => now.Plus(TickMs),
        };
    }
}
