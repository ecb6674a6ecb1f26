using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>Proof of work with the heaviest chain (docs/consensus/work.md), put together from its roles.</summary>
public static class ProofOfWork
{
    private const long TickMs = 250;

    public static ConsensusRules Create(ChainSpec spec, ProofOfWorkSettings settings)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(settings);
        return new ConsensusRules
        {
            Name = "proof-of-work",
            Headers = new ProofOfWorkHeaderRules(settings),
            Lifecycle = new ProofOfWorkLifecycle(spec, settings),
            NewEngine = _ =>
                new ConsensusEngine(root => new HeaviestChain(root, settings.SafeDepth, settings.FinalizedDepth),
                    PlainBlocks.Instance, QuietAgent.Instance),
            NativeContracts = NativeContracts.None,
            HasSidecar = false,
            HeadersCarryWeight = true,
            ExecutesOnArrival = false,
            FinalityHolds = false,
            NextTick = now => now.Plus(TickMs),
        };
    }
}
