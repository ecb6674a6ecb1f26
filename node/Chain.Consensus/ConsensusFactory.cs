using Chain.Execution;
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

    /// <summary>The block and the accounts that a genesis file describes, under the rule that it names.</summary>
    /// <exception cref="GenesisException">Values with which a chain cannot work.</exception>
    public static GenesisBlock BuildGenesis(GenesisFile genesis)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        return genesis.Spec.Consensus is ProofOfStakeSettings settings ? StakeGenesis.Build(genesis, settings) : GenesisState.Build(genesis);
    }
}
