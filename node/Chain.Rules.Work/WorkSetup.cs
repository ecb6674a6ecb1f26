using Chain.Consensus;
using Chain.Host;
using Chain.Rpc;

namespace Chain.Rules.Work;

/// <summary>How a node takes part in proof of work: there is nothing to choose beside mining.</summary>
public sealed record WorkSetup : RuleSetup
{
    public override RuleHost Open(RuleSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        return new WorkHost(ConsensusFactory.Create(site.Spec, site.Genesis));
    }

    private sealed class WorkHost(ConsensusRules rules) : RuleHost
    {
        public override ConsensusRules Rules => rules;

        public override RuleApi Api { get; } = new WorkApi();
    }
}
