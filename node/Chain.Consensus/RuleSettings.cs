using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>The settings of a rule, which bring the rule along.</summary>
public abstract record RuleSettings : ConsensusSettings
{
    /// <summary>The block and the accounts that a genesis file with these settings describes.</summary>
    /// <exception cref="GenesisException">Values with which a chain cannot work.</exception>
    public abstract GenesisBlock BuildGenesis(GenesisFile genesis);

    /// <summary>The rule as any node takes part in it, with no wishes of its own.</summary>
    /// <param name="spec">What the genesis file says.</param>
    /// <param name="genesis">The genesis block's header.</param>
    public abstract ConsensusRules CreateRules(ChainSpec spec, SealedHeader genesis);
}
