using System.Text.Json;
using Chain.Consensus;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// What a consensus rule shows of itself over JSON-RPC. The methods and pages that all rules share ask it for its part.
/// </summary>
public abstract class RuleApi
{
    private const long MostClockOffsetMs = 2_000;
    private const ulong LagInBlockTimes = 15;

    /// <summary>Whether it tells events of its own, for `chainConsensus` subscriptions.</summary>
    public virtual bool HasEvents => false;

    /// <summary>The names of its alerts, beside those of every node.</summary>
    public virtual IReadOnlyList<string> AlertNames => [];

    /// <summary>Adds the methods that exist under this rule alone.</summary>
    public virtual void AddMethods(RpcMethodTable table)
    {
    }

    /// <summary>The fields of chain_getConfidence that are the rule's, into an open object: how far a canonical block can be
    /// trusted.</summary>
    /// <param name="attackerShare">What the caller assumes of an attacker, from 0 to 1.</param>
    /// <param name="confirmations">The block's own counts as the first.</param>
    public abstract void WriteConfidence(RpcCall call, SealedHeader block, double attackerShare, int confirmations);

    /// <summary>What the rule adds to a block of the tree, into an open object.</summary>
    public virtual void WriteTreeNode(Utf8JsonWriter json, ChainView view, Hash256 block)
    {
    }

    /// <summary>What the rule adds to chain_status, into an open object.</summary>
    public virtual void WriteStatus(Utf8JsonWriter json, ChainView view, IChainReader reader)
    {
    }

    /// <summary>What the rule adds to the health page, into an open object.</summary>
    public virtual void WriteHealth(Utf8JsonWriter json, ChainView view)
    {
    }

    /// <summary>What the rule adds to the metrics page.</summary>
    public virtual void WriteMetrics(MetricsText page, ChainView view)
    {
    }

    /// <summary>An event as subscribers get it: one object.</summary>
    public virtual void WriteEvent(Utf8JsonWriter json, ConsensusEvent happened) =>
        throw new InvalidOperationException($"No rule here tells {happened.GetType().Name}.");

    /// <summary>What the rule wants looked at; each under one of <see cref="AlertNames"/>.</summary>
    public virtual IEnumerable<Alert> Alerts(ChainView view) => [];

    /// <summary>In words, that no block has come for too long; null while they come, or where none is due.</summary>
    /// <param name="ageSeconds">Of the head.</param>
    /// <param name="intervalMs">How often a block is due.</param>
    public virtual string? Lag(ChainView view, ulong ageSeconds, ulong intervalMs) =>
        ageSeconds * 1000 > intervalMs * LagInBlockTimes
            ? $"the head is {ageSeconds} s old; a block is due every {intervalMs / 1000.0} s"
            : null;

    /// <summary>The difference to the peers' clocks that calls for an alert, in milliseconds.</summary>
    public virtual long LargestClockOffsetMs(ChainSpec spec) => MostClockOffsetMs;
}
