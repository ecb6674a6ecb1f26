using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>The one place that knows which consensus rules exist.</summary>
public static class ConsensusFactory
{
    public static ConsensusRules Create(ChainSpec spec) => spec.Consensus switch
    {
        ProofOfWorkSettings settings => ProofOfWork.Create(spec, settings),
        _ => throw new InvalidOperationException($"No rule for {spec.Consensus.GetType().Name}."),
    };
}
