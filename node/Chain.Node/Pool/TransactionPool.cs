using System.Collections.Immutable;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Transactions that wait for a block: in nonce order per sender, replaced for a higher price, evicted by worth when full,
/// dropped when they expire, checked again when the head moves. What follows its account's nonce is pending; what waits behind a
/// gap is queued, within bounds of its own, until the gap closes.
/// </summary>
public sealed class TransactionPool(PoolLimits limits, ulong chainId, NativeContracts natives)
{
    private readonly PoolRules _rules = new(limits, chainId, natives);
    private readonly Dictionary<Address, PoolSender> _senders = [];
    private readonly EvictionOrder _pendingOrder = new(limits, queued: false);
    private readonly EvictionOrder _queuedOrder = new(limits, queued: true);
    private UInt256 _baseFee;
    private ulong _gasLimit;
    private ulong _nextSequence;

    /// <summary>The pool as it is now.</summary>
    public PoolSnapshot Snapshot { get; private set; } = PoolSnapshot.Empty;

    public int Count => Snapshot.ByHash.Count;

    public bool Contains(Hash256 hash) => Snapshot.ByHash.ContainsKey(hash);

    /// <summary>Takes a transaction, or says why not.</summary>
    public PoolError? Add(RecoveredTransaction recovered, PoolHead head, At now, PoolChanges changes)
    {
        var transaction = recovered.Transaction;
        _baseFee = head.NextBaseFee;
        if (Contains(transaction.Hash)) return new PoolError.AlreadyKnown(transaction.Hash);
        if (_rules.Check(recovered, head, out var account) is { } error) return error;
        var sender = _senders.GetValueOrDefault(recovered.Sender) ?? new PoolSender(recovered.Sender, account?.Nonce ?? 0);
        var place = sender.IndexOf(transaction.Nonce);
        var replaced = place >= 0 ? sender[place] : null;
        if (replaced is not null && CheckReplacement(transaction, replaced) is { } underbid) return underbid;
        var balance = account?.Balance ?? UInt256.Zero;
        if (CheckFunds(sender, transaction, replaced, balance) is { } overshot) return new PoolError.Invalid(overshot);
        if (MakeRoom(sender, transaction, replaced, now, changes) is { } full) return full;

        if (replaced is not null)
        {
            Forget(replaced);
            const string Why = "a transaction with the same nonce and a higher price took its place";
            var step = new TransactionStep(TransactionFate.Replaced, now, null, transaction.Hash, Why);
            changes.Steps.Add((replaced.Recovered.Hash, step));
        }

        var pooled = new PooledTransaction(recovered, now, _nextSequence++);
        sender.Put(pooled, now);
        Remember(pooled);
        while (sender.CostOf(sender.Count) > balance)
        {
            Drop(sender, sender.Count - 1, now, changes, "its sender can no longer pay for it: one with an earlier nonce came");
        }

        TrimOwn(sender, now, changes);
        Update(sender);
        Trim(now, changes);
        var index = sender.IndexOf(transaction.Nonce);
        if (index >= sender.Pending) changes.Queued.Add(recovered);
        else sender.TellFrom(index, changes.Entered);
        return null;
    }

    /// <summary>
    /// The executable transactions at this base fee, best payers first, each sender's in nonce order; those that offer less
    /// than the base fee stay behind.
    /// </summary>
    public IEnumerable<RecoveredTransaction> Best(UInt256 baseFee) => Snapshot.BestFirst(baseFee);

    /// <summary>
    /// Follows the head: what the added blocks hold leaves, what the removed blocks held and nobody mined again comes back, and
    /// every transaction that the new state makes impossible is dropped with the reason.
    /// </summary>
    /// <returns>How many came back, and how many can never be mined again because another took their nonce.</returns>
    public (int Returned, int Conflicting) OnHeadChanged(PoolHeadMove move, PoolHead head, At now, PoolChanges changes)
    {
        _pendingOrder.Forget();
        _queuedOrder.Forget();
        var follower = new PoolFollower(_rules, move, head, now, changes);
        var touched = new SortedSet<Address>(move.Added.Select(static item => item.Transaction.Sender));
        touched.UnionWith(follower.Returning.Keys);
        if (move.IsReorganization || head.GasLimit < _gasLimit) touched.UnionWith(Snapshot.BySender.Keys);
        (_baseFee, _gasLimit) = (head.NextBaseFee, head.GasLimit);
        foreach (var address in touched) Follow(address, follower, head, now, changes);
        Trim(now, changes);
        foreach (var address in touched)
        {
            if (_senders.TryGetValue(address, out var sender)) sender.TellFrom(0, changes.Entered);
        }

        return (follower.Returned.Count(Contains), follower.Conflicting);
    }

