using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// One move of the head as the pool follows it: what comes back, what left, and what can no longer be mined, with the reasons.
/// </summary>
internal sealed class PoolFollower
{
    private readonly PoolRules _rules;
    private readonly PoolHead _head;
    private readonly At _now;
    private readonly PoolChanges _changes;
    private readonly Dictionary<(Address Sender, ulong Nonce), RecoveredTransaction> _mined = [];
    private readonly HashSet<Hash256> _minedHashes = [];

    public PoolFollower(PoolRules rules, PoolHeadMove move, PoolHead head, At now, PoolChanges changes)
    {
        (_rules, _head, _now, _changes) = (rules, head, now, changes);
        var minedIn = new Dictionary<Hash256, BlockRef>();
        foreach (var (transaction, block) in move.Added)
        {
            _mined[(transaction.Sender, transaction.Transaction.Nonce)] = transaction;
            _minedHashes.Add(transaction.Hash);
            minedIn[transaction.Hash] = block;
            changes.Mined.Add(transaction.Hash);
        }

        foreach (var (transaction, block) in move.Removed) Judge(transaction, block, minedIn);
    }

    /// <summary>What nobody mined again, by sender, in nonce order.</summary>
    public SortedDictionary<Address, List<RecoveredTransaction>> Returning { get; } = [];

    /// <summary>What came back to the pool, at least for a moment.</summary>
    public List<Hash256> Returned { get; } = [];

    public int Conflicting { get; private set; }

    /// <summary>The account's nonce has passed a transaction of the pool: it is mined, or another is.</summary>
    public void Passed(PooledTransaction behind)
    {
        var transaction = behind.Recovered;
        if (_minedHashes.Contains(transaction.Hash)) return;
        Conflicting++;
        var nonce = transaction.Transaction.Nonce;
        if (_mined.TryGetValue((transaction.Sender, nonce), out var rival)) TellConflict(transaction.Hash, rival.Hash);
        else Tell(transaction.Hash, TransactionFate.Conflicting, $"nonce {nonce} of its sender is used up");
    }

    /// <summary>The sender's transactions that come back, and what has to leave for them.</summary>
    public (List<PooledTransaction> Fresh, List<PooledTransaction> Replaced) TakeBack(PoolSender sender, ref ulong nextSequence)
    {
        var (fresh, replaced) = (new List<PooledTransaction>(), new List<PooledTransaction>());
        if (!Returning.TryGetValue(sender.Address, out var returning)) return (fresh, replaced);
        foreach (var transaction in returning)
        {
            if (Refuse(sender, transaction, replaced) is { } error)
            {
                Tell(transaction.Hash, TransactionFate.Dropped, PoolErrorText.Of(error));
                continue;
            }

            fresh.Add(new PooledTransaction(transaction, _now, nextSequence++));
            Returned.Add(transaction.Hash);
            Tell(transaction.Hash, TransactionFate.Pending, "back in the pool");
        }

        return (fresh, replaced);
    }

    /// <summary>Takes out what the balance does not cover any more, in nonce order, and what no block has gas for.</summary>
    public List<PooledTransaction> RemoveImpossible(PoolSender sender, UInt256 balance)
    {
        if (sender.Count == 0) return [];
        var left = balance;
        return sender.RemoveWhere((pooled, _) =>
        {
            var fields = pooled.Recovered.Transaction.Unsigned;
            if (fields.GasLimit > _head.GasLimit)
            {
                _changes.Drop(pooled, _now, $"it wants {fields.GasLimit} gas, a block has {_head.GasLimit} now");
                return true;
            }

            var cost = TransactionRules.UpfrontCost(fields) ?? UInt256.MaxValue;
            if (UInt256.TrySubtract(left, cost, out var rest))
            {
                left = rest;
                return false;
            }

            _changes.Drop(pooled, _now, $"its sender can no longer pay for it: {cost} wei needed, {left} wei left");
            return true;
        }, _now);
    }

    private void Judge(RecoveredTransaction transaction, BlockRef block, Dictionary<Hash256, BlockRef> minedIn)
    {
        Tell(transaction.Hash, TransactionFate.Orphaned, $"block {block.Number} was reorganised away", block);
        if (minedIn.TryGetValue(transaction.Hash, out var again))
        {
            Tell(transaction.Hash, TransactionFate.Mined, "mined again on the new branch", again);
        }
        else if (_mined.TryGetValue((transaction.Sender, transaction.Transaction.Nonce), out var rival))
        {
            Conflicting++;
            TellConflict(transaction.Hash, rival.Hash);
        }
        else
        {
            if (!Returning.TryGetValue(transaction.Sender, out var list)) Returning.Add(transaction.Sender, list = []);
            list.Add(transaction);
        }
    }

    private PoolError? Refuse(PoolSender sender, RecoveredTransaction transaction, List<PooledTransaction> replaced)
    {
        if (_rules.Check(transaction, _head, out _) is { } error) return error;
        var index = sender.IndexOf(transaction.Transaction.Nonce);
        if (index < 0) return null;
        var rival = sender[index].Recovered.Transaction;
        if (_rules.CheckReplacement(transaction.Transaction, rival) is { } underbid) return underbid;
        replaced.Add(sender.RemoveAt(index, _now));
        const string Why = "a transaction with the same nonce and a higher price came back";
        Tell(rival.Hash, TransactionFate.Replaced, Why, null, transaction.Hash);
        return null;
    }

    private void TellConflict(Hash256 hash, Hash256 rival) =>
        Tell(hash, TransactionFate.Conflicting, $"transaction {rival} of the same sender and nonce was mined", null, rival);

    private void Tell(Hash256 hash, TransactionFate fate, string why, BlockRef? block = null, Hash256? other = null) =>
        _changes.Steps.Add((hash, new TransactionStep(fate, _now, block, other, why)));
}
