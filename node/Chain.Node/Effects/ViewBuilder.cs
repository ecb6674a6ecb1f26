using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Makes the published picture; unchanged parts are shared with the picture before, and so is the whole when nothing changed.
/// </summary>
internal static class ViewBuilder
{
    public static ChainView Initial(
        BlockTree tree, IChainReader store, NodeConfig config, ImmutableList<Reorg> reorgs,
        Chain.Consensus.ConsensusView? consensus) =>
        new()
        {
            Head = tree.Head.Header,
            HeadTotalDifficulty = tree.Head.TotalDifficulty,
            Safe = Marked(tree, store, tree.Marks().SafeNumber),
            Finalized = Marked(tree, store, tree.Marks().FinalizedNumber),
            Tree = TreeOf(tree, config.Limits),
            Reorgs = reorgs,
            Pool = PoolSnapshot.Empty,
            Peers = [],
            Consensus = consensus,
            Sync = null,
            MiningBeneficiary = null,
        };

    public static ChainView Next(ChainView last, BlockTree tree, IChainReader store, ViewParts parts, NodeLimits limits)
    {
        var view = last;
        var marks = tree.Marks();
        if (parts.TreeChanged || last.Head.Hash != tree.Head.Hash || last.Safe.Number != marks.SafeNumber
            || last.Finalized.Number != marks.FinalizedNumber)
        {
            view = view with
            {
                Head = tree.Head.Header,
                HeadTotalDifficulty = tree.Head.TotalDifficulty,
                Safe = Marked(tree, store, marks.SafeNumber),
                Finalized = Marked(tree, store, marks.FinalizedNumber),
                Tree = TreeOf(tree, limits),
                Reorgs = parts.NewReorgs.Count == 0 ? view.Reorgs : Bounded(view.Reorgs.AddRange(parts.NewReorgs)),
            };
        }

        if (!ReferenceEquals(view.Pool, parts.Pool)) view = view with { Pool = parts.Pool };
        if (!ReferenceEquals(view.Peers, parts.Peers)) view = view with { Peers = parts.Peers };
        if (!ReferenceEquals(view.Consensus, parts.Consensus)) view = view with { Consensus = parts.Consensus };
        if (view.Sync != parts.Sync) view = view with { Sync = parts.Sync };
        if (view.MiningBeneficiary != parts.MiningBeneficiary) view = view with { MiningBeneficiary = parts.MiningBeneficiary };
        return view;
    }

    private const int RecentReorgs = 64;

    private static ImmutableList<Reorg> Bounded(ImmutableList<Reorg> reorgs) =>
        reorgs.Count <= RecentReorgs ? reorgs : reorgs.RemoveRange(0, reorgs.Count - RecentReorgs);

    private static SealedHeader Marked(BlockTree tree, IChainReader store, ulong number)
    {
        var hash = tree.CanonicalHash(number)
            ?? throw StoreException.Missing($"canonical block {number}, below its head {tree.Head.Number}");
        return tree.Find(hash)?.Header ?? store.GetHeader(hash) ?? throw StoreException.Missing($"the header of block {number}");
    }

    private static List<BlockTreeNode> TreeOf(BlockTree tree, NodeLimits limits)
    {
        var from = Math.Max(tree.Floor, tree.Head.Number - Math.Min(tree.Head.Number, (ulong)limits.ViewHeights));
        return [.. tree.From(from).Select(entry => new BlockTreeNode(
            entry.Header, entry.TotalDifficulty, entry.Record.ArrivalOrder, entry.Record.ArrivedAt, entry.Status,
            tree.IsCanonical(entry), entry.Record.TransactionCount))];
    }
}

/// <summary>What a step may have changed.</summary>
internal sealed record ViewParts(
    bool TreeChanged, IReadOnlyList<Reorg> NewReorgs, PoolSnapshot Pool, ImmutableList<PeerView> Peers,
    Chain.Consensus.ConsensusView? Consensus, SyncView? Sync, Address? MiningBeneficiary);