    /// <summary>Drops what has waited too long.</summary>
    public void Expire(At now, PoolChanges changes)
    {
        foreach (var address in Snapshot.BySender.Keys)
        {
            var sender = _senders[address];
            var expired = sender.RemoveWhere((pooled, since) => HasExpired(pooled, since, now), now);
            if (expired.Count == 0) continue;
            foreach (var pooled in expired)
            {
                Forget(pooled);
                changes.Drop(pooled, now, now.Since(pooled.AddedAt) > limits.LifetimeMs
                    ? $"waited in the pool for more than {limits.LifetimeMs / 60_000} minutes"
                    : $"waited for an earlier nonce for more than {limits.QueuedLifetimeMs / 60_000} minutes");
            }

            TrimOwn(sender, now, changes);
            Update(sender);
        }

        Trim(now, changes);
    }

    private bool HasExpired(PooledTransaction pooled, At? queuedSince, At now) =>
        queuedSince is { } since ? now.Since(since) > limits.QueuedLifetimeMs : now.Since(pooled.AddedAt) > limits.LifetimeMs;

    private PoolError.ReplacementUnderpriced? CheckReplacement(Transaction transaction, PooledTransaction replaced) =>
        _rules.CheckReplacement(transaction, replaced.Recovered.Transaction);

    /// <summary>The balance must cover all pending ones with it; where it would be queued, all that the sender has.</summary>
    private static TransactionError.InsufficientFunds? CheckFunds(
        PoolSender sender, Transaction transaction, PooledTransaction? replaced, UInt256 balance)
    {
        var others = sender.CostOf(transaction.Nonce <= sender.NextNonce ? sender.Pending : sender.Count);
        if (replaced is not null) others -= CostOf(replaced.Recovered.Transaction);
        var total = UInt256.TryAdd(others, CostOf(transaction), out var sum) ? sum : UInt256.MaxValue;
        return total > balance ? new TransactionError.InsufficientFunds(balance, total) : null;
    }

    // Every transaction in the pool was affordable when it came, so its cost fits.
    private static UInt256 CostOf(Transaction transaction) =>
        TransactionRules.UpfrontCost(transaction.Unsigned)
            ?? throw new InvalidOperationException($"{transaction} costs more than 2^256 wei.");

    private PoolError? MakeRoom(
        PoolSender sender, Transaction transaction, PooledTransaction? replaced, At now, PoolChanges changes) =>
        transaction.Nonce <= sender.NextNonce
            ? MakeRoomForPending(sender, transaction, replaced, now, changes)
            : MakeRoomForQueued(sender, transaction, replaced, now, changes);

    private PoolError? MakeRoomForPending(
        PoolSender sender, Transaction transaction, PooledTransaction? replaced, At now, PoolChanges changes)
    {
        var (places, bytes) = (replaced is null ? 1 : 0, transaction.Encoded.Length - (replaced?.Bytes ?? 0));
        if (places > 0 && sender.Pending >= limits.PerAccount) return new PoolError.AccountLimit(limits.PerAccount);
        if (sender.Totals.PendingBytes + bytes > limits.BytesPerAccount) return new PoolError.AccountLimit(sender.Pending);
        var totals = Snapshot.Totals;
        var surplus = places > 0 ? totals.Pending + places - limits.Transactions : 0;
        return Evict(_pendingOrder, sender, transaction, surplus, totals.PendingBytes + bytes - limits.Bytes, now, changes);
    }

    private PoolError? MakeRoomForQueued(
        PoolSender sender, Transaction transaction, PooledTransaction? replaced, At now, PoolChanges changes)
    {
        var (places, bytes) = (replaced is null ? 1 : 0, transaction.Encoded.Length - (replaced?.Bytes ?? 0));
        var own = sender.Totals;
        var isOwnFull = (places > 0 && own.Queued >= limits.QueuedPerAccount)
            || own.QueuedBytes + bytes > limits.QueuedBytesPerAccount;
        var totals = Snapshot.Totals;
        var surplus = places > 0 ? totals.Queued + places - limits.Queued : 0;
        var surplusBytes = totals.QueuedBytes + bytes - limits.QueuedBytes;
        if (!isOwnFull && surplus <= 0 && surplusBytes <= 0) return null;

        // Those that are nearer to their turn are worth more: the sender's own last one gives way to them.
        var last = sender.Queued > 0 ? sender[sender.Count - 1] : null;
        if (replaced is null && last is not null && last.Recovered.Transaction.Nonce > transaction.Nonce && last.Bytes >= bytes)
        {
            Drop(sender, sender.Count - 1, now, changes, "another of its sender with an earlier nonce took its place");
            Update(sender);
            return null;
        }

        if (isOwnFull) return new PoolError.AccountLimit(own.Queued);
        var refused = Evict(_queuedOrder, sender, transaction, surplus, surplusBytes, now, changes);
        return refused is null ? null : new PoolError.QueueFull(limits.Queued);
    }

