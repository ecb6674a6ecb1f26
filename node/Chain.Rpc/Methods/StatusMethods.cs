using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>chain_status and chain_nodeInfo: a node at a glance, for the test-network tool and for screens.</summary>
internal static class StatusMethods
{
    private const int RecentReorgs = 32;

    public static void AddTo(RpcMethodTable table)
    {
        table.Add("chain_status", 0, Status);
        table.Add("chain_nodeInfo", 0, NodeInfo);
    }

    private static RpcError? NodeInfo(RpcCall call)
    {
        var json = call.Out;
        json.WriteStartObject();
        WriteIdentity(call);
        json.WriteString("secp256k1"u8, Secp256k1.Description);
        json.WriteNumber("pid"u8, Environment.ProcessId);
        json.WriteEndObject();
        return null;
    }

    private static void WriteIdentity(RpcCall call)
    {
        var json = call.Out;
        json.WriteString("clientVersion"u8, call.Node.ClientVersion);
        json.WriteString("consensus"u8, call.Node.Rules.Name);
        json.WriteQuantity("chainId"u8, call.Node.Spec.ChainId);
        json.WriteHex("genesisHash"u8, call.Node.GenesisHash);
        if (call.Node.Enode is { } enode) json.WriteString("enode"u8, enode);
        else json.WriteNull("enode"u8);
    }

    private static RpcError? Status(RpcCall call)
    {
        var (json, view) = (call.Out, call.View);
        json.WriteStartObject();
        WriteIdentity(call);
        ChainJson.WriteHead(json, "head"u8, view.Head);
        ChainJson.WriteHead(json, "safe"u8, view.Safe);
        ChainJson.WriteHead(json, "finalized"u8, view.Finalized);
        json.WriteQuantity("totalDifficulty"u8, view.HeadTotalDifficulty);
        WritePeers(call);
        json.WriteStartArray("reorgs"u8);
        foreach (var reorg in view.Reorgs.Skip(Math.Max(0, view.Reorgs.Count - RecentReorgs))) ChainJson.WriteReorg(json, reorg);
        json.WriteEndArray();
        json.WriteStartObject("pool"u8);
        json.WriteNumber("pending"u8, view.Pool.Totals.Pending);
        json.WriteNumber("queued"u8, view.Pool.Totals.Queued);
        json.WriteEndObject();
        json.WriteBoolean("mining"u8, view.MiningBeneficiary is not null);
        json.WriteHex("beneficiary"u8, view.MiningBeneficiary);
        json.WriteNumber("hashRate"u8, MiningMethods.Rate(call));
        json.WritePropertyName("syncing"u8);
        if (view.Sync is { } sync) NodeMethods.WriteSync(json, sync);
        else json.WriteBooleanValue(false);
        json.WriteNumber("rssBytes"u8, Environment.WorkingSet);
        json.WriteNumber("nowMs"u8, call.Node.Now.UnixMs);
        if (call.Node.ClockOffsetMs is { } offset) json.WriteNumber("clockOffsetMs"u8, offset);
        else json.WriteNull("clockOffsetMs"u8);
        if (view.Stake() is { } stake) StakeJson.WriteSummary(json, stake, call.Reader);
        WriteAlerts(call);
        json.WriteEndObject();
        return null;
    }

    private static void WritePeers(RpcCall call)
    {
        call.Out.WriteStartArray("peers"u8);
        var endpoints = call.Node.PeerEndpoints.ToDictionary(endpoint => endpoint.Id);
        foreach (var peer in call.View.Peers) ChainJson.WritePeer(call.Out, peer, endpoints.GetValueOrDefault(peer.Id));
        call.Out.WriteEndArray();
    }

    private static void WriteAlerts(RpcCall call)
    {
        call.Out.WriteStartArray("alerts"u8);
        foreach (var alert in Alerts.Of(call.View, call.Node, call.Services.Hub.HadPeers))
        {
            call.Out.WriteStartObject();
            call.Out.WriteString("name"u8, alert.Name);
            call.Out.WriteString("message"u8, alert.Message);
            call.Out.WriteEndObject();
        }

        call.Out.WriteEndArray();
    }
}

/// <summary>Something that whoever watches the node should look at.</summary>
/// <param name="Name">One of <see cref="Alerts.Names"/>.</param>
internal sealed record Alert(string Name, string Message);

/// <summary>The alerts, in the product's own words.</summary>
internal static class Alerts
{
    public static readonly string[] Names =
    [
        "split_brain", "fork_detected", "clock_skew", "consensus_lag", "partition", "finality_stalled", SigningPaused,
        KeyInUseElsewhere,
        "read_only", "store_damaged",
    ];

