using Chain.Consensus.Work;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Rules.Work;

/// <summary>What proof of work shows of itself over JSON-RPC.</summary>
public sealed class WorkApi : RuleApi
{
    public override void WriteConfidence(RpcCall call, SealedHeader block, double attackerShare, int confirmations)
    {
        ArgumentNullException.ThrowIfNull(call);
        call.Out.WriteString("level"u8, ConfidenceLevel.Describe(confirmations));
        call.Out.WriteNumber("attackerShare"u8, attackerShare);
        call.Out.WriteNumber("catchUpProbability"u8, CatchUp.Probability(attackerShare, confirmations));
        call.Out.WriteString("rule"u8, "pow"u8);
    }
}