    /// <summary>Makes room for a transaction where it is worth more than all that have to go; else nobody goes.</summary>
    private PoolError.Underpriced? Evict(
        EvictionOrder order, PoolSender sender, Transaction transaction, int places, long bytes, At now, PoolChanges changes)
    {
        if (places <= 0 && bytes <= 0) return null;
        order.Prepare(_baseFee, _senders.Values);
        var index = sender.IndexOf(transaction.Nonce);
        var candidate = order.RankOf(sender, index < 0 ? ~index : index, transaction, _nextSequence);
        var victims = new List<(PoolSender Sender, int Count)>();
        if (order.Choose(candidate, places, bytes, address => _senders[address], victims) is { } better)
        {
            var isPossible = UInt256.TryMultiply(better.Worth + 1, candidate.Shares, out var required);
            return new PoolError.Underpriced(candidate.Tip, isPossible ? required : UInt256.MaxValue);
        }

        foreach (var (victim, count) in victims)
        {
            for (var i = 0; i < count; i++) Drop(victim, LastOf(victim, order), now, changes, WhyEvicted(order));
            Update(victim);
        }

        return null;
    }

    private static int LastOf(PoolSender sender, EvictionOrder order) => (order.IsOfQueued ? sender.Count : sender.Pending) - 1;

    private static string WhyEvicted(EvictionOrder order) =>
        order.IsOfQueued
            ? "the pool is full of transactions that wait for an earlier nonce"
            : "the pool is full and others pay more";

    /// <summary>Keeps a sender's bounds after its list has changed: the last ones go.</summary>
    private void TrimOwn(PoolSender sender, At now, PoolChanges changes)
    {
        while (sender.Pending > limits.PerAccount || sender.Totals.PendingBytes > limits.BytesPerAccount)
        {
            Drop(sender, sender.Pending - 1, now, changes, "its sender has too many transactions waiting");
        }

        while (sender.Queued > limits.QueuedPerAccount || sender.Totals.QueuedBytes > limits.QueuedBytesPerAccount)
        {
            Drop(sender, sender.Count - 1, now, changes, "its sender has too many transactions that wait for an earlier nonce");
        }
    }

    /// <summary>Keeps the pool's bounds after some came that nobody made room for: promoted, demoted or returned ones.</summary>
    private void Trim(At now, PoolChanges changes)
    {
        while (Snapshot.Totals.Pending > limits.Transactions || Snapshot.Totals.PendingBytes > limits.Bytes)
        {
            DropWorst(_pendingOrder, now, changes);
        }

        while (Snapshot.Totals.Queued > limits.Queued || Snapshot.Totals.QueuedBytes > limits.QueuedBytes)
        {
            DropWorst(_queuedOrder, now, changes);
        }
    }

    private void DropWorst(EvictionOrder order, At now, PoolChanges changes)
    {
        order.Prepare(_baseFee, _senders.Values);
        var sender = _senders[order.Worst];
        Drop(sender, LastOf(sender, order), now, changes, WhyEvicted(order));
        Update(sender);
    }

    private void Follow(Address address, PoolFollower follower, PoolHead head, At now, PoolChanges changes)
    {
        if (!_senders.TryGetValue(address, out var sender))
        {
            if (!follower.Returning.ContainsKey(address)) return;
            sender = new PoolSender(address, stateNonce: 0);
        }

        var account = head.AccountOf(address);
        foreach (var behind in sender.MoveTo(account?.Nonce ?? 0, now))
        {
            Forget(behind);
            follower.Passed(behind);
        }

        var (fresh, replaced) = follower.TakeBack(sender, ref _nextSequence);
        foreach (var old in replaced) Forget(old);
        sender.PutAll(fresh, now);
        foreach (var pooled in fresh) Remember(pooled);
        foreach (var unpayable in follower.RemoveImpossible(sender, account?.Balance ?? UInt256.Zero)) Forget(unpayable);
        TrimOwn(sender, now, changes);
        Update(sender);
    }

    private void Drop(PoolSender sender, int index, At now, PoolChanges changes, string why)
    {
        var pooled = sender.RemoveAt(index, now);
        Forget(pooled);
        changes.Drop(pooled, now, why);
    }

    private void Remember(PooledTransaction pooled) =>
        Snapshot = Snapshot with { ByHash = Snapshot.ByHash.Add(pooled.Recovered.Hash, pooled) };

    private void Forget(PooledTransaction pooled) =>
        Snapshot = Snapshot with { ByHash = Snapshot.ByHash.Remove(pooled.Recovered.Hash) };

    /// <summary>The sender's list has changed: so have the totals, the orders and what readers see.</summary>
    private void Update(PoolSender sender)
    {
        var totals = Snapshot.Totals.Plus(sender.Totals, sender.Counted);
        sender.Counted = sender.Totals;
        _pendingOrder.Update(sender);
        _queuedOrder.Update(sender);
        if (sender.Count == 0) _senders.Remove(sender.Address);
        else _senders[sender.Address] = sender;
        var bySender = Snapshot.BySender;
        bySender = sender.Count == 0 ? bySender.Remove(sender.Address) : bySender.SetItem(sender.Address, sender.ToAccount());
        Snapshot = Snapshot with { BySender = bySender, Totals = totals };
    }
}
