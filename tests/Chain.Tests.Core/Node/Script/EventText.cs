using Chain.Node;

namespace Chain.Tests;

/// <summary>What a node tells its listeners, as text.</summary>
internal static class EventText
{
    public static string Of(NodeEvent happened, ScriptNames names) => happened switch
    {
        NodeEvent.HeadChanged moved => Of(moved, names),
        NodeEvent.TransactionPooled pooled => $"{names.Of(pooled.Transaction.Hash)} pending",
        NodeEvent.TransactionQueued queued => $"{names.Of(queued.Transaction.Hash)} queued",
        NodeEvent.TransactionChanged changed => $"{names.Of(changed.Hash)} {Of(changed.Step, names)}",
        NodeEvent.NewWork work => WorkText.Of(work.Package, names),
        NodeEvent.BlockRejected rejected => Of(rejected, names),
        NodeEvent.OfConsensus consensus => $"{consensus.Happened.GetType().Name}",
        NodeEvent.PeerReady ready => $"{names.Of(ready.Peer)} ready",
        NodeEvent.PeerPunished punished =>
            $"{names.Of(punished.Peer)} +{punished.Points} = {punished.Score}: {names.In(punished.Why)}",
        NodeEvent.SyncProgress progress =>
            $"syncing from {progress.StartingBlock}, at {progress.CurrentBlock} of {progress.HighestBlock}",
        NodeEvent.SyncFinished finished => $"synced at {finished.Head}",
        _ => throw new InvalidOperationException($"No text for {happened.GetType().Name}."),
    };

    private static string Of(NodeEvent.HeadChanged moved, ScriptNames names)
    {
        var changes = BatchText.Signed(
            moved.Removed.Select(header => header.Hash), moved.Added.Select(header => header.Hash), names);
        return $"head {names.Of(moved.Head.Hash)}: {changes} above {names.Of(moved.Ancestor.Hash)}";
    }

    private static string Of(NodeEvent.BlockRejected rejected, ScriptNames names)
    {
        var from = rejected.From is { } peer ? $" of {names.Of(peer)}" : "";
        return $"{names.Of(rejected.Hash)}{from} rejected: {names.In(rejected.Why)}";
    }

    private static string Of(TransactionStep step, ScriptNames names)
    {
        var block = step.Block is { } where ? $" {names.Of(where)}" : "";
        var other = step.Other is { } hash ? $" by {names.Of(hash)}" : "";
        var reason = step.Reason is { } why ? $": {names.In(why)}" : "";
        return $"{step.Fate.ToString().ToLowerInvariant()}{block}{other}{reason}";
    }
}
