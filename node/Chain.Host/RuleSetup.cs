using Chain.Node;
using Chain.Primitives;
using Microsoft.Extensions.Logging;

namespace Chain.Host;

/// <summary>How a node takes part in the consensus rule of its chain; made from what a person asks for.</summary>
public abstract record RuleSetup
{
    /// <summary>Opens what the rule needs beside the chain.</summary>
    /// <exception cref="IOException">What was asked for does not fit the chain, or a key cannot be read.</exception>
    /// <exception cref="StoreException">What the rule keeps beside the chain cannot serve.</exception>
    public abstract RuleHost Open(RuleSite site);
}

/// <summary>Where a rule is set up.</summary>
/// <param name="Genesis">The genesis block's header.</param>
/// <param name="Store">The chain so far.</param>
public sealed record RuleSite(ChainSpec Spec, SealedHeader Genesis, IChainReader Store, ILogger Log);
