using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// What a step commits, in a line. Left out is what follows from the rest and has tests of its own: the bytes of the state, the
/// senders and log offsets of canonical changes, the order of arrival.
/// </summary>
internal static class BatchText
{
    public static string Of(StoreBatch batch, ScriptNames names) => string.Join("; ", Parts(batch, names));

    private static IEnumerable<string> Parts(StoreBatch batch, ScriptNames names)
    {
        if (batch.Blocks.Count > 0)
            yield return $"block {names.Of(batch.Blocks.Select(item => item.Block.Hash))} "
                + $"total {batch.Blocks[^1].Record.TotalDifficulty}";

        foreach (var part in Statuses(batch, names)) yield return part;
        if (batch.Codes.Count > 0) yield return "code";
        if (batch.Canonical.Count > 0) yield return $"chain {Canonical(batch.Canonical, names)}";
        if (batch.TransactionSteps.Count > 0)
            yield return $"steps {string.Join(' ', batch.TransactionSteps.Select(step => names.Of(step.TransactionHash)))}";
        foreach (var reorg in batch.Reorgs)
        {
            yield return $"reorg of {reorg.Depth} from {names.Of(reorg.From)} to {names.Of(reorg.To)} above "
                + $"{names.Of(reorg.Ancestor)}, {reorg.TransactionsReturned} back, {reorg.TransactionsConflicting} conflicting";
        }

        if (batch.ConsensusState is { } state) yield return $"consensus state of {names.Of(state.Block)}";
        if (batch.Head is { } head) yield return $"head {names.Of(head.Head)}";
    }

    /// <summary>`executed` means that the status, the receipts and the state of a block come together.</summary>
    private static IEnumerable<string> Statuses(StoreBatch batch, ScriptNames names)
    {
        var executed = batch.Statuses.Where(item => item.Status == BlockStatus.Executed).Select(item => item.Hash).ToList();
        if (executed.Count > 0) yield return $"executed {names.Of(executed)}";
        if (!executed.SequenceEqual(batch.Receipts.Select(item => item.BlockHash)))
            yield return $"receipts {names.Of(batch.Receipts.Select(item => item.BlockHash))}";
        if (batch.TrieNodes.Count > 0 != executed.Count > 0) yield return $"{batch.TrieNodes.Count} trie nodes";
        var invalid = batch.Statuses.Where(item => item.Status == BlockStatus.Invalid).Select(item => item.Hash).ToList();
        if (invalid.Count > 0) yield return $"invalid {names.Of(invalid)}";
    }

    private static string Canonical(List<CanonicalChange> changes, ScriptNames names)
    {
        var (removed, added) = (changes.Where(change => !change.Added), changes.Where(change => change.Added));
        return Signed(removed.Select(change => change.Block.Hash), added.Select(change => change.Block.Hash), names);
    }

    /// <summary>`-a2 a1 +b1..b3`: blocks that leave the chain, and blocks that join it.</summary>
    public static string Signed(IEnumerable<Hash256> removed, IEnumerable<Hash256> added, ScriptNames names)
    {
        var (gone, fresh) = (names.Of(removed), names.Of(added));
        return string.Join(' ', new[] { gone.Length > 0 ? $"-{gone}" : "", fresh.Length > 0 ? $"+{fresh}" : "" }
            .Where(part => part.Length > 0));
    }
}
