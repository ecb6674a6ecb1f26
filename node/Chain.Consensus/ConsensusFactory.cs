using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>The one place that knows which consensus rules exist.</summary>
public static class ConsensusFactory
{
    /// <param name="spec">What the genesis file says.</param>
    /// <param name="genesis">The genesis block's header.</param>
    /// <param name="options">How this node takes part; the defaults suit any.</param>
    public static ConsensusRules Create(ChainSpec spec, SealedHeader genesis, ConsensusOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(genesis);
        return spec.Consensus switch
        {
            ProofOfWorkSettings settings => ProofOfWork.Create(spec, settings),
            ProofOfStakeSettings settings => ProofOfStake.Create(spec, settings, genesis, options ?? new ConsensusOptions()),
            _ => throw new InvalidOperationException($"No rule for {spec.Consensus.GetType().Name}."),
        };
    }

    /// <summary>The block and the accounts that a genesis file describes, under the rule that it names.</summary>
    /// <exception cref="GenesisException">Values with which a chain cannot work.</exception>
    public static GenesisBlock BuildGenesis(GenesisFile genesis)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        return genesis.Spec.Consensus is ProofOfStakeSettings settings
            ? StakeGenesis.Build(genesis, settings)
            : GenesisState.Build(genesis);
    }
}

/// <summary>How one node takes part, beside what all nodes agree on.</summary>
public sealed record ConsensusOptions
{
    /// <summary>
    /// How signatures of the rule's own messages are checked; a host gives one that remembers what other cores found out.
    /// </summary>
    public ISignatureVerifier Signatures { get; init; } = DirectVerifier.Instance;

    /// <summary>
    /// A checkpoint that any chain must contain to be followed, as "EPOCH:BLOCK-HASH" names it; null trusts genesis alone.
    /// </summary>
    public Checkpoint? TrustedCheckpoint { get; init; }
}
