using Chain.Node;

namespace Chain.Tests;

/// <summary>
/// What changed from one published picture to the next. The tree is condensed: whatever changed in it, it says `tree`; the
/// persisted batch has said what.
/// </summary>
internal sealed class ViewText(ScriptNames names)
{
    public string Head(ChainView view) => $"head {names.Of(view.Head.Hash)} total {view.HeadTotalDifficulty}";

    public string Changes(ChainView last, ChainView view) => string.Join("; ", Parts(last, view));

    private IEnumerable<string> Parts(ChainView last, ChainView view)
    {
        if (last.Head.Hash != view.Head.Hash) yield return Head(view);
        if (last.Safe.Hash != view.Safe.Hash) yield return $"safe {names.Of(view.Safe.Hash)}";
        if (last.Finalized.Hash != view.Finalized.Hash) yield return $"final {names.Of(view.Finalized.Hash)}";
        if (last.Head.Hash == view.Head.Hash && !ReferenceEquals(last.Tree, view.Tree)) yield return "tree";
        if (last.Reorgs.Count != view.Reorgs.Count) yield return "reorgs";
        if (!ReferenceEquals(last.Pool, view.Pool)) yield return Pool(view.Pool);
        if (!ReferenceEquals(last.Peers, view.Peers)) yield return Peers(last, view);
        if (!ReferenceEquals(last.Consensus, view.Consensus)) yield return "consensus";
        if (last.Sync != view.Sync) yield return Sync(view.Sync);
        if (last.MiningBeneficiary != view.MiningBeneficiary)
            yield return view.MiningBeneficiary is null ? "mining off" : "mining on";
    }

    /// <summary>`pool t1 t2 | t5`: each sender's pending transactions, and behind the bar the queued ones.</summary>
    private string Pool(PoolSnapshot pool)
    {
        // By arrival, so that the order of addresses, which nobody sees, does not show.
        var accounts = pool.BySender.Values.OrderBy(account => account.Items.Values.First().Sequence).ToList();
        var pending = accounts.SelectMany(account => account.Executable()).Select(item => item.Recovered.Hash);
        var queued = accounts.SelectMany(account => account.Queued()).Select(item => item.Recovered.Hash);
        var (now, later) = (names.Of(pending), names.Of(queued));
        var text = later.Length == 0 ? now : $"{now} | {later}".TrimStart();
        return text.Length == 0 ? "pool empty" : $"pool {text}";
    }

    private string Peers(ChainView last, ChainView view)
    {
        var changed = view.Peers.Where(peer => !last.Peers.Contains(peer)).Select(Peer);
        var gone = last.Peers.Where(old => view.Peers.All(peer => peer.Id != old.Id)).Select(old => $"-{old.Name}");
        return $"peers {string.Join(", ", changed.Concat(gone))}";
    }

    private string Peer(PeerView peer)
    {
        var claim = peer.Head is { } head ? $"claims {names.Of(head)}" : "claims nothing";
        var total = peer.TotalDifficulty.IsZero ? "" : $" total {peer.TotalDifficulty}";
        var score = peer.Score == 0 ? "" : $" score {peer.Score}";
        return $"{peer.Name} {claim}{total}{score}";
    }

    private static string Sync(SyncView? sync) =>
        sync is null ? "sync over" : $"sync from {sync.StartingBlock}, at {sync.CurrentBlock} of {sync.HighestBlock}";
}