    private const string SigningPaused = "signing_paused";
    private const string KeyInUseElsewhere = "key_in_use_elsewhere";

    private const long MostClockOffsetMs = 2_000;

    // consensus-specs, p2p interface: MAXIMUM_GOSSIP_CLOCK_DISPARITY.
    private const long LeastClockOffsetMs = 500;
    private const ulong LagInBlockTimes = 15;
    private const ulong ForkWindow = 16;
    private const int ForkDepth = 2;

    /// <param name="hadPeers">Whether a peer was ever connected.</param>
    public static List<Alert> Of(ChainView view, INodeAccess node, bool hadPeers)
    {
        var alerts = new List<Alert>();
        if (SplitBrain(view) is { } peer)
            alerts.Add(new Alert("split_brain",
                $"{peer.Name} is on another chain: its block {peer.Head!.Number} is {peer.Head.Hash}, which is not on ours"));
        if (DeepestBranch(view) is var (length, tip) && length >= ForkDepth)
            alerts.Add(new Alert("fork_detected",
                $"a branch of {length} blocks competes with the head; its tip is block {tip.Number} ({tip.Hash})"));
        if (node.ClockOffsetMs is { } offset && Math.Abs(offset) > LargestClockOffsetMs(node.Spec))
            alerts.Add(new Alert("clock_skew", ClockSkew(view, offset)));
        var age = node.Now.UnixSeconds - Math.Min(node.Now.UnixSeconds, view.Head.Header.Timestamp);
        var interval = node.Spec.Consensus.BlockIntervalMs;
        if (view.Head.Number > 0 && age * 1000 > interval * LagInBlockTimes)
            alerts.Add(new Alert("consensus_lag", Lag(view, age, interval)));
        if (view.Peers.IsEmpty && hadPeers && node.ReadOnlyReason is null)
            alerts.Add(new Alert("partition", "every peer is gone"));
        if (node.ReadOnlyReason is { } reason) alerts.Add(new Alert("read_only", reason));
        if (node.DamageMet is { } damage) alerts.Add(new Alert("store_damaged", damage));
        if (view.Stake()?.StalledFinality() is { } stalled) alerts.Add(new Alert("finality_stalled", stalled));
        foreach (var (isInUseElsewhere, message) in view.Stake()?.SilentValidators() ?? [])
            alerts.Add(new Alert(isInUseElsewhere ? KeyInUseElsewhere : SigningPaused, message));
        return alerts;
    }

    /// <summary>
    /// The clock offset that calls for an alert: a slot, where slots are what clocks have to agree on, but no less than honest
    /// networks differ by, and at most two seconds.
    /// </summary>
    internal static long LargestClockOffsetMs(ChainSpec spec) =>
        spec.Consensus is ProofOfStakeSettings
        ? Math.Clamp((long)spec.Consensus.BlockIntervalMs, LeastClockOffsetMs, MostClockOffsetMs)
        : MostClockOffsetMs;

    private static string ClockSkew(ChainView view, long offsetMs)
    {
        var (direction, whose) = (offsetMs < 0 ? "ahead of" : "behind", view.Peers.IsEmpty ? "its last peers'" : "its peers'");
        return $"this node's clock is {Math.Abs(offsetMs)} ms {direction} {whose}";
    }

    private static string Lag(ChainView view, ulong ageSeconds, ulong intervalMs) => view.Stake() is null
        ? $"the head is {ageSeconds} s old; a block is due every {intervalMs / 1000.0} s"
        : $"the head is {ageSeconds * 1000 / intervalMs} slots old; a block is due in each";

    /// <summary>A peer whose head this node knows as a block off its own chain.</summary>
    private static PeerView? SplitBrain(ChainView view)
    {
        foreach (var peer in view.Peers)
        {
            if (peer.Head is not { } head) continue;
            foreach (var node in view.Tree)
            {
                if (node.Header.Hash == head.Hash && !node.IsCanonical) return peer;
            }
        }

        return null;
    }

    /// <summary>The longest branch beside the canonical chain whose tip is among the last blocks, with all its blocks.</summary>
    private static (int Length, SealedHeader Tip)? DeepestBranch(ChainView view)
    {
        var lengths = new Dictionary<Hash256, int>();
        (int Length, SealedHeader Tip)? deepest = null;
        foreach (var node in view.Tree)
        {
            if (node.IsCanonical || node.Status == BlockStatus.Invalid) continue;
            var length = lengths.GetValueOrDefault(node.Header.ParentHash) + 1;
            lengths[node.Header.Hash] = length;
            if (node.Header.Number + ForkWindow < view.Head.Number) continue;
            if (deepest is null || length > deepest.Value.Length) deepest = (length, node.Header);
        }

        return deepest;
    }
}
