using System.Text.Json;
using Chain.Consensus;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Rules.Stake;

/// <summary>What proof of stake shows of itself over JSON-RPC.</summary>
public sealed class StakeApi : RuleApi
{
    private const string FinalityStalled = "finality_stalled";
    private const string SigningPaused = "signing_paused";
    private const string KeyInUseElsewhere = "key_in_use_elsewhere";

    private const ulong LagInSlots = 15;
    private const long MostClockOffsetMs = 2_000;

    // consensus-specs, p2p interface: MAXIMUM_GOSSIP_CLOCK_DISPARITY.
    private const long LeastClockOffsetMs = 500;

    public override bool HasEvents => true;

    public override IReadOnlyList<string> AlertNames { get; } = [FinalityStalled, SigningPaused, KeyInUseElsewhere];

    public override void AddMethods(RpcMethodTable table) => StakeMethods.AddTo(table);

    public override void WriteConfidence(RpcCall call, SealedHeader block, double attackerShare, int confirmations) =>
        StakeMethods.WriteConfidence(call, block);

    public override void WriteTreeNode(Utf8JsonWriter json, ChainView view, Hash256 block)
    {
        if (view.Stake()?.ShareBehind(block) is { } share) json.WriteNumber("stakeShare"u8, share);
    }

    public override void WriteStatus(Utf8JsonWriter json, ChainView view, IChainReader reader)
    {
        if (view.Stake() is { } stake) StakeJson.WriteSummary(json, stake, reader);
    }

    public override void WriteHealth(Utf8JsonWriter json, ChainView view)
    {
        if (view.Stake() is not { } stake) return;
        json.WriteNumber("finalityDelayEpochs"u8, stake.FinalityDelay());
        json.WriteNumber("participation"u8, stake.PreviousParticipation());
        json.WriteNumber("slashed"u8, stake.Slashed().Count());
    }

    public override void WriteMetrics(MetricsText page, ChainView view)
    {
        if (view.Stake() is not { } stake) return;
        page.Gauge("chain_slot", "The slot of the clock.", stake.Slot.Number);
        page.Gauge("chain_epoch", "The epoch of the clock.", stake.Epoch.Number);
        page.Gauge("chain_justified_epoch", "The justified epoch on the head's branch.", stake.Justified.Epoch.Number);
        page.Gauge("chain_finalized_epoch", "The finalized epoch.", stake.Finalized.Epoch.Number);
        page.Gauge("chain_finality_lag_epochs", "Epochs between now and the finalized one; 2 or 3 when all is well.",
            stake.FinalityDelay());
        page.Head("chain_participation_ratio", "gauge", "Share of the stake whose votes for the epoch are in the chain.");
        page.Sample("chain_participation_ratio", "{epoch=\"previous\"}", stake.PreviousParticipation());
        page.Sample("chain_participation_ratio", "{epoch=\"current\"}", stake.CurrentParticipation());
        page.Head("chain_validators", "gauge", "Validators by status.");
        foreach (var group in stake.Validators.GroupBy(item => item.StatusAt(stake.Epoch)).OrderBy(group => group.Key,
            StringComparer.Ordinal))
            page.Sample("chain_validators", $"{{status=\"{group.Key}\"}}", group.Count());
        page.Gauge("chain_slashed_validators", "Validators that were slashed.", stake.Slashed().Count());
        page.Gauge("chain_leaking", "1 while absent validators lose stake.", stake.IsLeaking ? 1 : 0);
        page.Gauge("chain_waiting_evidence", "Evidence that waits for a block.", stake.WaitingEvidence);
    }

    public override void WriteEvent(Utf8JsonWriter json, ConsensusEvent happened) => StakeJson.WriteEvent(json, happened);

    public override IEnumerable<Alert> Alerts(ChainView view)
    {
        if (view.Stake() is not { } stake) yield break;
        if (stake.StalledFinality() is { } stalled) yield return new Alert(FinalityStalled, stalled);
        foreach (var (isInUseElsewhere, message) in stake.SilentValidators())
            yield return new Alert(isInUseElsewhere ? KeyInUseElsewhere : SigningPaused, message);
    }

    public override string? Lag(ChainView view, ulong ageSeconds, ulong intervalMs) =>
        ageSeconds * 1000 > intervalMs * LagInSlots
            ? $"the head is {ageSeconds * 1000 / intervalMs} slots old; a block is due in each"
            : null;

    /// <summary>
    /// A slot, since slots are what clocks have to agree on, but no less than honest networks differ by, and at most two seconds.
    /// </summary>
    public override long LargestClockOffsetMs(ChainSpec spec) =>
        Math.Clamp((long)spec.Consensus.BlockIntervalMs, LeastClockOffsetMs, MostClockOffsetMs);
}
