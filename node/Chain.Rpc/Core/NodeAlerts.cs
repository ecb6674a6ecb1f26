using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>The alerts that every node may have, in the product's own words.</summary>
internal static class NodeAlerts
{
    public static readonly string[] Names =
    [
        "split_brain", "fork_detected", "clock_skew", "consensus_lag", "partition", "read_only", "store_damaged",
    ];

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
        if (node.ClockOffsetMs is { } offset && Math.Abs(offset) > node.Api.LargestClockOffsetMs(node.Spec))
            alerts.Add(new Alert("clock_skew", ClockSkew(view, offset)));
        var age = node.Now.UnixSeconds - Math.Min(node.Now.UnixSeconds, view.Head.Header.Timestamp);
        if (view.Head.Number > 0 && node.Api.Lag(view, age, node.Spec.Consensus.BlockIntervalMs) is { } lag)
            alerts.Add(new Alert("consensus_lag", lag));
        if (view.Peers.IsEmpty && hadPeers && node.ReadOnlyReason is null)
            alerts.Add(new Alert("partition", "every peer is gone"));
        if (node.ReadOnlyReason is { } reason) alerts.Add(new Alert("read_only", reason));
        if (node.DamageMet is { } damage) alerts.Add(new Alert("store_damaged", damage));
        alerts.AddRange(node.Api.Alerts(view));
        return alerts;
    }

    private static string ClockSkew(ChainView view, long offsetMs)
    {
        var (direction, whose) = (offsetMs < 0 ? "ahead of" : "behind", view.Peers.IsEmpty ? "its last peers'" : "its peers'");
        return $"this node's clock is {Math.Abs(offsetMs)} ms {direction} {whose}";
    }

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
