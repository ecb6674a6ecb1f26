using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>From a genesis file to its rule, whichever that is.</summary>
public static class ConsensusFactory
{
    /// <param name="spec">What the genesis file says.</param>
    /// <param name="genesis">The genesis block's header.</param>
    public static ConsensusRules Create(ChainSpec spec, SealedHeader genesis)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return SettingsOf(spec).CreateRules(spec, genesis);
    }

    /// <summary>The block and the accounts that a genesis file describes, under the rule that it names.</summary>
    /// <exception cref="GenesisException">Values with which a chain cannot work.</exception>
    public static GenesisBlock BuildGenesis(GenesisFile genesis)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        return SettingsOf(genesis.Spec).BuildGenesis(genesis);
    }

    private static RuleSettings SettingsOf(ChainSpec spec) => (RuleSettings)spec.Consensus;
}
